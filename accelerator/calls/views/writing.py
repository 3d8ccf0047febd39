"""The author's pages: a call opened, what it says, what it asks and how it judges."""

from dataclasses import replace
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.criteria import Grid, GridFault
from accelerator.calls.eligibility import Either, Eligibility, Rule
from accelerator.calls.forms import writing as forms
from accelerator.calls.forms.answering import revision_of
from accelerator.calls.forms.eligibility import RuleForm
from accelerator.calls.models import Call, CallVersion
from accelerator.calls.operations import calls as operations
from accelerator.calls.purposes import Fact, purpose_of, purposes
from accelerator.calls.queries.facts import known_facts
from accelerator.calls.queries.timing import opinion_days, warnings_of
from accelerator.calls.queries.versions import faults_of, version_in_preparation
from accelerator.calls.questions import Question, Questionnaire, Section
from accelerator.calls.rules.calls import reason_against_creating, reason_against_discarding
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import CallState, Silence
from accelerator.calls.views.public import OfCall
from accelerator.design.pages import ActionPage, Crumb
from accelerator.workflow import Refused

NEW = "nouvelle"


class NewCall(ActionPage):
    """Open a call: an administrator of the platform names its first author."""

    title = "Ouvrir un appel"
    template_name = "calls/writing/form.html"
    form_class = forms.NewCallForm
    submit_label = "Ouvrir l’appel"

    def forbidden(self) -> str | None:
        return reason_against_creating(self.person)

    def trail(self) -> list[Crumb]:
        return [Crumb("Appels", reverse("calls:calls"))]

    def form_arguments(self) -> dict[str, Any]:
        return {"purposes": [(one.code, one.title) for one in purposes()]}

    def perform(self, form: Any) -> Call:
        values = dict(form.cleaned_data)
        author = account_of(values.pop("email"))
        return operations.create_call(values=values, author=author, by=self.person, at=self.at)

    def done_url(self, result: Call) -> str:
        return reverse("calls:people", args=[result.key])

    def context(self) -> dict[str, Any]:
        return {**super().context(), "back_url": reverse("calls:calls"), "words": "", "seen": None, "warnings": []}


def account_of(email: str) -> Person:
    """The account of an address. Raises `Refused` when there is none."""
    try:
        return Person.objects.with_email(email)
    except Person.DoesNotExist as absent:
        raise Refused(
            "Aucun compte n’a cette adresse : la personne doit d’abord en ouvrir un.", field="email"
        ) from absent


class OfWriting(OfCall):
    """A page of whoever prepares a call."""

    rule = "calls.write"
    version: CallVersion

    def load(self) -> None:
        super().load()
        self.version = version_in_preparation(self.call)
        self.questionnaire = Questionnaire.from_json(self.version.form)
        self.eligibility = Eligibility.from_json(self.version.eligibility)

    @property
    def seen(self) -> int:
        """The revision that what is sent must have been read at."""
        return self.version.revision if self.version.published_at is None else 0

    @property
    def known(self) -> dict[str, Fact]:
        """The facts that rules may look at."""
        return known_facts(self.call.purpose, self.questionnaire)

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Préparer l’appel", self.address("writing"))]


class Writing(OfWriting):
    """The whole call as it is being prepared, and all that stands between it and its publication."""

    title = "Préparer l’appel"
    template_name = "calls/writing/writing.html"

    def forbidden(self) -> str | None:
        return reason_within("calls.appoint", self.standing)

    def trail(self) -> list[Crumb]:
        return super().trail()[:-1]

    def context(self) -> dict[str, Any]:
        try:
            grid = Grid.from_json(self.version.criteria)
        except GridFault:
            grid = Grid()
        names = ("edit_call", "people", "settings", "simulator", "publish", "discard", "cancel", "add_wave")
        return {
            **super().context(),
            "version": self.version,
            "in_preparation": self.version.published_at is None,
            "may_discard": reason_against_discarding(self.version) is None,
            "questionnaire": self.questionnaire,
            "items": [
                (item, item.rules if isinstance(item, Either) else (), isinstance(item, Either))
                for item in self.eligibility.items
            ],
            "grid": grid,
            "faults": faults_of(self.version, localdate(self.at)),
            "warnings": warnings_of(self.call, self.version, localdate(self.at)),
            "versions": list(self.call.versions.filter(published_at__isnull=False).order_by("-number")),
            "waves": list(self.call.waves.order_by("reads_until")),
            "urls": {name: self.address(name) for name in names},
            "new": NEW,
            "may_write": self.standing.is_author,
            "is_cancelled": self.call.state == CallState.CANCELLED,
        }


