"""The members of an organisation, and their roles."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse

from accelerator.accounts.queries import with_actor_names
from accelerator.community import rules
from accelerator.community.forms import people as forms
from accelerator.community.models import Role
from accelerator.community.operations import people as operations
from accelerator.community.states import RoleName
from accelerator.community.views.within import ActWithin, Within
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import Crumb
from accelerator.design.paging import Pages
from accelerator.journal.queries import history_of
from accelerator.workflow.dates import DAY


def _member_url(role: Role) -> str:
    organisation = role.organisation
    return reverse("community:member", args=[organisation.key, role.person.public_id]) if organisation else ""


class Members(Within, ListPage):
    """Who is in the organisation, with which role, since when."""

    rule = "community.see_people"
    title = "Membres"
    template_name = "community/people/members.html"
    things = ("membre", "membres")
    export_name = "membres"
    order = "nom"
    filter_form = forms.MemberFilters
    columns = (
        Column(
            "nom",
            "Nom",
            lambda role: role.person.name,
            sort=("person__family_name", "person__given_name"),
            url=_member_url,
        ),
        Column("role", "Rôle", lambda role: role.quality, sort=("name",)),
        Column("depuis", "Depuis", lambda role: role.started_at, sort=("started_at",), dated=DAY),
        Column("public", "Nommé sur la page publique", lambda role: "Oui" if role.shown else "Non", sort=("shown",)),
    )
    empty_title = "Personne ne gère encore cette fiche"
    empty_advice = "La première personne peut être invitée, ou demander à la rejoindre."

    @property
    def invite_url(self) -> str:
        return self.address("invite")

    @property
    def show_name_url(self) -> str:
        return self.address("show_name")

    @property
    def leave_url(self) -> str:
        return self.address("leave")

    @property
    def hand_over_url(self) -> str:
        return self.address("hand_over")

    def rows(self) -> QuerySet[Any]:
        return Role.objects.current().filter(organisation=self.organisation).select_related("person", "organisation")

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        for word in values.get("q", "").split()[:5]:
            rows = rows.filter(Q(person__family_name__icontains=word) | Q(person__given_name__icontains=word))
        return rows.filter(name=values["role"]) if "role" in values else rows


class Member(Within):
    """One member: their roles since the beginning, and what may be changed."""

    rule = "community.see_people"
    template_name = "community/people/member.html"

    @property
    def change_url(self) -> str:
        return self.address("change_role", self.kwargs["person"])

    @property
    def end_url(self) -> str:
        return self.address("end_role", self.kwargs["person"])

    @property
    def confirm_url(self) -> str:
        return self.address("confirm_representative", self.kwargs["person"])

    @property
    def leave_url(self) -> str:
        return self.address("leave")

    def load(self) -> None:
        super().load()
        held = Role.objects.filter(organisation=self.organisation, person__public_id=self.kwargs["person"])
        self.roles = list(held.select_related("person").order_by("-started_at", "-pk"))
        if not self.roles:
            raise Http404
        self.role = self.roles[0]
        self.title = self.role.person.name

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Membres", self.address("members"))]

    def context(self) -> dict[str, Any]:
        role, own = self.role, self.role.person == self.person
        current = role.ended_at is None
        untouchable = rules.reason_against_touching(self.person, role) if self.may["change_roles"] else None
        return {
            **super().context(),
            "role": role,
            "quality": role.quality,
            "roles": self.roles,
            "current": current,
            "own": own,
            "address": role.person.email if self.may["see_addresses"] and not role.person.erased_at else "",
            "untouchable": untouchable if current else None,
            "may_change": current and self.may["change_roles"] and not untouchable,
            "may_confirm": current
            and self.may["confirm_representative"]
            and role.name == RoleName.REPRESENTATIVE
            and not role.confirmed_at,
        }


class _OnMember(ActWithin):
    """An action on one current member."""

    back = "members"
    back_label = "Membres"
    role: Role

    def load(self) -> None:
        super().load()
        held = Role.objects.current().select_related("person", "organisation")
        role = held.filter(organisation=self.organisation, person__public_id=self.kwargs["person"]).first()
        if role is None:
            raise Http404
        self.role = role

    def forbidden(self) -> str | None:
        return super().forbidden() or rules.reason_against_touching(self.person, self.role)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "role": self.role, "quality": self.role.quality}


class ChangeRole(_OnMember):
    """Give a member another role; naming a legal representative is one."""

    rule = "community.change_roles"
    title = "Changer le rôle d’un membre"
    template_name = "community/people/change_role.html"
    form_class = forms.ChangeRole
    submit_label = "Changer le rôle"

    def initial(self) -> dict[str, Any]:
        return {"role": self.role.name}

    def perform(self, form: Any) -> Role:
        return operations.change_role(role=self.role, name=form.cleaned_data["role"], by=self.person, at=self.at)

    def message_when_done(self, result: Role) -> str:
        if result.person_id == self.person.pk:
            return f"Votre rôle est changé : {result.get_name_display().lower()}."
        return "Le rôle est changé. La personne en est avertie."


class EndRole(_OnMember):
    """Remove a member, with a reason."""

    rule = "community.change_roles"
    title = "Retirer un membre"
    template_name = "community/people/end_role.html"
    form_class = forms.Reason
    submit_label = "Retirer de l’organisation"
    done_message = "La personne ne fait plus partie de l’organisation. Elle en est avertie, avec le motif."

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        return (
            "Pour partir vous-même, utilisez « Quitter l’organisation »." if self.role.person == self.person else None
        )

    def perform(self, form: Any) -> Role:
        return operations.end_role(role=self.role, reason=form.cleaned_data["reason"], by=self.person, at=self.at)


class ConfirmRepresentative(_OnMember):
    """The platform confirms a legal representative on evidence."""

    rule = "community.confirm_representative"
    title = "Confirmer un représentant légal"
    template_name = "community/people/confirm_representative.html"
    form_class = forms.Evidence
    submit_label = "Confirmer"
    done_message = "La qualité de représentant légal est confirmée. La personne en est avertie."

    def perform(self, form: Any) -> Role:
        evidence = form.cleaned_data["evidence"]
        return operations.confirm_representative(role=self.role, evidence=evidence, by=self.person, at=self.at)


class Leave(ActWithin):
    """Leave the organisation."""

    rule = "community.leave"
    back = "members"
    back_label = "Membres"
    title = "Quitter l’organisation"
    template_name = "community/people/leave.html"
    form_class = forms.Leave
    submit_label = "Quitter l’organisation"
    done_message = "Vous ne faites plus partie de cette organisation."

    def load(self) -> None:
        super().load()
        others = Role.objects.current().filter(organisation=self.organisation).exclude(person=self.person)
        self.others = list(others.values_list("name", flat=True))

    def form_arguments(self) -> dict[str, Any]:
        return {"alone": not self.others}

    def perform(self, form: Any) -> Any:
        closing = form.cleaned_data.get("closing", False)
        return operations.leave(organisation=self.organisation, by=self.person, at=self.at, closing=closing)

    def done_url(self, result: Any) -> str:
        return reverse("portal:dashboard")

    def context(self) -> dict[str, Any]:
        steered = any(name in (RoleName.MANAGER, RoleName.REPRESENTATIVE) for name in self.others)
        return {
            **super().context(),
            "alone": not self.others,
            "must_hand_over": bool(self.others) and self.standing.is_steering and not steered,
        }


class ShowName(ActWithin):
    """Agree, or not, to be named on the public page."""

    rule = "community.show_own_name"
    back = "members"
    back_label = "Membres"
    title = "Mon nom sur la page publique"
    template_name = "community/people/show_name.html"
    form_class = forms.ShowName

    def initial(self) -> dict[str, Any]:
        return {"shown": self.standing.role is not None and self.standing.role.shown}

    def perform(self, form: Any) -> Role:
        shown = form.cleaned_data["shown"]
        return operations.show_name(organisation=self.organisation, shown=shown, by=self.person, at=self.at)

    def message_when_done(self, result: Any) -> str:
        return (
            "Votre nom figure sur la page publique."
            if result.shown
            else "Votre nom ne figure pas sur la page publique."
        )


class History(Within):
    """Everything that was done on the record and its people, latest first."""

    rule = "community.see_people"
    title = "Historique"
    template_name = "community/people/history.html"
    page_size: ClassVar[int] = 50

    def context(self) -> dict[str, Any]:
        events = history_of(self.organisation)
        try:
            pages = Pages.of(self.request, count=events.count(), size=self.page_size)
        except ValueError as fault:
            raise Http404(str(fault)) from fault
        lines = with_actor_names(events[pages.slice_of(self.page_size)])
        return {**super().context(), "lines": lines, "pages": pages}
