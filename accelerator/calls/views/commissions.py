"""Commissions: composed, convened, called off; the page of one, and its files on paper."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.calls.criteria import said_score
from accelerator.calls.documents import PAPERS
from accelerator.calls.forms import sittings as forms
from accelerator.calls.forms.reviewing import Nothing, WithReason
from accelerator.calls.models import Commission, CommissionItem, CommissionMember, Recusal
from accelerator.calls.operations import sittings as operations
from accelerator.calls.queries.judging import JUDGED_IN
from accelerator.calls.queries.packs import pack_of
from accelerator.calls.queries.ranking import best_first, ranking, scored
from accelerator.calls.queries.sittings import (
    commissions_for,
    commissions_of,
    files_opened,
    quorum_said,
)
from accelerator.calls.queries.standing import judged_in
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import CommissionState, DecisionOutcome, MemberQuality
from accelerator.calls.views.judging import ActJudging, Judging, TheFirst
from accelerator.calls.views.sittings import ActSitting, Sitting, other_name
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import Page
from accelerator.design.papers import pdf, saved_pdf
from accelerator.workflow.dates import MOMENT


class Commissions(Judging, ListPage):
    """The sittings of a call."""

    rule = "calls.see_ranking"
    title = "Commissions"
    template_name = "calls/judging/commissions.html"
    things = ("commission", "commissions")
    order = "-seance"
    export_name = "commissions"
    columns = (
        Column(
            "nom",
            "Commission",
            lambda one: one.name,
            sort=("name",),
            url=lambda one: reverse("calls:commission", args=[one.public_id]),
        ),
        Column("seance", "Séance", lambda one: one.held_at, sort=("held_at",), dated=MOMENT),
        Column("etat", "État", lambda one: one.get_state_display(), sort=("state",)),
        Column("dossiers", "Dossiers", lambda one: one.files, sort=("files",), number=True),
        Column("conclus", "Conclus", lambda one: one.concluded, sort=("concluded",), number=True),
    )
    empty_title = "Aucune commission"
    empty_advice = "Préparez une séance : ses membres, son ordre du jour, puis sa convocation."

    def rows(self) -> QuerySet[Any]:
        return commissions_of(self.call)

    def context(self) -> dict[str, Any]:
        runs = reason_within("calls.run_sittings", self.standing) is None
        return {**super().context(), "new_url": self.address("commission_new") if runs else ""}


class NewCommission(ActJudging):
    """A sitting is prepared."""

    rule = "calls.run_sittings"
    title = "Préparer une commission"
    form_class = forms.NewCommission
    submit_label = "Préparer"
    back = "commissions"
    back_label = "Commissions"
    done_message = "La commission est préparée : complétez sa composition et son ordre du jour, puis convoquez-la."

    def perform(self, form: Any) -> Commission:
        values = form.cleaned_data
        return operations.make_commission(
            call=self.call,
            name=values["name"],
            held_at=values["held_at"],
            where=values["where"],
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Any) -> str:
        return reverse("calls:commission", args=[result.public_id])


class MyCommissions(Page):
    """The commissions in which I sit."""

    title = "Mes commissions"
    template_name = "calls/judging/my_commissions.html"

    def context(self) -> dict[str, Any]:
        return {
            "commissions": [
                (one, reverse("calls:commission", args=[one.public_id]))
                for one in commissions_for(self.person).order_by("-held_at", "pk")
            ]
        }


class CommissionPage(Sitting):
    """A sitting: who, what, where it is."""

    template_name = "calls/judging/commission.html"

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the sitting
        return self.commission.name

    def context(self) -> dict[str, Any]:
        commission = self.commission
        items = list(commission.items.select_related("application__organisation").order_by("position"))
        gone: dict[int, list[str]] = {}
        mine = set()
        for recusal in (
            Recusal.objects.filter(item__commission=commission).select_related("member__person").order_by("pk")
        ):
            gone.setdefault(recusal.item_id, []).append(recusal.member.person.name)
            if recusal.member.person_id == self.person.pk:
                mine.add(recusal.item_id)
        means = {
            one.pk: said_score(one.mean)
            for one in ranking(commission.call).filter(pk__in=[item.application_id for item in items])
        }
        kept = self.kept()
        opened = files_opened(commission, self.standing) if self.reads else set()
        draft, held = commission.state == CommissionState.DRAFT, commission.state == CommissionState.HELD
        return {
            **super().context(),
            "members": [
                (one, self.address("commission_member_end", one.pk) if draft and self.runs else "")
                for one in self.members
            ],
            "items": [
                {
                    "item": item,
                    "mean": "—" if item.application_id in kept else means.get(item.application_id, "—"),
                    "outcome": "" if item.application_id in kept else item.get_outcome_display(),
                    "gone": ", ".join(gone.get(item.pk, [])),
                    "url": self.address("item", item.pk)
                    if held and self.runs and item.application.state in JUDGED_IN and item.application_id not in kept
                    else "",
                    "mine": item.pk in mine,
                    "organisation": other_name(item),
                    "file_url": self.file_url(item.application) if item.application_id in opened else "",
                }
                for item in items
            ],
            "quorum": quorum_said(commission, self.members)
            if commission.state in ("held", "closed", "adjourned")
            else "",
            "is_draft": draft,
            "letters_url": reverse("calls:letters", args=[commission.call.key])
            if self.reads and commission.state == CommissionState.CLOSED
            else "",
            "against_convening": self.against_convening(len(items)) if draft and self.runs else None,
            "is_held": held,
            "is_convened": commission.state == CommissionState.CONVENED,
            "is_adjourned": commission.state == CommissionState.ADJOURNED,
            "second": Commission.objects.filter(second_of=commission).first(),
            "left": sum(1 for item in items if not item.outcome and item.application.state in JUDGED_IN),
        }


class NameMember(ActSitting):
    """Someone sits in a commission."""

    title = "Nommer un membre de la commission"
    form_class = forms.NewMember
    submit_label = "Nommer"
    done_message = "Le membre est inscrit ; il sera averti à la convocation."

    def perform(self, form: Any) -> CommissionMember:
        values = form.cleaned_data
        return operations.name_member(
            commission=self.commission,
            email=values["email"],
            quality=MemberQuality(values["quality"]),
            title=values["title"],
            voting=values["voting"],
            by=self.person,
            at=self.at,
        )


class RemoveMember(ActSitting):
    """Someone no longer sits in a commission that is not convened."""

    title = "Retirer un membre"
    form_class = Nothing
    submit_label = "Retirer"
    done_message = "Le membre est retiré."

    def load(self) -> None:
        super().load()
        member = next((one for one in self.members if one.pk == self.kwargs["member"]), None)
        if member is None or self.commission.state != CommissionState.DRAFT:
            raise Http404
        member.commission = self.commission
        self.member = member

    def said(self) -> list[tuple[str, str]]:
        return [*super().said(), ("Membre", self.member.person.name)]

    def perform(self, form: Any) -> None:
        operations.remove_member(member=self.member, by=self.person, at=self.at)


class FillAgenda(TheFirst, ActSitting):
    """Files put on the agenda, best first: the first so many of the ranking, all, or those that one ticks."""

    title = "Compléter l’ordre du jour"
    template_name = "calls/judging/agenda.html"
    form_class = forms.Agenda
    submit_label = "Inscrire à l’ordre du jour"

    def load(self) -> None:
        super().load()
        already = CommissionItem.objects.filter(commission=self.commission).values("application")
        rows = scored(self.commission.call).filter(state__in=JUDGED_IN).exclude(pk__in=already)
        self.choose_among(self.commission.call, list(best_first(rows)))

    def perform(self, form: Any) -> int:
        return operations.put_on_agenda(
            commission=self.commission,
            applications=self.chosen(form),
            proposal=DecisionOutcome(form.cleaned_data["proposal"]),
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: int) -> str:
        return f"{result} dossier{'s inscrits' if result > 1 else ' inscrit'} à l’ordre du jour."


class Convene(ActSitting):
    """The convocations leave; nothing of the sitting changes after."""

    title = "Convoquer la commission"
    form_class = Nothing
    submit_label = "Envoyer les convocations"
    done_message = "La commission est convoquée : chaque membre a reçu sa convocation."

    def forbidden(self) -> str | None:
        # Sent, it is the operation that refuses.
        if (reason := super().forbidden()) or self.request.method != "GET":
            return reason
        return self.against_convening(self.commission.items.count())

    def said(self) -> list[tuple[str, str]]:
        return [
            *super().said(),
            ("Membres", str(len(self.members))),
            ("Dossiers à l’ordre du jour", str(self.commission.items.count())),
            ("Ensuite", "la composition et l’ordre du jour ne changent plus"),
        ]

    def perform(self, form: Any) -> Commission:
        return operations.convene(commission=self.commission, by=self.person, at=self.at)


class SecondConvocation(ActSitting):
    """The same members and agenda, another day."""

    title = "Préparer la seconde convocation"
    form_class = forms.NewCommission
    submit_label = "Préparer"
    done_message = "La seconde commission est préparée sur le même ordre du jour : convoquez-la."

    def load(self) -> None:
        super().load()
        if self.commission.state != CommissionState.ADJOURNED:
            raise Http404

    def initial(self) -> dict[str, Any]:
        return {"name": f"{self.commission.name} (seconde convocation)"[:160], "where": self.commission.where}

    def perform(self, form: Any) -> Commission:
        values = form.cleaned_data
        return operations.make_commission(
            call=self.commission.call,
            name=values["name"],
            held_at=values["held_at"],
            where=values["where"],
            second_of=self.commission,
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Any) -> str:
        return reverse("calls:commission", args=[result.public_id])


class CancelSitting(ActSitting):
    """The sitting will not take place."""

    title = "Annuler la commission"
    form_class = WithReason
    submit_label = "Annuler la commission"
    done_message = "La commission est annulée ; ses membres convoqués en sont avertis."

    def perform(self, form: Any) -> Commission:
        return operations.cancel_sitting(
            commission=self.commission, reason=form.cleaned_data["reason"], by=self.person, at=self.at
        )


class CommissionPack(Sitting):
    """The files of the agenda, one page each, for those who read on paper; those that a member left are not theirs."""

    def answer(self) -> HttpResponseBase:
        items = self.commission.items.order_by("position")
        if self.reads:
            items = items.filter(application__in=judged_in(self.standing).values("pk"))
        else:
            items = items.exclude(recusals__member__person=self.person)
        files = list(items.values_list("application", flat=True))
        data = pack_of(self.commission.call, files, title=f"Dossiers : {self.commission.name}", barred_for=self.person)
        return saved_pdf(pdf("pack", data, at=self.at, folder=PAPERS), f"dossiers-{self.commission.public_id}")
