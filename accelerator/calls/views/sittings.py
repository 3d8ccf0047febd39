"""What happens in the room: a sitting opened, its items voted, members who leave, its closing, its minutes."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localdate

from accelerator.calls.criteria import said_score
from accelerator.calls.documents import PAPERS
from accelerator.calls.forms import sittings as forms
from accelerator.calls.forms.reviewing import Nothing
from accelerator.calls.models import Application, Commission, CommissionItem, CommissionMember, Recusal
from accelerator.calls.operations import sittings as operations
from accelerator.calls.queries.judging import JUDGED_IN
from accelerator.calls.queries.opinions import told_opinions
from accelerator.calls.queries.ranking import ranking
from accelerator.calls.queries.sittings import (
    ballots_said,
    kept_from,
    minutes_of,
)
from accelerator.calls.queries.standing import call_standing_of
from accelerator.calls.rules.judging import reason_against_convening
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import CommissionState, DecisionOutcome
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.design.papers import pdf, saved_pdf
from accelerator.workflow.dates import MOMENT, said


class Sitting(Page):
    """A page about a commission: for those who run it and, once it is convened, for its members. Others: 404."""

    commission: Commission

    def load(self) -> None:
        found = Commission.objects.filter(public_id=self.kwargs["commission"])
        commission = found.select_related("call", "second_of").first()
        if commission is None:
            raise Http404
        self.commission = commission
        self.standing = call_standing_of(self.person, commission.call)
        self.runs = reason_within("calls.run_sittings", self.standing) is None
        self.members = list(commission.members.select_related("person").order_by("quality", "pk"))
        sits = any(one.person_id == self.person.pk for one in self.members)
        reads = reason_within("calls.see_ranking", self.standing) is None
        if not reads and not (sits and commission.state != CommissionState.DRAFT):
            raise Http404
        self.reads = reads

    def against_convening(self, items: int) -> str | None:
        """Why the convocations cannot leave yet; `items`: how many files are on the agenda."""
        return reason_against_convening(self.commission, self.members, items, at=self.at)

    def file_url(self, application: Application) -> str:
        """Where the service reads a file of the agenda, and what its reviewers say of it."""
        return reverse("calls:reviews", args=[self.commission.call.key, application.public_id])

    def kept(self) -> set[int]:
        """The files of which whoever asks reads neither score nor conclusion."""
        return kept_from(self.commission, self.standing, runs=self.runs, serves=self.reads)

    def trail(self) -> list[Crumb]:
        if self.reads:
            call = self.commission.call
            return [
                Crumb(call.title, reverse("calls:call", args=[call.key])),
                Crumb("Commissions", reverse("calls:commissions", args=[call.key])),
            ]
        return [Crumb("Mes commissions", reverse("calls:my_commissions"))]

    def address(self, name: str, *arguments: Any) -> str:
        return reverse(f"calls:{name}", args=[self.commission.public_id, *arguments])

    def context(self) -> dict[str, Any]:
        return {**super().context(), "commission": self.commission, "runs": self.runs}


class ActSitting(Sitting, ActionPage):
    """A page with a form about a commission, for those who run it."""

    template_name = "calls/judging/act.html"

    def forbidden(self) -> str | None:
        return reason_within("calls.run_sittings", self.standing)

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb(self.commission.name, self.address("commission"))]

    def done_url(self, result: Any) -> str:
        return self.address("commission")

    def said(self) -> list[tuple[str, str]]:
        return [("Commission", f"{self.commission.name}, le {said(self.commission.held_at, MOMENT)}")]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "said": self.said(), "back_url": self.address("commission")}


def other_name(item: CommissionItem) -> str:
    """Who applies, when the title of the file does not say it already."""
    organisation = item.application.organisation
    return organisation.name if organisation and organisation.name != item.application.title else ""


class OpenSitting(ActSitting):
    """Presence, then quorum."""

    title = "Ouvrir la séance"
    form_class = forms.Presence
    submit_label = "Constater les présences"

    def form_arguments(self) -> dict[str, Any]:
        return {"members": self.members}

    def perform(self, form: Any) -> Commission:
        chosen = set(form.cleaned_data["present"])
        return operations.open_sitting(
            commission=self.commission,
            present=[one for one in self.members if str(one.pk) in chosen],
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: Commission) -> str:
        if result.state == CommissionState.HELD:
            return "La séance est ouverte. Les déports connus sont inscrits."
        return "Le quorum n’est pas atteint : la séance est ajournée. Une seconde convocation n’en exigera pas."


class _OnItem(ActSitting):
    item: CommissionItem

    def load(self) -> None:
        super().load()
        found = self.commission.items.select_related("application__organisation").filter(pk=self.kwargs["item"])
        item = found.first()
        if item is None or self.commission.state != CommissionState.HELD:
            raise Http404
        item.commission = self.commission
        self.item = item
        if item.application_id in self.kept():
            raise Http404
        self.gone = {one.member_id: one for one in Recusal.objects.filter(item=item).select_related("member__person")}

    def said(self) -> list[tuple[str, str]]:
        application = self.item.application
        file = f"{application.number}, {application.title}"
        if application.state in JUDGED_IN:
            file = format_html('<a href="{}">{}</a>', self.file_url(application), file)
        return [
            ("Dossier", file),
            ("Candidat", application.organisation.name if application.organisation else "—"),
            *((f"Avis de {who}", words) for who, words in told_opinions(application, localdate(self.at))),
            ("Note", self._mean()),
            ("Proposition", self.item.get_proposal_display()),
            *((f"{one.member.person.name} s’est déporté", one.reason) for one in self.gone.values()),
        ]

    def _mean(self) -> str:
        file = ranking(self.commission.call).filter(pk=self.item.application_id).first()
        return said_score(file.mean) if file else "—"


class Item(_OnItem):
    """The votes on a file, and what the commission concludes."""

    template_name = "calls/judging/item.html"
    form_class = forms.Conclusion
    submit_label = "Inscrire le vote et la conclusion"

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the item
        return f"Point {self.item.position} de l’ordre du jour"

    def _voting(self) -> list[CommissionMember]:
        return [one for one in self.members if one.voting and one.present and one.pk not in self.gone]

    def form_arguments(self) -> dict[str, Any]:
        return {"members": self._voting()}

    def initial(self) -> dict[str, Any]:
        votes = {f"ballot_{one.member_id}": one.ballot for one in self.item.votes.all()}
        return {**votes, "outcome": self.item.outcome or self.item.proposal, "words": self.item.words}

    def perform(self, form: Any) -> CommissionItem:
        values = form.cleaned_data
        return operations.conclude(
            item=self.item,
            ballots=form.ballots,
            outcome=DecisionOutcome(values["outcome"]),
            words=values["words"],
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: CommissionItem) -> str:
        if result.outcome:
            return "La conclusion est inscrite."
        return f"{ballots_said(result)[-1]} Le vote est gardé : reprenez le débat, puis faites voter de nouveau."

    def done_url(self, result: CommissionItem) -> str:
        return super().done_url(result) if result.outcome else self.address("item", result.pk)

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "leave_url": self.address("leave_item", self.item.pk),
            "proposal": self.item.get_proposal_display(),
            "ballots": ballots_said(self.item),
        }


class LeaveItem(_OnItem):
    """A member leaves the debate and the vote."""

    title = "Inscrire un déport"
    form_class = forms.LeaveItem
    submit_label = "Inscrire le déport"
    done_message = "Le déport est inscrit : ni débat, ni vote sur ce dossier."

    def form_arguments(self) -> dict[str, Any]:
        return {"members": [one for one in self.members if one.present and one.pk not in self.gone]}

    def perform(self, form: Any) -> Recusal:
        values = form.cleaned_data
        member = next(one for one in self.members if str(one.pk) == values["member"])
        return operations.leave_item(item=self.item, member=member, reason=values["reason"], by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        return self.address("item", self.item.pk)


class CloseSitting(ActSitting):
    """The sitting ends, and the decisions are prepared."""

    title = "Clore la séance"
    form_class = Nothing
    submit_label = "Clore la séance"
    done_message = (
        "La séance est close. Les décisions sont préparées d’après ses conclusions : elles attendent un signataire."
    )

    def said(self) -> list[tuple[str, str]]:
        left = self.commission.items.filter(outcome="").count()
        return [
            *super().said(),
            ("Dossiers sans conclusion", str(left)),
            ("Ce que cela fait", "un projet de décision par dossier, et le procès-verbal définitif"),
        ]

    def perform(self, form: Any) -> Commission:
        return operations.close_sitting(commission=self.commission, by=self.person, at=self.at)


class Minutes(Sitting):
    """The minutes, as a PDF."""

    def answer(self) -> HttpResponseBase:
        made = pdf("minutes", minutes_of(self.commission, kept=self.kept()), at=self.at, folder=PAPERS)
        return saved_pdf(made, f"proces-verbal-{self.commission.public_id}")
