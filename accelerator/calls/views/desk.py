"""The service's pages: the desk, the file, completeness, admissibility, messages, appeals."""

from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.eligibility import Finding, Result
from accelerator.calls.forms.examining import (
    AppealAnswerForm,
    DeskFilters,
    InadmissibleForm,
    OfficerForm,
    PiecesForm,
)
from accelerator.calls.forms.files import Confirmation
from accelerator.calls.models import Appeal, Application, Decision
from accelerator.calls.operations import appeals, examining
from accelerator.calls.operations.decisions import draft_decisions
from accelerator.calls.operations.lots import MOST_IN_A_LOT
from accelerator.calls.queries.appeals import appeal_to_answer, shown_appeals, unanswered
from accelerator.calls.queries.desk import (
    DeskFigures,
    calls_served,
    figures_of,
    files_of,
    files_shown,
    officers_of,
    searched,
    unmet_by,
)
from accelerator.calls.queries.files import answered, around, history_of_file, pieces_of
from accelerator.calls.queries.letters import letters_to_sign
from accelerator.calls.queries.lots import outcome_of, recent_lots
from accelerator.calls.queries.opinions import shown_opinions, wanted_of
from accelerator.calls.queries.standing import roles_of
from accelerator.calls.queries.timing import clock_of_file, pieces_days
from accelerator.calls.rules.applications import (
    ANSWERED_BY_A_DECISION,
    OFFICER,
    reason_against_judging_file,
    reason_against_tying,
)
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import (
    ADMIT,
    ASK_PIECES,
    BEGIN_REVIEW,
    DECIDABLE,
    NO_APPEAL,
    PENDING,
    DecisionKind,
    DecisionOutcome,
    LotAct,
)
from accelerator.calls.views.within import ActWithin, Within, WriteInFile
from accelerator.design.lists import FORMAT, Column, ListPage
from accelerator.design.pages import Crumb
from accelerator.design.paging import kept
from accelerator.design.unsaved import Resumed
from accelerator.workflow.dates import DAY
from accelerator.workflow.numbers import grouped


