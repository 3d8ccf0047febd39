"""Decisions drafted beside the ranking, for one file or for many."""

from typing import Any

from django.utils.timezone import localdate

from accelerator.calls.criteria import said_score, standing
from accelerator.calls.forms import decisions as forms
from accelerator.calls.models import Decision, Lot
from accelerator.calls.operations import decisions as operations
from accelerator.calls.operations.lots import MOST_AT_ONCE, ask_drafts
from accelerator.calls.queries.appeals import appeal_to_answer
from accelerator.calls.queries.judging import grid_of, readings_of
from accelerator.calls.queries.letters import (
    drafted_beside,
)
from accelerator.calls.queries.opinions import said_opinion
from accelerator.calls.queries.ranking import best_first, lines_of, prints_to_draft, scored, undrafted
from accelerator.calls.queries.standing import examined_in
from accelerator.calls.rules.applications import examine
from accelerator.calls.states import DECIDABLE, DecisionOutcome
from accelerator.calls.views.judging import ActJudging, JudgingFile, TheFirst, as_read, lot_url, read_back
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
        rows = undrafted(scored(self.call, examined_in(self.standing))).filter(state__in=DECIDABLE)
        self.choose_among(self.call, list(best_first(rows)))

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "outcome": DecisionOutcome.RETAINED if self.asked and self.ticked else ""}

    def perform(self, form: Any) -> list[Decision] | Lot:
        values, chosen = form.cleaned_data, self.chosen(form)
        given: dict[str, Any] = {
            "call": self.call,
            "applications": chosen,
            "outcome": DecisionOutcome(values["outcome"]),
            "reasons": values["reasons"],
            "advice": values["advice"],
            "cents": values["amount"],
            "seen": read_back(self.request, chosen),
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
        return lot_url(result) if isinstance(result, Lot) else f"{self.address('letters')}?etat=drafted"

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "most_at_once": MOST_AT_ONCE,
            "many": len(self.files) > MOST_AT_ONCE,
            "seen": as_read(prints_to_draft(self.files) | read_back(self.request, self.unseen)),
        }


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
