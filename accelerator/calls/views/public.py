"""Calls as anyone reads them; eligibility before the form; beginning an application."""

from datetime import timedelta
from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.eligibility import Eligibility, Finding, Result, Weight, frozen
from accelerator.calls.forms.answering import FactsForm
from accelerator.calls.forms.files import PERSON, BeginForm, CallFilters
from accelerator.calls.models import Application, Call, CallVersion, Wave
from accelerator.calls.operations.applications import begin
from accelerator.calls.purposes import Fact, purpose_of
from accelerator.calls.queries.facts import examine, facts_of_organisation, known_facts
from accelerator.calls.queries.files import applicable_organisations
from accelerator.calls.queries.open import nearest_call, open_first, published_calls, readable_calls, saying
from accelerator.calls.queries.standing import CallStanding, call_standing_of
from accelerator.calls.queries.timing import Prospect, expected_delay, promised_on, prospect_of, wave_of
from accelerator.calls.queries.versions import published_version
from accelerator.calls.questions import Questionnaire
from accelerator.calls.rules.applications import reason_against_timing
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import CallState, Nature, QuestionKind, Silence
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.geography.perimeters import sentence_of
from accelerator.workflow.dates import DAY, MOMENT, said
from accelerator.workflow.limits import count_against

BEGUN_A_DAY = 20


def openness(call: Call, at: Any) -> str:
    """Whether a call is open, in a few words."""
    if call.state == CallState.CANCELLED:
        return "Annulé"
    if call.is_open(at):
        return f"Ouvert jusqu’au {said(call.closes_at, MOMENT)}" if call.closes_at else "Ouvert en permanence"
    if call.opens_at and at < call.opens_at:
        return f"Ouvre le {said(call.opens_at, MOMENT)}"
    return f"Clos depuis le {said(call.closes_at)}" if call.closes_at else "En préparation"


class Calls(ListPage):
    """Every call that was published, the open ones first."""

    title = "Appels à projets et à candidatures"
    description = "Les appels auxquels répondre : qui peut candidater, jusqu’à quand, quand la réponse est attendue."
    public = True
    template_name = "calls/calls.html"
    filter_form = CallFilters
    export_name = "appels"
    things = ("appel", "appels")
    empty_title = "Aucun appel n’est publié"
    empty_advice = "Les appels publiés seront ici, avec leurs dates et leurs conditions."
    columns = (
        Column(
            "titre",
            "Appel",
            lambda call: call.title,
            sort=("title",),
            url=lambda call: reverse("calls:call", args=[call.key]),
        ),
        Column("emetteur", "Émetteur", lambda call: call.issuer_name, sort=("issuer_name",)),
        Column("ouverture", "Ouverture", lambda call: call.opens_at, sort=("opens_at",), dated=DAY),
        Column(
            "cloture",
            "Clôture",
            lambda call: call.closes_at or "permanent",
            sort=("closes_at",),
            nullable=True,
            dated=MOMENT,
            export=lambda call: call.closes_at,
        ),
        Column("etat", "Aujourd’hui", lambda call: call.shown_openness),
        Column("nature", "Nature", lambda call: call.get_nature_display(), screen=False),
        Column("resume", "En une phrase", lambda call: call.summary, screen=False),
    )

    def rows(self) -> Any:
        return published_calls().order_by(open_first(self.at), "-opens_at")

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        self.corrected = ""
        if q := values.get("q"):
            said_by = saying(q)
            rows, self.corrected = rows.filter(pk__in=said_by.calls), said_by.corrected
        match values.get("etat"):
            case "ouverts":
                rows = rows & Call.objects.open(self.at)
            case "a-venir":
                rows = rows.filter(opens_at__gt=self.at)
            case "clos":
                rows = rows.filter(closes_at__lte=self.at)
        return rows

    def context(self) -> dict[str, Any]:
        return {**super().context(), "asked": self.request.GET.get("q", ""), "corrected": self.corrected}

    def prepared(self, rows: list[Any]) -> list[Any]:
        for call in rows:
            call.shown_openness = openness(call, self.at)
            call.badges = [] if call.nature == Nature.REAL else [call.get_nature_display()]
        return rows