class Desk(ListPage):
    """What waits for the service: late, next, load, funnel; then every file, filtered, sorted, exported."""

    title = "Instruction des candidatures"
    template_name = "calls/desk.html"
    filter_form = DeskFilters
    order = "echeance"
    page_size = 25
    export_name = "candidatures"
    things = ("candidature", "candidatures")
    empty_title = "Aucune candidature à instruire"
    empty_advice = (
        "Les candidatures déposées aux appels dont vous êtes instructeur, signataire ou président seront ici."
    )
    columns = (
        Column("numero", "Numéro", lambda one: one.number, sort=("number",), nullable=True),
        Column(
            "titre",
            "Candidature",
            lambda one: one.title,
            sort=("title",),
            url=lambda one: reverse("calls:file", args=[one.public_id]),
        ),
        Column(
            "candidat",
            "Candidat",
            lambda one: one.organisation.name if one.organisation else one.paper.get("name") or "une personne",
            sort=("organisation__name",),
            nullable=True,
        ),
        Column("appel", "Appel", lambda one: one.call.title, sort=("call__title",), screen=False),
        Column("etat", "État", lambda one: one.get_state_display(), sort=("state",)),
        Column("recue", "Reçue le", lambda one: one.received_on, sort=("received_on",), dated=DAY),
        Column("echeance", "Échéance", lambda one: one.due_on, sort=("due_on",), nullable=True, dated=DAY),
        Column("conditions", "Conditions non remplies", lambda one: len(one.unmet), number=True),
        Column(
            "instructeur",
            "Instructeur",
            lambda one: one.officer.name if one.officer else "—",
            sort=("officer__family_name",),
            nullable=True,
        ),
        Column("silence", "Le silence décide le", lambda one: one.silence_on, screen=False),
        Column(
            "attendue",
            "Réponse attendue le",
            lambda one: one.expected_on,
            screen=False,
        ),
        Column("reprendre", "À reprendre", lambda one: one.to_take_up, screen=False),
    )

    def load(self) -> None:
        self.roles = roles_of(self.person)
        self.calls = calls_served(self.roles)

    def forbidden(self) -> str | None:
        return None if self.calls else OFFICER

    def filter_arguments(self) -> dict[str, Any]:
        return {"calls": [(call.public_id, call.title) for call in self.calls]}

    def rows(self) -> Any:
        return files_of(self.person, self.roles)

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        today = localdate(self.at)
        # The figures are those of a call, whatever else is searched.
        of_call = {"appel": values["appel"]} if values.get("appel") else {}
        self.of_call = searched(rows, of_call, person=self.person, on=today)
        self.is_whole = values.keys() == of_call.keys()
        return searched(rows, values, person=self.person, on=today)

    @cached_property
    def figures(self) -> DeskFigures:
        return figures_of(self.of_call, localdate(self.at))

    def counted(self) -> int:
        # All the files of the figures: they are counted already. An export shows no figures.
        is_read = self.is_whole and not self.request.GET.get(FORMAT)
        return self.figures.filed if is_read else super().counted()

    def shown(self, place: slice) -> list[Any]:
        # Chosen by their keys, then read: the organisation, the call and the people of 25 files, not of every file.
        return files_shown(self.kept.values_list("pk", flat=True)[place])

    def prepared(self, rows: list[Any]) -> list[Any]:
        for one in rows:
            one.unmet = unmet_by(one)
        return rows

    def context(self) -> dict[str, Any]:
        names = self.filter_form.base_fields
        return {
            **super().context(),
            "figures": self.figures,
            "calls": self.calls,
            "letters": letters_to_sign(self.person, localdate(self.at), roles=self.roles),
            "lots": [(one, outcome_of(one)) for one in recent_lots(self.person, self.at)],
            "lot_url": reverse("calls:lot"),
            "acts": LotAct.choices,
            "asked": kept(self.request, *names),
            "whole_label": f"Aux {grouped(self.count)} dossiers de cette recherche : voir ce qui serait fait"
            if self.count <= MOST_IN_A_LOT
            else f"Aux {MOST_IN_A_LOT} plus pressés de cette recherche : voir ce qui serait fait",
        }


class OfFile(Within):
    """A page of the service about one file: 404 for whoever is not of the service, on this territory."""

    rule = "calls.read_file"

    def readable(self) -> bool:
        return self.standing.is_service and self.application.submitted_at is not None

    def forbidden(self) -> str | None:
        # Whoever is on the applicant's side reads the file as the applicant does, from the applicant's pages.
        return reason_against_judging_file(self.standing) or super().forbidden()

    def trail(self) -> list[Crumb]:
        return [
            Crumb("Instruction", reverse("calls:desk")),
            Crumb(self.application.title, self.address("file")),
        ]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "back_url": self.address("file")}


