"""Decisions drafted beside the ranking, and the outbox of letters."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from accelerator.calls.criteria import said_score, standing
from accelerator.calls.forms import decisions as forms
from accelerator.calls.forms.reviewing import WithReason
from accelerator.calls.models import Application, Decision, Lot
from accelerator.calls.operations import decisions as operations
from accelerator.calls.operations.lots import MOST_AT_ONCE, ask_drafts, ask_letters
from accelerator.calls.queries.appeals import appeal_to_answer
from accelerator.calls.queries.judging import grid_of, readings_of
from accelerator.calls.queries.letters import (
    DRAFTED,
    SIGNED,
    delegations_of,
    drafted_beside,
    in_state,
    letters_in,
    letters_to_sign,
    outbox,
    prints_of,
    shown_letter,
    signatories_of,
)
from accelerator.calls.queries.lots import outcome_of, recent_lots
from accelerator.calls.queries.opinions import said_opinion
from accelerator.calls.queries.ranking import best_first, lines_of, prints_to_draft, ranking, undrafted
from accelerator.calls.queries.standing import FileStanding, examined_in
from accelerator.calls.questions import said_cents
from accelerator.calls.rules.applications import examine
from accelerator.calls.rules.judging import Granted, reason_against_signing
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import DECIDABLE, DecisionOutcome, LetterAct
from accelerator.calls.views.commissions import document
from accelerator.calls.views.judging import ActJudging, Judging, JudgingFile, TheFirst
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import Crumb
from accelerator.design.papers import pdf
from accelerator.design.unsaved import Resumed
from accelerator.workflow.dates import said


class DraftLot(TheFirst, ActJudging):
    """The same decision for several files: « les 22 premiers », all, or those that one ticks."""

    rule = "calls.draft_decisions"
    title = "Préparer des décisions"
    template_name = "calls/judging/draft_lot.html"
    form_class = forms.DraftLot
    submit_label = "Préparer ces décisions"
    back = "ranking"
    back_label = "Classement"

    def load(self) -> None:
        super().load()
        rows = undrafted(ranking(self.call, examined_in(self.standing))).filter(state__in=DECIDABLE)
        self.choose_among(self.call, best_first(rows))

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "outcome": DecisionOutcome.RETAINED if self.ticked and not self.whole else ""}

    def perform(self, form: Any) -> list[Decision] | Lot:
        values, chosen = form.cleaned_data, self.chosen(form)
        given: dict[str, Any] = {
            "call": self.call,
            "applications": chosen,
            "outcome": DecisionOutcome(values["outcome"]),
            "reasons": values["reasons"],
            "advice": values["advice"],
            "cents": values["amount"],
            "seen": _read_back(self.request, chosen),
            "by": self.person,
            "at": self.at,
        }
        return operations.draft_decisions(**given) if len(chosen) <= MOST_AT_ONCE else ask_drafts(**given)

    def message_when_done(self, result: list[Decision] | Lot) -> str:
        if isinstance(result, Lot):
            return ""
        count = len(result)
        return (
            f"{count} décision{'s préparées' if count > 1 else ' préparée'}. Relisez chaque courrier avant signature."
        )

    def done_url(self, result: list[Decision] | Lot) -> str:
        return _lot_url(result) if isinstance(result, Lot) else f"{self.address('letters')}?etat=drafted"

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "most_at_once": MOST_AT_ONCE,
            "many": len(self.files) > MOST_AT_ONCE,
            "seen": _as_read(prints_to_draft(self.files)),
        }


def _as_read(prints: Mapping[int, str]) -> str:
    """The prints of what a page lists, in one field: a form has a limit to how many it sends."""
    return " ".join(f"{number}:{print_}" for number, print_ in prints.items())


def _read_back(request: HttpRequest, chosen: Iterable[Application | Decision]) -> dict[int, str]:
    """The same as they come back, of what was chosen; "", which no print is, of what came without."""
    shown = dict(part.partition(":")[::2] for part in request.POST.get("seen", "").split())
    return {one.pk: shown.get(str(one.pk), "") for one in chosen}


def _lot_url(lot: Lot) -> str:
    return reverse("calls:lot_page", args=[lot.public_id])


class DraftOne(Resumed, JudgingFile, ActJudging):
    """A decision for one file, beside what its reviewers and the services that were asked say of it."""

    rule = "calls.draft_decisions"
    title = "Préparer la décision"
    template_name = "calls/judging/draft_one.html"
    form_class = forms.DraftOne
    submit_label = "Préparer cette décision"
    back = "ranking"
    back_label = "Classement"
    done_message = "La décision est préparée. Relisez son courrier avant signature."

    def load(self) -> None:
        super().load()
        self.decision, self.opinions = drafted_beside(self.application)

    def forbidden(self) -> str | None:
        return super().forbidden() or examine(self.of_file)

    def initial(self) -> dict[str, Any]:
        decision = self.decision
        if decision is None:
            return {}
        return {
            "outcome": decision.outcome,
            "reasons": decision.reasons,
            "advice": decision.advice,
            "amount": decision.cents,
        }

    def said(self) -> list[tuple[str, str]]:
        lines = [("Dossier", f"{self.application.number}, {self.application.title}")]
        if appeal := appeal_to_answer(self.application):
            filed = f"{appeal.get_kind_display()} du {said(appeal.filed_at)}"
            lines += [
                (filed, appeal.grounds),
                ("Réponse due le", said(appeal.due_on)),
                (
                    "Ensuite",
                    "cette décision répondra au recours quand elle sera notifiée, et remplacera celle du silence",
                ),
            ]
        return lines

    def perform(self, form: Any) -> Decision:
        values = form.cleaned_data
        (decision,) = operations.draft_decisions(
            call=self.call,
            applications=[self.application],
            outcome=DecisionOutcome(values["outcome"]),
            reasons=values["reasons"],
            advice=values["advice"],
            cents=values["amount"],
            # Said one by one on the page of inadmissibility, and kept as long as the file is inadmissible.
            failed=[one["code"] for one in self.decision.failed] if self.decision else (),
            by=self.person,
            at=self.at,
        )
        return decision

    def done_url(self, result: Any) -> str:
        return self.address("letter", result.pk)

    def context(self) -> dict[str, Any]:
        application, today = self.application, localdate(self.at)
        grid = grid_of(application.version)
        reviews, waiting = readings_of(application)
        stands = standing([one.mean for one in reviews if one.mean is not None])
        return {
            **super().context(),
            "application": application,
            "stands": stands,
            "mean": said_score(stands.mean),
            "spread": said_score(stands.spread),
            "threshold": grid.threshold,
            "lines": [(line.label, line.weight, said_score(line.mean)) for line in lines_of(grid, reviews)],
            "waiting": len(waiting),
            "reviews_url": self.address("reviews", application.public_id),
            "opinions": [(one.who, said_opinion(one, today)) for one in self.opinions],
        }


class Letters(Judging, ListPage):
    """The outbox: every letter, where it is; signed in one batch, told in one batch."""

    rule = "calls.see_letters"
    title = "Courriers"
    template_name = "calls/judging/letters.html"
    stacked = True
    things = ("courrier", "courriers")
    order = "dossier"
    page_size = 50
    export_name = "courriers"
    filter_form = forms.LetterFilters
    columns = (
        Column(
            "dossier",
            "Dossier",
            lambda one: f"{one.application.number}, {one.application.title}",
            sort=("application__number",),
            url=lambda one: one.url,
        ),
        Column("sens", "Sens", lambda one: one.get_outcome_display(), sort=("outcome",)),
        Column("etat", "État", lambda one: one.state.label, sort=("notified_at", "signed_at"), nullable=True),
        Column(
            "signataire",
            "Signataire",
            lambda one: one.signatory.person.name if one.signatory else "—",
            sort=("signatory__person__family_name", "signatory__person__given_name"),
            nullable=True,
        ),
        Column(
            "signe",
            "Signé le",
            lambda one: said(localdate(one.signed_at)) if one.signed_at else "—",
            sort=("signed_at",),
            nullable=True,
        ),
        Column(
            "notifie",
            "Notifié le",
            lambda one: said(localdate(one.notified_at)) if one.notified_at else "—",
            sort=("notified_at",),
            nullable=True,
        ),
    )
    empty_title = "Aucun courrier"
    empty_advice = "Les décisions préparées depuis le classement, ou à la clôture d’une commission, sont rangées ici."

    @cached_property
    def mine(self) -> QuerySet[Decision]:
        return letters_in(self.standing)

    def rows(self) -> QuerySet[Any]:
        shown = ("outcome", "signed_at", "notified_at", "replaced_by")
        signing = ("signatory__person__given_name", "signatory__person__family_name", "signatory__person__erased_at")
        rows = self.mine.select_related("application", "signatory__person")
        return rows.only("application__number", "application__title", *shown, *signing)

    def filter_arguments(self) -> dict[str, Any]:
        signing = {role.person.public_id: role.person.name for role in signatories_of(self.call)}
        return {"signatories": list(signing.items())}

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        if q := values.get("q"):
            rows = rows.filter(Q(application__title__icontains=q) | Q(application__number__icontains=q))
        if outcome := values.get("sens"):
            rows = rows.filter(outcome=outcome)
        if signatory := values.get("signataire"):
            rows = rows.filter(signatory__person__public_id=signatory)
        return in_state(rows, values.get("etat", ""))

    def prepared(self, rows: list[Any]) -> list[Any]:
        for one in rows:
            one.url = self.address("letter", one.pk)
        return rows

    def context(self) -> dict[str, Any]:
        waiting = self.mine.aggregate(drafted=Count("pk", filter=DRAFTED), signed=Count("pk", filter=SIGNED))
        to_sign = letters_to_sign(self.person, localdate(self.at), roles=self.standing.reading)
        return {
            **super().context(),
            **waiting,
            "mine": sum(count for _, count in to_sign),
            "may_sign": reason_within("calls.sign_decisions", self.standing) is None,
            "may_notify": reason_within("calls.notify_decisions", self.standing) is None,
            "sign_url": self.address("sign_letters"),
            "notify_url": self.address("notify_letters"),
            "aside": self._aside() if waiting["signed"] else [],
            "lots": [(one, outcome_of(one)) for one in recent_lots(self.person, self.at, self.call)],
        }

    def _aside(self) -> list[Application]:
        """The files whose decision is signed and could not be told."""
        letters = in_state(self.mine, "signed").filter(application__aside_at__isnull=False)
        return [one.application for one in letters.select_related("application")]


class _Batch(ActJudging):
    """Letters chosen together, all ticked at first: a few are done in the request; more, by the worker."""

    template_name = "calls/judging/batch.html"
    form_class = forms.Batch
    back = "letters"
    back_label = "Courriers"
    which: ClassVar[str]
    act: ClassVar[LetterAct]

    def load(self) -> None:
        super().load()
        self.letters = list(in_state(outbox(self.standing), self.which).order_by("application__number", "pk"))

    def form_arguments(self) -> dict[str, Any]:
        return {"letters": self.letters}

    def initial(self) -> dict[str, Any]:
        return {"decisions": [str(one.pk) for one in self.letters]}

    def against(self, decision: Decision) -> str:
        """Why this letter is not for this person to act on; empty when it is."""
        return ""

    @staticmethod
    def _what(decision: Decision) -> str:
        amount = f", {said_cents(decision.cents)}" if decision.cents else ""
        return f"{decision.get_outcome_display().lower()}{amount}"

    def chosen(self, form: Any) -> list[Decision]:
        wanted = set(form.cleaned_data["decisions"])
        return [one for one in self.letters if str(one.pk) in wanted]

    def few(self, letters: list[Decision], seen: Mapping[int, str]) -> Any:
        """Do it to a few letters, in the request."""
        raise NotImplementedError

    def message_when_few(self, result: Any) -> str | SafeString:
        """What to say then."""
        raise NotImplementedError

    def perform(self, form: Any) -> Any:
        letters = self.chosen(form)
        seen = _read_back(self.request, letters)
        if len(letters) <= MOST_AT_ONCE:
            return self.few(letters, seen)
        return ask_letters(act=self.act, call=self.call, letters=letters, seen=seen, by=self.person, at=self.at)

    def message_when_done(self, result: Any) -> str | SafeString:
        return "" if isinstance(result, Lot) else self.message_when_few(result)

    def done_url(self, result: Any) -> str:
        return _lot_url(result) if isinstance(result, Lot) else self.back_url()

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "most_at_once": MOST_AT_ONCE,
            "seen": _as_read(prints_of(self.letters)),
            "letters": [
                (one, self.address("letter", one.pk), self._what(one), self.against(one)) for one in self.letters
            ],
        }


class SignLetters(_Batch):
    """Letters signed in one batch."""

    rule = "calls.sign_decisions"
    title = "Signer des courriers"
    submit_label = "Signer ces courriers"
    which = "drafted"
    act = LetterAct.SIGN

    def load(self) -> None:
        super().load()
        self.roles = delegations_of(self.call)

    def against(self, decision: Decision) -> str:
        return reason_against_signing(self.roles, Granted.of(decision), by=self.person, on=localdate(self.at)) or ""

    def initial(self) -> dict[str, Any]:
        return {"decisions": [str(one.pk) for one in self.letters if not self.against(one)]}

    def said(self) -> list[tuple[str, str]]:
        acts = [role.act_reference for role in self.roles if role.person_id == self.person.pk]
        if not acts:
            return []
        return [
            ("Acte qui vous donne la signature", ", ".join(acts)),
            (
                "Ensuite",
                "les courriers sont figés ; rien n’est dit aux candidats avant la notification, qui vient après",
            ),
        ]

    def few(self, letters: list[Decision], seen: Mapping[int, str]) -> list[Decision]:
        given: dict[str, Any] = {"call": self.call, "decisions": letters, "seen": seen}
        return operations.sign_decisions(**given, by=self.person, at=self.at)

    def message_when_few(self, result: list[Decision]) -> str:
        count = len(result)
        return f"{count} courrier{'s signés' if count > 1 else ' signé'}. Rien n’est encore dit aux candidats."


class NotifyLetters(_Batch):
    """Signed decisions told in one batch."""

    rule = "calls.notify_decisions"
    title = "Notifier des décisions"
    submit_label = "Notifier ces décisions"
    which = "signed"
    act = LetterAct.NOTIFY

    def said(self) -> list[tuple[str, str]]:
        return [
            (
                "Ensuite",
                "chaque candidat reçoit sa décision par courriel et la lit dans son dossier : cela ne se défait plus",
            )
        ]

    def few(self, letters: list[Decision], seen: Mapping[int, str]) -> operations.Notified:
        given: dict[str, Any] = {"call": self.call, "decisions": letters, "seen": seen}
        return operations.notify_decisions(**given, by=self.person, at=self.at)

    def message_when_few(self, result: operations.Notified) -> SafeString:
        count, left = len(result.told), len(result.aside)
        told = f"{count} décision{'s notifiées' if count > 1 else ' notifiée'}."
        if not left:
            return format_html("{}", told)
        named = format_html_join(
            " ",
            '<a href="{}">Dossier {}</a> : {}',
            ((reverse("calls:file", args=[one.public_id]), one.number, why) for one, why in result.aside),
        )
        aside = f"{left} dossiers sont laissés de côté" if left > 1 else "Un dossier est laissé de côté"
        return format_html("{} {}, à reprendre. {}", told, aside, named)


class _OnLetter(Judging):
    rule = "calls.see_letters"
    decision: Decision

    def load(self) -> None:
        super().load()
        decision = outbox(self.standing).filter(pk=self.kwargs["decision"]).first()
        if decision is None:
            raise Http404
        self.decision = decision

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Courriers", self.address("letters"))]


class Letter(_OnLetter):
    """A letter as it will leave, or as it left."""

    template_name = "calls/judging/letter.html"

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the letter
        return f"Courrier du dossier {self.decision.application.number}"

    def context(self) -> dict[str, Any]:
        decision = self.decision
        signs = not decision.signed_at and reason_within("calls.sign_decisions", self.standing) is None
        return {
            **super().context(),
            "decision": decision,
            "letter": shown_letter(decision),
            "pdf_url": self.address("letter_pdf", decision.pk),
            "draft_url": self.address("draft_decision", decision.application.public_id)
            if not decision.signed_at and self._examines()
            else "",
            "undo_url": self.address("undo_letter", decision.pk)
            if decision.signed_at
            and not decision.notified_at
            and reason_within("calls.notify_decisions", self.standing) is None
            else "",
            "against": self._against() if signs else "",
        }

    def _examines(self) -> bool:
        """Whether its file, which is not of the person's own side, is on a territory where they examine."""
        return FileStanding(self.person, self.decision.application, None, of_call=self.standing).is_officer

    def _against(self) -> str | None:
        granted, today = Granted.of(self.decision), localdate(self.at)
        return reason_against_signing(delegations_of(self.call), granted, by=self.person, on=today)


class LetterPdf(_OnLetter):
    """A letter on paper."""

    def answer(self) -> HttpResponseBase:
        made = pdf("letter", shown_letter(self.decision), at=self.decision.signed_at or self.at)
        return document(made, f"courrier-{self.decision.application.number}")


class UndoLetter(ActJudging):
    """Take a signature back before it is told."""

    rule = "calls.notify_decisions"
    title = "Défaire une signature"
    form_class = WithReason
    submit_label = "Défaire"
    back = "letters"
    back_label = "Courriers"
    done_message = "La signature est défaite : le courrier est de nouveau un projet."

    def load(self) -> None:
        super().load()
        decision = outbox(self.standing).filter(pk=self.kwargs["decision"], signed_at__isnull=False).first()
        if decision is None or decision.notified_at:
            raise Http404
        self.decision = decision

    def said(self) -> list[tuple[str, str]]:
        application = self.decision.application
        return [
            ("Dossier", f"{application.number}, {application.title}"),
            ("Décision signée", self.decision.get_outcome_display()),
        ]

    def perform(self, form: Any) -> Decision:
        return operations.undo_decision(
            decision=self.decision, reason=form.cleaned_data["reason"], by=self.person, at=self.at
        )