class Write(OfWriting, ActionPage):
    """A page that changes the call; done, one returns to it."""

    template_name = "calls/writing/form.html"
    words: str = ""
    # Whether what is written here makes the answer come before silence, or after it.
    warns = False

    def done_url(self, result: Any) -> str:
        return self.address("writing")

    def write(self, part: str, value: dict[str, Any], *, revision: int | None = None) -> CallVersion:
        """Write a part of the version in preparation, as it was read."""
        sent = self.request.POST.get("seen", "")
        seen = revision if revision is not None else revision_of(sent)
        return operations.write_version(call=self.call, part=part, value=value, seen=seen, by=self.person, at=self.at)

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "back_url": self.address("writing"),
            "words": self.words,
            "seen": self.seen,
            "warnings": warnings_of(self.call, self.version, localdate(self.at)) if self.warns else [],
        }


class EditCall(Write):
    """What the call says, its service, its dates, its law."""

    title = "Ce que dit l’appel"
    warns = True
    form_class = forms.CallForm
    done_message = "C’est enregistré."
    _plain = (
        *("title", "summary", "presentation", "issuer_name", "issuer_kind", "service", "service_address"),
        *("service_email", "service_phone", "crpa", "silence", "silence_months", "opens_at", "closes_at"),
    )

    def initial(self) -> dict[str, Any]:
        shown = {name: getattr(self.call, name) for name in self._plain}
        return {**shown, "where": self.call.perimeter, "silence_law": self.call.silence_source.get("law", "")}

    def perform(self, form: Any) -> Call:
        values = form.cleaned_data
        given = {name: values[name] for name in self._plain}
        if given["silence"] == Silence.NONE:
            given["silence_months"] = None
        if values["silence_law"] != self.call.silence_source.get("law", ""):
            given["silence_source"] = {"law": values["silence_law"]}
        given |= {"perimeter": list(values["where"].keys), "perimeter_cover": list(values["where"].cover)}
        return operations.change_call(call=self.call, values=given, by=self.person, at=self.at)


def _placed(things: list[Any], thing: Any, place: int | None, default: int) -> list[Any]:
    """The things with one more, at its place (from 1)."""
    position = (place or default) - 1
    return [*things[:position], thing, *things[position:]]


class EditSection(Write):
    """A part of the form: its title, its place."""

    form_class = forms.SectionOfFormForm
    done_message = "La partie est enregistrée."
    section: Section | None = None

    def load(self) -> None:
        super().load()
        self.title = "Nouvelle partie du formulaire"
        if self.kwargs["section"] != NEW:
            try:
                self.section = self.questionnaire.section(self.kwargs["section"])
            except LookupError as absent:
                raise Http404 from absent
            self.title = self.section.title

    def form_arguments(self) -> dict[str, Any]:
        return {"is_new": self.section is None}

    def initial(self) -> dict[str, Any]:
        if self.section is None:
            return {"place": len(self.questionnaire.sections) + 1}
        place = self.questionnaire.sections.index(self.section) + 1
        return {"title": self.section.title, "help": self.section.help, "place": place}

    def perform(self, form: Any) -> CallVersion:
        values = form.cleaned_data
        others = [one for one in self.questionnaire.sections if one != self.section]
        if not form.removes:
            code = self.section.code if self.section else forms.code_of(values["title"], [one.code for one in others])
            kept = Section(code, values["title"], values["help"], self.section.questions if self.section else ())
            others = _placed(others, kept, values["place"], len(others) + 1)
        return self.write("form", Questionnaire(tuple(others)).to_json())


class EditQuestion(Write):
    """One question of the form."""

    form_class = forms.QuestionForm
    done_message = "La question est enregistrée."
    question: Question | None = None

    def load(self) -> None:
        super().load()
        try:
            self.section = self.questionnaire.section(self.kwargs["section"])
            if self.kwargs["question"] != NEW:
                self.question = self.questionnaire.question(self.kwargs["question"])
        except LookupError as absent:
            raise Http404 from absent
        if self.question is not None and self.question not in self.section.questions:
            raise Http404
        self.title = f"Question de « {self.section.title} »"
        self.words = (
            "Une question garde son code de version en version : les brouillons gardent ainsi leurs réponses. "
            "Une condition ne regarde que des questions posées avant."
        )

    def _earlier(self) -> list[Question]:
        earlier: list[Question] = []
        for section in self.questionnaire.sections:
            for question in section.questions:
                if question == self.question:
                    return earlier
                earlier.append(question)
            if section == self.section:
                return earlier
        return earlier

    def form_arguments(self) -> dict[str, Any]:
        reusable = purpose_of(self.call.purpose).reusable
        return {
            "earlier": self._earlier(),
            "reusable": reusable,
            "known": self.question,
            "is_new": self.question is None,
        }

    def initial(self) -> dict[str, Any]:
        if self.question is None:
            return {"required": True, "place": len(self.section.questions) + 1}
        return forms.QuestionForm.initial_of(self.question, self.section.questions.index(self.question) + 1)

    def perform(self, form: Any) -> CallVersion:
        values = form.cleaned_data
        others = [one for one in self.section.questions if one != self.question]
        if not form.removes:
            taken = [one.code for one in self.questionnaire.questions]
            others = _placed(others, form.question(taken), values["place"], len(others) + 1)
        section = replace(self.section, questions=tuple(others))
        sections = tuple(section if one == self.section else one for one in self.questionnaire.sections)
        return self.write("form", Questionnaire(sections).to_json())