class FilePage(OfFile):
    """The file as the service reads it, and what may be done of it now."""

    template_name = "calls/file.html"

    def load(self) -> None:
        super().load()
        self.title = self.application.title
        self.message_url = self.address("answer_message")

    def trail(self) -> list[Crumb]:
        return super().trail()[:1]

    def context(self) -> dict[str, Any]:
        application = self.application
        pieces = pieces_of(application)
        beside = around(application, service=True)
        decisions = list(application.decisions.select_related("signatory__person").order_by("-pk"))
        contested = any(one.notified_at for one in decisions)
        appeals = shown_appeals(application) if contested else []
        return {
            **super().context(),
            "sections": answered(application, pieces),
            "is_draft": False,
            "findings": [Finding.from_json(one) for one in application.findings],
            "clock": clock_of_file(application, beside.requests) if application.state in PENDING else None,
            "requests": beside.requests,
            "pieces": pieces.get("", []),
            "opinions": shown_opinions(beside.opinions, localdate(self.at)),
            "wanted": wanted_of(application, beside.opinions) if application.state in DECIDABLE else [],
            "decisions": decisions,
            "appeals": appeals,
            "exchanges": beside.exchanges,
            "history": history_of_file(application, service=True),
            "why_not": reason_within("calls.examine", self.standing),
            "doors": self._doors(unanswered([one.appeal for one in appeals], decisions)),
        }

    def _doors(self, contested: Decision | None) -> list[tuple[str, str]]:
        if reason_within("calls.examine", self.standing):
            return []
        state = self.application.state
        silence = contested is not None and contested.kind == DecisionKind.IMPLICIT
        doors = [("Confier à un instructeur", "name_officer", True)]
        doors += [("Demander des pièces", "ask_pieces", state in ASK_PIECES.sources)]
        doors += [("Déclarer recevable", "admit", state in ADMIT.sources)]
        doors += [("Ouvrir l’instruction", "begin_review", state in BEGIN_REVIEW.sources)]
        doors += [("Demander un avis", "ask_opinion", state in DECIDABLE)]
        doors += [("Préparer une irrecevabilité", "inadmissible", state in DECIDABLE)]
        doors += [("Rattacher ce dossier papier", "tie", reason_against_tying(self.application) is None)]
        doors += [("Répondre au recours", "answer_appeal", contested is not None and not silence)]
        shown = [(label, self.address(name)) for label, name, shown in doors if shown]
        if state in DECIDABLE:
            label = "Répondre au recours par une décision" if silence else "Préparer la décision"
            arguments = [self.application.call.key, self.application.public_id]
            shown.append((label, reverse("calls:draft_decision", args=arguments)))
        return shown


class ActOnFile(OfFile, ActWithin):
    """A page of the service with a form about a file."""

    rule = "calls.examine"
    sources: ClassVar[frozenset[str] | None] = None
    wrong_state: ClassVar[str] = ""

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        if self.request.method == "GET" and self.sources is not None and self.application.state not in self.sources:
            return self.wrong_state
        return None

    def done_url(self, result: Any) -> str:
        return self.address("file")


class NameOfficer(ActOnFile):
    """Who examines the file."""

    title = "Confier le dossier"
    template_name = "calls/examine.html"
    form_class = OfficerForm
    submit_label = "Confier le dossier"
    done_message = "Le dossier est confié."

    def load(self) -> None:
        super().load()
        self.officers = {person.public_id: person for person in officers_of(self.application.call)}

    def form_arguments(self) -> dict[str, Any]:
        return {"officers": [(key, person.name) for key, person in self.officers.items()]}

    def initial(self) -> dict[str, Any]:
        return {"officer": self.application.officer.public_id if self.application.officer else None}

    def perform(self, form: Any) -> Application:
        officer = self.officers[form.cleaned_data["officer"]]
        return examining.name_officer(application=self.application, officer=officer, by=self.person, at=self.at)


class AskPieces(Resumed, ActOnFile):
    """Ask for what is missing: each piece, its basis, by when."""

    title = "Demander des pièces"
    template_name = "calls/examine.html"
    form_class = PiecesForm
    submit_label = "Demander ces pièces"
    done_message = (
        "La demande est partie. Le délai est suspendu jusqu’à la réponse, et au plus tard jusqu’à la date donnée."
    )
    sources = ASK_PIECES.sources
    wrong_state = ASK_PIECES.refusal

    def initial(self) -> dict[str, Any]:
        return {"due_on": localdate(self.at) + timedelta(days=pieces_days(self.application.version))}

    def perform(self, form: Any) -> Any:
        return examining.ask_pieces(
            application=self.application,
            pieces=form.pieces,
            due_on=form.cleaned_data["due_on"],
            by=self.person,
            at=self.at,
        )


class Admit(ActOnFile):
    """Declare the file admissible."""

    title = "Déclarer recevable"
    template_name = "calls/examine.html"
    form_class = Confirmation
    submit_label = "Déclarer recevable"
    done_message = "Le dossier est recevable ; le candidat en est averti."
    sources = ADMIT.sources
    wrong_state = ADMIT.refusal

    def perform(self, form: Any) -> Application:
        return examining.admit(application=self.application, by=self.person, at=self.at)


