"""The outbox of a call: its letters read, signed and told in batches, or taken back before."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from accelerator.calls.forms import decisions as forms
from accelerator.calls.forms.reviewing import WithReason
from accelerator.calls.models import Application, Decision, Lot
from accelerator.calls.operations import decisions as operations
from accelerator.calls.operations.lots import MOST_AT_ONCE, ask_letters
from accelerator.calls.queries.letters import (
    DRAFTED,
    SIGNED,
    delegations_of,
    in_state,
    letters_in,
    letters_to_sign,
    outbox,
    prints_of,
    shown_letter,
    signatories_of,
)
from accelerator.calls.queries.lots import outcome_of, recent_lots
from accelerator.calls.queries.standing import FileStanding
from accelerator.calls.questions import said_cents
from accelerator.calls.rules.judging import Granted, reason_against_signing
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import LetterAct
from accelerator.calls.views.judging import ActJudging, Judging, as_read, lot_url, read_back
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import Crumb
from accelerator.design.papers import pdf, saved_pdf
from accelerator.workflow.dates import DAY


class Letters(Judging, ListPage):
    """The outbox: every letter, where it is; signed in one batch, told in one batch."""

    rule = "calls.see_letters"
    title = "Courriers"
    template_name = "calls/judging/letters.html"
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
        Column("signe", "Signé le", lambda one: one.signed_at, sort=("signed_at",), nullable=True, dated=DAY),
        Column("notifie", "Notifié le", lambda one: one.notified_at, sort=("notified_at",), nullable=True, dated=DAY),
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
        seen = read_back(self.request, letters)
        if len(letters) <= MOST_AT_ONCE:
            return self.few(letters, seen)
        return ask_letters(act=self.act, call=self.call, letters=letters, seen=seen, by=self.person, at=self.at)

    def message_when_done(self, result: Any) -> str | SafeString:
        return "" if isinstance(result, Lot) else self.message_when_few(result)

    def done_url(self, result: Any) -> str:
        return lot_url(result) if isinstance(result, Lot) else self.back_url()

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "most_at_once": MOST_AT_ONCE,
            "seen": as_read(prints_of(self.letters)),
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
        return saved_pdf(made, f"courrier-{self.decision.application.number}")


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
