"""Commissions: composed, convened, held, closed; their minutes and their pack."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.criteria import said_score
from accelerator.calls.documents import PAPERS
from accelerator.calls.forms import sittings as forms
from accelerator.calls.forms.reviewing import Nothing, WithReason
from accelerator.calls.models import Commission, CommissionItem, CommissionMember, Recusal
from accelerator.calls.operations import sittings as operations
from accelerator.calls.queries.judging import JUDGED_IN
from accelerator.calls.queries.opinions import told_opinions
from accelerator.calls.queries.packs import pack_of
from accelerator.calls.queries.ranking import best_first, ranking
from accelerator.calls.queries.sittings import (
    ballots_said,
    commissions_for,
    commissions_of,
    kept_from,
    minutes_of,
    quorum_said,
)
from accelerator.calls.queries.standing import call_standing_of, judged_in
from accelerator.calls.rules.judging import reason_against_convening
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import CommissionState, DecisionOutcome, MemberQuality
from accelerator.calls.views.judging import ActJudging, Judging, TheFirst
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.design.papers import pdf
from accelerator.workflow.dates import MOMENT, said


def document(made: bytes, name: str) -> HttpResponse:
    """A PDF to save; no cache keeps it."""
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


class Commissions(Judging, ListPage):
    """The sittings of a call."""

    rule = "calls.see_ranking"
    title = "Commissions"
    template_name = "calls/judging/commissions.html"
    stacked = True
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
        Column("seance", "Séance", lambda one: said(one.held_at, MOMENT), sort=("held_at",)),
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


class _Sitting(Page):
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

    def against_convening(self) -> str | None:
        """Why the convocations cannot leave yet."""
        return reason_against_convening(self.commission, self.members, self.commission.items.count(), at=self.at)

    def kept(self) -> set[int]:
        """The files of which whoever asks reads neither score nor conclusion."""
        return kept_from(self.commission, self.person, runs=self.runs, serves=self.reads)

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


class CommissionPage(_Sitting):
    """A sitting: who, what, where it is."""

    template_name = "calls/judging/commission.html"

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the sitting
        return self.commission.name

    def context(self) -> dict[str, Any]:
        commission = self.commission
        items = list(commission.items.select_related("application__organisation").order_by("position"))
        gone: dict[int, list[str]] = {}
        for recusal in (
            Recusal.objects.filter(item__commission=commission).select_related("member__person").order_by("pk")
        ):
            gone.setdefault(recusal.item_id, []).append(recusal.member.person.name)
        mine = {
            recusal.item_id
            for recusal in Recusal.objects.filter(item__commission=commission, member__person=self.person)
        }
        means = {
            one.pk: said_score(one.mean)
            for one in ranking(commission.call).filter(pk__in=[item.application_id for item in items])
        }
        kept = self.kept()
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
                    "organisation": _other_name(item),
                }
                for item in items
            ],
            "quorum": quorum_said(commission) if commission.state in ("held", "closed", "adjourned") else "",
            "is_draft": draft,
            "letters_url": reverse("calls:letters", args=[commission.call.key])
            if self.reads and commission.state == CommissionState.CLOSED
            else "",
            "against_convening": self.against_convening() if draft and self.runs else None,
            "is_held": held,
            "is_convened": commission.state == CommissionState.CONVENED,
            "is_adjourned": commission.state == CommissionState.ADJOURNED,
            "second": Commission.objects.filter(second_of=commission).first(),
            "left": sum(1 for item in items if not item.outcome and item.application.state in JUDGED_IN),
        }


def _other_name(item: CommissionItem) -> str:
    """Who applies, when the title of the file does not say it already."""
    organisation = item.application.organisation
    return organisation.name if organisation and organisation.name != item.application.title else ""


class _ActSitting(_Sitting, ActionPage):
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


class NameMember(_ActSitting):
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


class RemoveMember(_ActSitting):
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


class FillAgenda(TheFirst, _ActSitting):
    """Files put on the agenda, best first: the first so many of the ranking, all, or those that one ticks."""

    title = "Compléter l’ordre du jour"
    template_name = "calls/judging/agenda.html"
    form_class = forms.Agenda
    submit_label = "Inscrire à l’ordre du jour"

    def load(self) -> None:
        super().load()
        already = CommissionItem.objects.filter(commission=self.commission).values("application")
        rows = ranking(self.commission.call).filter(state__in=JUDGED_IN).exclude(pk__in=already)
        self.choose_among(self.commission.call, best_first(rows))

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


class Convene(_ActSitting):
    """The convocations leave; nothing of the sitting changes after."""

    title = "Convoquer la commission"
    form_class = Nothing
    submit_label = "Envoyer les convocations"
    done_message = "La commission est convoquée : chaque membre a reçu sa convocation."

    def forbidden(self) -> str | None:
        # Sent, it is the operation that refuses.
        return super().forbidden() or (self.against_convening() if self.request.method == "GET" else None)

    def said(self) -> list[tuple[str, str]]:
        return [
            *super().said(),
            ("Membres", str(len(self.members))),
            ("Dossiers à l’ordre du jour", str(self.commission.items.count())),
            ("Ensuite", "la composition et l’ordre du jour ne changent plus"),
        ]

    def perform(self, form: Any) -> Commission:
        return operations.convene(commission=self.commission, by=self.person, at=self.at)


class OpenSitting(_ActSitting):
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


class SecondConvocation(_ActSitting):
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


class _OnItem(_ActSitting):
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
        return [
            ("Dossier", f"{application.number}, {application.title}"),
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


class CloseSitting(_ActSitting):
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


class CancelSitting(_ActSitting):
    """The sitting will not take place."""

    title = "Annuler la commission"
    form_class = WithReason
    submit_label = "Annuler la commission"
    done_message = "La commission est annulée ; ses membres convoqués en sont avertis."

    def perform(self, form: Any) -> Commission:
        return operations.cancel_sitting(
            commission=self.commission, reason=form.cleaned_data["reason"], by=self.person, at=self.at
        )


class Minutes(_Sitting):
    """The minutes, as a PDF."""

    def answer(self) -> HttpResponseBase:
        made = pdf("minutes", minutes_of(self.commission, kept=self.kept()), at=self.at, folder=PAPERS)
        return document(made, f"proces-verbal-{self.commission.public_id}")


class CommissionPack(_Sitting):
    """The files of the agenda, one page each, for those who read on paper; those that a member left are not theirs."""

    def answer(self) -> HttpResponseBase:
        items = self.commission.items.order_by("position")
        if self.reads:
            items = items.filter(application__in=judged_in(self.standing).values("pk"))
        else:
            items = items.exclude(recusals__member__person=self.person)
        files = list(items.values_list("application", flat=True))
        data = pack_of(self.commission.call, files, title=f"Dossiers : {self.commission.name}", barred_for=self.person)
        return document(pdf("pack", data, at=self.at, folder=PAPERS), f"dossiers-{self.commission.public_id}")


class RankingPack(Judging):
    """The files of the ranking, one page each."""

    rule = "calls.see_ranking"

    def answer(self) -> HttpResponseBase:
        files = [one.pk for one in ranking(self.call, judged_in(self.standing)).order_by("pk")]
        data = pack_of(self.call, files, title=f"Dossiers : {self.call.title}", barred_for=self.person)
        return document(pdf("pack", data, at=self.at, folder=PAPERS), f"dossiers-{self.call.public_id}")