class OfCall(Page):
    """A page about one call: 404 when it is not for this person to read."""

    rule: ClassVar[str] = "calls.see_call"
    call: Call
    standing: CallStanding

    def load(self) -> None:
        calls = readable_calls(self.person).select_related("organisation")
        found = calls.filter(public_id=self.kwargs["key"].rpartition("-")[2]).first()
        if found is None:
            raise Http404
        self.call = found
        self.standing = call_standing_of(self.person, found)

    def forbidden(self) -> str | None:
        return reason_within(self.rule, self.standing)

    def address(self, name: str, *arguments: Any) -> str:
        """The address of another page of the same call."""
        return reverse(f"calls:{name}", args=[self.call.key, *arguments])

    def trail(self) -> list[Crumb]:
        return [Crumb("Appels", reverse("calls:calls")), Crumb(self.call.title, self.address("call"))]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "call": self.call, "standing": self.standing, "at": self.at}


class CallPage(OfCall):
    """What a call offers, who may apply, until when, what the law says of silence, what it asks."""

    public = True
    template_name = "calls/call.html"

    def load(self) -> None:
        super().load()
        self.eligibility_url, self.begin_url = self.address("eligibility"), self.address("begin")
        self.writing_url = self.address("writing")
        self.desk_url = f"{reverse('calls:desk')}?appel={self.call.public_id}"
        self.title = self.call.title
        self.description = self.call.summary

    def trail(self) -> list[Crumb]:
        return super().trail()[:1]

    def context(self) -> dict[str, Any]:
        call, version = self.call, published_version(self.call)
        form = Questionnaire.from_json(version.form) if version else Questionnaire()
        eligibility = Eligibility.from_json(version.eligibility) if version else Eligibility()
        wave = wave_of(call, localdate(self.at)) if call.is_permanent else None
        return {
            **super().context(),
            "version": version,
            "questionnaire": form,
            "papers": [one for one in form.questions if one.kind == QuestionKind.FILE] if form else [],
            "rules": eligibility.items,
            "criteria": (version.criteria.get("criteria", []) if version else []),
            "openness": openness(call, self.at),
            "is_open": call.is_open(self.at),
            "is_fact": call.nature == Nature.FACT,
            "is_demonstration": call.nature == Nature.DEMONSTRATION,
            "wave": wave,
            "lines": self._lines(wave),
            "expected": expected_delay(call),
            "promised_days": (version.delays.get("answer_days") if version else None),
            "prospect": self._prospect(version, wave),
            "silent": call.silence != Silence.NONE,
        }

    def _prospect(self, version: CallVersion | None, wave: Wave | None) -> Prospect | None:
        """What awaits a file that would be received today, while the call may receive it; else when it opens."""
        call, today = self.call, localdate(self.at)
        if version is None or call.opens_at is None or (call.closes_at is not None and call.closes_at <= self.at):
            return None
        day = max(today, localdate(call.opens_at))
        return prospect_of(call, promised_on(version, wave, day), day)

    def _lines(self, wave: Any) -> list[dict[str, str]]:
        call = self.call
        lines = [
            {"label": "Émetteur", "text": call.issuer_name},
            {"label": "Nature de l’émetteur", "text": call.get_issuer_kind_display()},
            {"label": "Ouverture", "text": said(call.opens_at, MOMENT) if call.opens_at else "non fixée"},
            {
                "label": "Clôture",
                "text": said(call.closes_at, MOMENT) if call.closes_at else "aucune : l’appel est permanent",
            },
            {"label": "Objet", "text": purpose_of(call.purpose).title},
            {"label": "Territoire", "text": sentence_of(call.perimeter) if call.perimeter else "toute la France"},
        ]
        if wave is not None:
            lines.append(
                {
                    "label": "Prochaine lecture",
                    "text": f"les dossiers déposés jusqu’au {said(wave.reads_until)} ; "
                    f"décision attendue le {said(wave.decision_expected_on)}",
                }
            )
        lines.append({"label": "Service", "text": call.service or "non indiqué"})
        if call.service_address:
            lines.append({"label": "Adresse", "text": call.service_address})
        if call.service_email:
            lines.append(
                {"label": "Lui écrire", "text": call.service_email, "url": f"mailto:{call.service_email}"},
            )
        if call.service_phone:
            lines.append({"label": "L’appeler", "text": call.service_phone})
        return lines