class BeginReview(ActOnFile):
    """Open the examination."""

    title = "Ouvrir l’instruction"
    template_name = "calls/examine.html"
    form_class = Confirmation
    submit_label = "Ouvrir l’instruction"
    done_message = "L’instruction est ouverte."
    sources = BEGIN_REVIEW.sources
    wrong_state = BEGIN_REVIEW.refusal

    def perform(self, form: Any) -> Application:
        return examining.begin_review(application=self.application, by=self.person, at=self.at)


class Inadmissible(Resumed, ActOnFile):
    """Prepare a decision of inadmissibility: the conditions retained, the reasons; a signatory signs it."""

    title = "Préparer une irrecevabilité"
    template_name = "calls/examine.html"
    form_class = InadmissibleForm
    submit_label = "Préparer la décision"
    done_message = "La décision est préparée. Rien n’est décidé tant qu’un signataire ne l’a pas signée, puis notifiée."
    sources = frozenset(str(state) for state in DECIDABLE)
    wrong_state = "Cette candidature n’attend pas de décision : elle en a une, ou est close."

    def load(self) -> None:
        super().load()
        found = [Finding.from_json(one) for one in self.application.findings]
        self.found = {one.code: one for one in found if one.result != Result.HOLDS}

    def form_arguments(self) -> dict[str, Any]:
        return {"rules": [(one.code, f"{one.label} : {one.why}") for one in self.found.values()]}

    def initial(self) -> dict[str, Any]:
        waiting = self.application.decisions.filter(notified_at__isnull=True).first()
        failing = [one for one in self.found.values() if one.result == Result.FAILS]
        if waiting is not None:
            kept = [one["code"] for one in waiting.failed]
            return {"failed": kept, "reasons": waiting.reasons, "advice": waiting.advice}
        if not failing:
            return {}
        advice = "\n\n".join(dict.fromkeys(one.advice for one in failing if one.advice))
        return {"failed": [one.code for one in failing], "advice": advice}

    def perform(self, form: Any) -> Any:
        values = form.cleaned_data
        (decision,) = draft_decisions(
            call=self.application.call,
            applications=[self.application],
            outcome=DecisionOutcome.INADMISSIBLE,
            reasons=values["reasons"],
            advice=values["advice"],
            failed=values["failed"],
            by=self.person,
            at=self.at,
        )
        return decision


class AnswerMessage(ActOnFile, WriteInFile):
    """Write to the applicant, in the file."""

    title = "Écrire au candidat"
    template_name = "calls/examine.html"
    rule = WriteInFile.rule
    # Someone of the service answers many files in a day.
    most_a_day = 500
    done_message = "Votre message est dans le dossier ; le candidat est prévenu."


class AnswerAppeal(Resumed, ActOnFile):
    """Answer an appeal, with reasons."""

    title = "Répondre au recours"
    template_name = "calls/examine.html"
    form_class = AppealAnswerForm
    submit_label = "Répondre"
    done_message = "La réponse est partie."
    appeal: Appeal | None

    def load(self) -> None:
        super().load()
        self.appeal = appeal_to_answer(self.application)

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        # Sent again, it is the operation that says so, what was typed kept.
        if self.request.method != "GET":
            return None
        if self.appeal is None:
            return NO_APPEAL
        return ANSWERED_BY_A_DECISION if self.appeal.decision.kind == DecisionKind.IMPLICIT else None

    def perform(self, form: Any) -> Any:
        return appeals.answer_appeal(
            application=self.application,
            outcome=form.cleaned_data["outcome"],
            answer=form.cleaned_data["answer"],
            by=self.person,
            at=self.at,
        )

    def context(self) -> dict[str, Any]:
        return {**super().context(), "appeal": self.appeal}