class EditRule(Write):
    """One condition of eligibility."""

    form_class = RuleForm
    done_message = "La condition est enregistrée."
    found: Rule | None = None

    def load(self) -> None:
        super().load()
        code = self.kwargs["rule_code"]
        self.title = "Nouvelle condition"
        if code != NEW:
            self.found = next((rule for rule in self.eligibility.rules if rule.code == code), None)
            if self.found is None:
                raise Http404
            self.title = "Condition"
        self.words = (
            "Une condition oriente ; elle n’empêche personne de déposer. Elle regarde une information que la "
            "fiche, le projet "
            "ou le formulaire donne."
        )

    def form_arguments(self) -> dict[str, Any]:
        groups = [item for item in self.eligibility.items if isinstance(item, Either)]
        code = self.found.code if self.found else None
        return {"known": self.known, "code": code, "groups": groups, "is_new": self.found is None}

    def initial(self) -> dict[str, Any]:
        if self.found is None:
            return {}
        fact, group = self.known.get(self.found.fact), self.eligibility.group_of(self.found)
        return RuleForm.initial_of(self.found, fact, group)

    def perform(self, form: Any) -> CallVersion:
        kept: Rule | None = None
        taken = [rule.code for rule in self.eligibility.rules] + [item.code for item in self.eligibility.items]
        if not form.removes:
            kept = form.rule(taken)
        group = form.group_said([*taken, *([kept.code] if kept else [])])
        return self.write("eligibility", self.eligibility.with_rule(self.found, kept, group).to_json())

    def message_when_done(self, result: CallVersion) -> str:
        said = Eligibility.from_json(result.eligibility).contradictions(self.known, localdate(self.at))
        return f"La condition est enregistrée. Attention : {said[0]}" if said else self.done_message


class EditCriterion(Write):
    """One criterion of the grid."""

    form_class = forms.CriterionForm
    done_message = "Le critère est enregistré."

    def load(self) -> None:
        super().load()
        self.title = "Critère"
        self.grid = Grid.from_json(self.version.criteria)
        code = self.kwargs["criterion"]
        self.found = next((one for one in self.grid.criteria if one.code == code), None)
        if self.found is None and code != NEW:
            raise Http404

    def form_arguments(self) -> dict[str, Any]:
        return {"is_new": self.found is None}

    def initial(self) -> dict[str, Any]:
        if self.found is None:
            return {"comment_required": True}
        scale = "\n".join(f"{anchor.score} : {anchor.words}" for anchor in self.found.scale)
        shown = {name: getattr(self.found, name) for name in ("label", "help", "weight", "comment_required")}
        return {**shown, "scale": scale}

    def perform(self, form: Any) -> CallVersion:
        others = [one for one in self.grid.criteria if one != self.found]
        if not form.removes:
            code = self.found.code if self.found else None
            place = self.grid.criteria.index(self.found) + 1 if self.found else len(others) + 1
            others = _placed(others, form.criterion(code, [one.code for one in others]), place, place)
        written = replace(self.grid, criteria=tuple(others)).to_json()
        try:
            Grid.from_json(written)
        except GridFault as fault:
            raise Refused(str(fault)) from fault
        return self.write("criteria", written)


class EditSettings(Write):
    """How files are judged, and the delays."""

    title = "Évaluation et délais"
    warns = True
    form_class = forms.SettingsForm
    done_message = "C’est enregistré."

    def initial(self) -> dict[str, Any]:
        grid, delays = Grid.from_json(self.version.criteria), self.version.delays
        return {
            "readers": grid.readers,
            "days": grid.days,
            "threshold": grid.threshold,
            "blind": grid.blind,
            "named": grid.named,
            "pieces_days": delays.get("pieces_days", 15),
            "opinion_days": opinion_days(self.version),
            "answer_days": delays.get("answer_days"),
        }

    def perform(self, form: Any) -> CallVersion:
        values = form.cleaned_data
        grid = Grid.from_json(self.version.criteria)
        changed = replace(grid, **{name: values[name] for name in ("readers", "days", "threshold", "blind", "named")})
        written = self.write("criteria", changed.to_json())
        delays = {name: values[name] for name in ("pieces_days", "opinion_days", "answer_days") if values[name]}
        return self.write("delays", delays, revision=written.revision)