class _OfVersion(OfCall):
    """A page that reads the published version: 404 before the first."""

    version: CallVersion
    form_of_call: Questionnaire

    def load(self) -> None:
        super().load()
        version = published_version(self.call)
        if version is None:
            raise Http404
        self.version = version
        self.form_of_call = Questionnaire.from_json(version.form)

    def asked_facts(self) -> list[Fact]:
        """The facts that the rules look at, in order."""
        known = known_facts(self.call.purpose, self.form_of_call)
        return [known[code] for code in Eligibility.from_json(self.version.eligibility).facts if code in known]


class EligibilityPage(_OfVersion):
    """« Puis-je candidater ? »: the rules as questions. It advises: one may apply all the same. Nothing is kept."""

    public = True
    title = "Puis-je candidater ?"
    template_name = "calls/eligibility.html"

    def context(self) -> dict[str, Any]:
        organisations = applicable_organisations(self.person)
        chosen = next((one for one in organisations if one.public_id == self.request.GET.get("organisation")), None)
        known = facts_of_organisation(chosen) if chosen else {}
        asked = bool(self.request.GET.get("voir"))
        facts = self.asked_facts()
        form = FactsForm(data=self.request.GET if asked else None, facts=facts, initial=FactsForm.shown(known))
        findings: list[Finding] = []
        nearest = None
        if asked and form.is_valid():
            values = {**known, **form.values}
            findings = examine(self.version, self.call, values, localdate(self.at))
            if any(finding.result == Result.FAILS for finding in findings):
                nearest = nearest_call(self.call, values, self.at)
        failing = [one for one in findings if one.result == Result.FAILS and one.weight == Weight.LAW]
        query = self.request.GET.urlencode()
        return {
            **super().context(),
            "form": form,
            "has_rules": bool(facts),
            "findings": findings,
            "failing": failing,
            "unknown": [one for one in findings if one.result == Result.UNKNOWN],
            "nearest": nearest,
            "organisations": organisations,
            "chosen": chosen,
            "begin_url": f"{self.address('begin')}?{query}" if query else self.address("begin"),
            "is_open": self.call.is_open(self.at),
            "why_not": reason_against_timing(self.call, self.at),
        }


class Begin(_OfVersion, ActionPage):
    """With what, or in whose name: then the draft is there, with what is known already."""

    title = "Commencer une candidature"
    template_name = "calls/begin.html"
    form_class = BeginForm
    submit_label = "Commencer le brouillon"

    def load(self) -> None:
        super().load()
        self.purpose = purpose_of(self.call.purpose)
        self.organisations = (
            {} if self.purpose.has_subject else {one.public_id: one for one in applicable_organisations(self.person)}
        )
        self.subjects = list(self.purpose.subjects(self.person, self.call))

    def forbidden(self) -> str | None:
        return super().forbidden() or reason_against_timing(self.call, self.at)

    def form_arguments(self) -> dict[str, Any]:
        if self.purpose.has_subject:
            return {"choices": [(one.ref, one.title) for one in self.subjects], "asks": self.purpose.asks}
        own = [(key, one.name) for key, one in self.organisations.items()]
        return {"choices": [*own, (PERSON, "Vous-même : vous n’avez pas (encore) d’organisation")], "asks": ""}

    def initial(self) -> dict[str, Any]:
        asked = next(filter(None, map(self.request.GET.get, ("sujet", "projet", "organisation"))), None)
        if not asked and len(self.subjects) == 1:
            # There is nothing to choose between.
            asked = self.subjects[0].ref
        return {"choice": asked} if asked else {}

    def before(self) -> None:
        key = f"calls-begin:{self.person.actor_key}"
        count_against(key, limit=BEGUN_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> Application:
        choice = form.cleaned_data["choice"]
        declared: dict[str, Any] = {}
        asked = FactsForm(data=self.request.GET, facts=self.asked_facts())
        if self.request.GET.get("voir") and asked.is_valid():
            declared = frozen(asked.values)
        return begin(
            call=self.call,
            subject=choice if self.purpose.has_subject else "",
            organisation=self.organisations.get(choice),
            declared=declared,
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Application) -> str:
        return reverse("calls:application", args=[result.public_id])

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "purpose": self.purpose,
            "begins_url": self.purpose.begins(self.call),
            "nothing_to_choose": self.purpose.has_subject and not self.subjects,
        }
