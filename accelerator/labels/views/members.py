"""The organisations of a collective: for those who lead the file, and for those who answer for each."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.community.naming import demand_record
from accelerator.community.queries.organisation import canonical
from accelerator.design.pages import Crumb
from accelerator.labels.forms.applying import (
    AnswerMemberForm,
    AskMemberForm,
    Confirmation,
    DescribeMemberForm,
    ReasonForm,
)
from accelerator.labels.models import Candidacy, Member
from accelerator.labels.operations.candidacies import change_lead
from accelerator.labels.operations.members import answer_member, ask_member, describe_member, remove_member
from accelerator.labels.queries.candidacies import composition_of, has_ceased, members_of, shares_of
from accelerator.labels.queries.holders import binding_people
from accelerator.labels.queries.renewals import latest_of, waiting_of
from accelerator.labels.rules import candidacies as rules
from accelerator.labels.rules.labels import reason_against_a_newcomer, reason_against_leading
from accelerator.labels.states import TAKING_PART, Belonging, MemberRole, MemberState
from accelerator.labels.views.within import ActWithin, Within
from accelerator.workflow.dates import said as said_day
from accelerator.workflow.limits import count_against

MEMBERS_A_DAY = 60
NOBODY = (
    "L’organisation est nommée, mais personne ne gère sa fiche ici : aucun courriel ne part. Envoyez-lui vous-même "
    "l’adresse de sa fiche, {page} : elle pourra la revendiquer, puis répondre depuis « Mon espace »."
)


class Members(Within):
    """Who is in the collective, what each answered, its share; the composition that the law asks for."""

    rule = "labels.read"
    title = "Le collectif"
    template_name = "labels/members.html"

    def load(self) -> None:
        super().load()
        if not self.candidacy.category.is_collective:
            raise Http404

    def context(self) -> dict[str, Any]:
        members = members_of(self.candidacy)
        lead_ceased = has_ceased(self.candidacy.organisation)
        waiting = None if lead_ceased else waiting_of(self.candidacy)
        return {
            **super().context(),
            "members": [
                {
                    "member": one,
                    "name": canonical(one.organisation).name,
                    "key": canonical(one.organisation).key,
                    "ceased": has_ceased(one.organisation),
                    "answer": one.said_state(localdate(self.at)),
                    "mine": one.pk in self.standing.members,
                    "is_lead": one.role == MemberRole.LEAD,
                    "stays": one.state in (MemberState.ASKED, MemberState.CONFIRMED),
                    "not_lead_yet": reason_against_a_newcomer(waiting, one),
                }
                for one in members
            ],
            "composition": composition_of(self.candidacy, members),
            "points": shares_of(self.candidacy),
            "lead_ceased": lead_ceased,
        }


class AskMember(ActWithin):
    """Name another organisation; it is told, and answers."""

    rule = "labels.manage"
    title = "Nommer un membre du collectif"
    form_class = AskMemberForm
    submit_label = "Nommer cette organisation"
    back = "members"
    told = "Elle ne compte pas dans le collectif tant que quelqu’un qui peut l’engager n’a pas confirmé."

    def load(self) -> None:
        super().load()
        if not self.candidacy.category.is_collective:
            raise Http404

    def before(self) -> None:
        # Each is told by mail, and asked again after a refusal.
        count_against(f"label-members:{self.person.actor_key}", limit=MEMBERS_A_DAY, per=timedelta(days=1), at=self.at)
        demand_record(self.form.cleaned_data["organisation"], at=self.at)

    def perform(self, form: Any) -> Member:
        said = form.cleaned_data
        return ask_member(
            candidacy=self.candidacy,
            organisation=said["organisation"],
            role=MemberRole(said["role"]),
            belonging=Belonging(said["belonging"]) if said["belonging"] else None,
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: Member) -> str:
        named = canonical(result.organisation)
        if not binding_people(named, localdate(self.at)):
            return NOBODY.format(page=f"{settings.BASE_URL}{reverse('community:organisation', args=[named.key])}")
        until = f" jusqu’au {said_day(result.answer_until)}" if result.answer_until else ""
        return f"L’organisation est nommée : ses gestionnaires en sont avertis et répondront{until}."


class _OfMember(ActWithin):
    """A page about one of the organisations of a collective."""

    back = "members"

    def load(self) -> None:
        super().load()
        read = Member.objects.select_related("organisation__merged_into", "candidacy", "agreement")
        found = read.filter(candidacy=self.candidacy, pk=self.kwargs["number"]).first()
        if found is None:
            raise Http404
        self.member = found
        self.name = canonical(found.organisation).name

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Le collectif", self.address("members"))]


class DescribeMember(_OfMember):
    """Its role, nature, share and engagement, its signed agreement: by those who lead the file, or by itself."""

    form_class = DescribeMemberForm
    done_message = "C’est enregistré."

    def load(self) -> None:
        super().load()
        self.title = f"{self.name} dans le collectif"
        if self.member.agreement is not None:
            self.told = f"Accord signé déjà joint : {self.member.agreement.name}. Un autre le remplace."

    def forbidden(self) -> str | None:
        return rules.reason_against_describing(self.person, self.member, self.at)

    def form_arguments(self) -> dict[str, Any]:
        return {"member": self.member}

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.member, name) for name in ("role", "belonging", "share", "engagement")}

    def perform(self, form: Any) -> Member:
        said = form.cleaned_data
        return describe_member(
            member=self.member,
            role=MemberRole(said["role"]) if said.get("role") else None,
            belonging=Belonging(said["belonging"]) if said["belonging"] else None,
            share=said["share"],
            engagement=said["engagement"],
            agreement=said.get("agreement"),
            by=self.person,
            at=self.at,
        )


class AnswerMember(_OfMember):
    """For those who may bind the organisation named: does it take part?

    One that refused may still change its mind here, though it reads nothing else of the file.
    """

    title = "Prendre part à un collectif"
    template_name = "labels/answer_member.html"
    form_class = AnswerMemberForm
    submit_label = "Répondre"
    back = "candidacy"

    def forbidden(self) -> str | None:
        return rules.reason_against_answering(self.person, self.member, self.at)

    def done_url(self, result: Member) -> str:
        return super().done_url(result) if result.state in TAKING_PART else reverse("labels:candidacies")

    def context(self) -> dict[str, Any]:
        today, awaits = localdate(self.at), self.member.state == MemberState.ASKED
        return {
            **super().context(),
            "member": self.member,
            "awaited": self.member.said_state(today) if awaits else "",
            "is_late": awaits and self.member.answer_until is not None and self.member.answer_until < today,
            "name": self.name,
            "lead": canonical(self.candidacy.organisation),
        }

    def initial(self) -> dict[str, Any]:
        answered = {MemberState.CONFIRMED: "oui", MemberState.REFUSED: "non", MemberState.LEFT: "non"}
        return {"answer": answered.get(MemberState(self.member.state), ""), "reason": self.member.reason}

    def perform(self, form: Any) -> Member:
        takes_part = form.cleaned_data["answer"] == "oui"
        reason = form.cleaned_data["reason"]
        return answer_member(member=self.member, takes_part=takes_part, reason=reason, by=self.person, at=self.at)

    def message_when_done(self, result: Member) -> str:
        then = "Vous pourrez la changer par le même lien."
        if result.state == MemberState.LEFT:
            then = "Pour revenir, il faudra que le chef de file vous nomme à nouveau."
        return f"Votre réponse est enregistrée, et dite au chef de file. {then}"


class RemoveMember(_OfMember):
    """Take one out."""

    rule = "labels.manage"
    title = "Retirer une organisation du collectif"
    form_class = ReasonForm
    submit_label = "Retirer"
    done_message = "L’organisation ne fait plus partie du collectif."

    def load(self) -> None:
        super().load()
        self.told = f"« {self.name} » ne comptera plus dans le collectif. Vous pourrez la nommer à nouveau."

    def perform(self, form: Any) -> Member:
        return remove_member(member=self.member, reason=form.cleaned_data["reason"], by=self.person, at=self.at)


class ChangeLead(_OfMember):
    """Let another member be the chef de file: the way out when the chef de file has ceased."""

    title = "Changer de chef de file"
    form_class = Confirmation
    submit_label = "En faire le chef de file"
    done_message = "Le collectif a un nouveau chef de file, qui porte désormais la candidature."

    def reached(self) -> QuerySet[Candidacy]:
        # The service that follows a label opens this page of its candidacy, and no other: the rule tells below.
        return Candidacy.objects.all()

    def load(self) -> None:
        super().load()
        self.label = latest_of(self.candidacy)
        self.reason = reason_against_leading(self.person, self.candidacy, self.member, self.at)
        if self.reason and not super().reached().filter(pk=self.candidacy.pk).exists():
            raise Http404
        self.told = (
            f"« {self.name} » portera la candidature à la place de « {canonical(self.candidacy.organisation).name} » : "
            "ses représentants et gestionnaires compléteront le dossier et déposeront."
        )

        if self.label:
            self.told += " Le label continue, avec la même feuille de route : le registre le dira."

    def forbidden(self) -> str | None:
        return self.reason

    def trail(self) -> list[Crumb]:
        if self.label is None:
            return super().trail()
        return [Crumb("Registre des labels", reverse("labels:register")), Crumb(self.label.title, self.back_url())]

    def back_url(self) -> str:
        return reverse("labels:label", args=[self.label.key]) if self.label else super().back_url()

    def perform(self, form: Any) -> Candidacy:
        return change_lead(candidacy=self.candidacy, member=self.member, by=self.person, at=self.at)
