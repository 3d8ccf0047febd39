"""The draft of an application: its sections, what is typed and not saved yet, what it takes up, and leaving with it."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.timezone import localdate

from accelerator.calls.eligibility import Finding, Result
from accelerator.calls.forms.answering import SectionForm, changed_since, revision_of
from accelerator.calls.forms.files import Confirmation
from accelerator.calls.models import Application, Piece
from accelerator.calls.operations import applications as operations
from accelerator.calls.queries.files import answered, day_of, told_since, unsaved_of
from accelerator.calls.queries.findings import findings_now
from accelerator.calls.queries.timing import wave_of
from accelerator.calls.questions import Question, Questionnaire, Section
from accelerator.calls.rules.applications import reason_against_submitting, reason_against_timing
from accelerator.calls.states import ApplicationState, QuestionKind
from accelerator.calls.views.within import ActWithin, Within
from accelerator.design.steps import LAST_LABEL, NEXT_LABEL
from accelerator.design.unsaved import Keeping, Resumed, Unsaved, forget_posted
from accelerator.geography.models import Place
from accelerator.workflow.steps import Typed


class _OfDraft(ActWithin):
    """A page that changes a draft: what was submitted leads back to the file."""

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        return None if self.application.state == ApplicationState.DRAFT else operations.NOT_A_DRAFT


class EditSection(Resumed, _OfDraft):
    """One section, saved by itself. Someone else may be writing it too: the second is told, nothing is lost."""

    template_name = "calls/section.html"
    form_class = SectionForm
    submit_label = NEXT_LABEL

    def load(self) -> None:
        super().load()
        self.section = _section(self.form_of_call, self.kwargs["section"])
        self.title = self.section.title
        if not self._following():
            self.submit_label = LAST_LABEL
        pieces = self.application.pieces.filter(removed_at__isnull=True).order_by("pk")
        self.pieces: dict[str, list[Piece]] = {}
        for piece in pieces:
            self.pieces.setdefault(piece.question, []).append(piece)
        self.asked = self._asked(self.application)

    def typed(self) -> Unsaved | None:
        return unsaved_of(self.application, self.person, self.section.code)

    def answer(self) -> HttpResponseBase:
        form = self.make_form()
        form.say_what_is_too_long()
        return self.shown(form)

    def _asked(self, application: Application) -> list[Question]:
        mine = {question.code for question in self.section.questions}
        asked = self.form_of_call.asked(application.answers, set(self.pieces))
        return [question for question in asked if question.code in mine]

    @property
    def revision(self) -> int:
        """The revision of the section as it is now."""
        return int(self.application.sections.get(self.section.code, {}).get("revision", 0))

    def form_arguments(self) -> dict[str, Any]:
        return {"asked": self.asked}

    def initial(self) -> dict[str, Any]:
        return SectionForm.initial_of(self.asked, self.application.answers)

    def perform(self, form: Any) -> Application:
        seen = self.request.POST.get("seen", "")
        aside = {
            question.code: self.application.answers.get(question.code)
            for question in self.section.questions
            if question.code not in {one.code for one in self.asked}
        }
        return operations.save_section(
            application=self.application,
            section=self.section.code,
            answers={**aside, **form.answers},
            seen=revision_of(seen),
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Application) -> str:
        if [one.code for one in self._asked(result)] != [one.code for one in self.asked]:
            return self.address("section", self.section.code)
        following = self._following()
        return self.address("section", following.code) if following else self.address("application")

    def message_when_done(self, result: Application) -> str:
        if [one.code for one in self._asked(result)] != [one.code for one in self.asked]:
            return "C’est enregistré. Vos réponses ont changé les questions de cette partie : regardez-la de nouveau."
        return f"La partie « {self.section.title} » est enregistrée."

    def _seen(self) -> int:
        """The revision that the person had before their eyes: what is put back was typed over an older one, perhaps."""
        then = self.unsaved.values.get("seen") if self.unsaved and self.request.method != "POST" else None
        return revision_of(then[0]) if then else self.revision

    def _following(self) -> Any:
        sections = list(self.form_of_call.sections)
        place = sections.index(self.section) + 1
        return sections[place] if place < len(sections) else None

    def context(self) -> dict[str, Any]:
        sections = list(self.form_of_call.sections)
        following = self._following()
        return {
            **super().context(),
            "section": self.section,
            "keep_url": self.address("keep", self.section.code),
            "forget_url": self.address("forget", self.section.code),
            "revision": self._seen(),
            "number": sections.index(self.section) + 1,
            "total": len(sections),
            "following": following.title if following else "",
            "following_url": self.address("section", following.code) if following else "",
            "files": [
                (question, self.pieces.get(question.code, []))
                for question in self.asked
                if question.kind == QuestionKind.FILE
            ],
            "reused": [
                (question.label, day_of(self.application.reused[question.code]))
                for question in self.asked
                if question.code in self.application.reused
                and (question.kind != QuestionKind.FILE or self.pieces.get(question.code))
            ],
            "theirs": self._theirs(),
        }

    def _theirs(self) -> Sequence[tuple[str, str]]:
        """What someone else saved meanwhile, where it differs from what is being sent."""
        if self.request.method != "POST" or self.request.POST.get("seen", "") == str(self.revision):
            return ()
        form = self.make_form(data=self.request.POST, files=self.request.FILES)
        if not form.is_valid():
            return ()
        keys = [key for value in self.application.answers.values() if isinstance(value, list) for key in value]
        places = {place.key: place.name for place in Place.objects.filter(key__in=keys)}
        return changed_since(self.asked, form.answers, self.application.answers, places)


class Keep(Keeping, Within):
    """Where the script of a section sends what is being typed; it changes nothing of the draft."""

    def load(self) -> None:
        super().load()
        self.section = _section(self.form_of_call, self.kwargs["section"])

    def keep(self, typed: Typed) -> None:
        operations.keep_unsaved(
            application=self.application, section=self.section.code, values=typed, by=self.person, at=self.at
        )


class Forget(_OfDraft):
    """Forget what one was typing: the section shows again what is saved."""

    title = "Oublier le texte non enregistré"
    template_name = "calls/forget.html"
    form_class = Confirmation
    submit_label = "Oublier ce texte"
    done_message = "Le texte non enregistré est oublié."

    def load(self) -> None:
        super().load()
        self.section = _section(self.form_of_call, self.kwargs["section"])

    def perform(self, form: Any) -> None:
        operations.forget_unsaved(application=self.application, section=self.section.code, by=self.person, at=self.at)
        forget_posted(self.request, self.address("section", self.section.code))

    def done_url(self, result: None) -> str:
        return self.address("section", self.section.code)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "section": self.section, "section_url": self.done_url(None)}


def _section(form: Questionnaire, code: str) -> Section:
    """A section of the form, by its code; raises `Http404`."""
    try:
        return form.section(code)
    except LookupError as absent:
        raise Http404 from absent


class TakeUp(_OfDraft):
    """Take into a draft what its subject tells by now, where nothing is answered yet."""

    title = "Reprendre ce qui est déjà dit"
    template_name = "calls/take_up.html"
    form_class = Confirmation
    submit_label = "Reprendre ces réponses"

    def perform(self, form: Any) -> list[str]:
        return operations.take_up(application=self.application, by=self.person, at=self.at)

    def message_when_done(self, result: list[str]) -> str:
        return f"{len(result)} réponse{'s reprises' if len(result) > 1 else ' reprise'} de {self.asks} : relisez-les."

    def done_url(self, result: list[str]) -> str:
        return self.address("application")

    def context(self) -> dict[str, Any]:
        fresh = told_since(self.application, self.form_of_call).questions
        return {
            **super().context(),
            "questions": [one.label for one in self.form_of_call.questions if one.code in fresh],
        }


class Submit(_OfDraft):
    """All that will leave, read once more; then « Déposer »."""

    title = "Relire et déposer"
    template_name = "calls/submit.html"
    form_class = Confirmation
    submit_label = "Déposer la candidature"

    def forbidden(self) -> str | None:
        # Already submitted in another tab: the same sending gets the same answer.
        return None if self.request.method == "POST" and self.application.submitted_at else super().forbidden()

    def perform(self, form: Any) -> Application:
        return operations.submit(application=self.application, by=self.person, at=self.at)

    def message_when_done(self, result: Application) -> str:
        return f"Votre candidature est déposée sous le numéro {result.number}. L’accusé de réception part par courriel."

    def done_url(self, result: Application) -> str:
        return self.address("receipt")

    def context(self) -> dict[str, Any]:
        sections = answered(self.application)
        return {
            **super().context(),
            "sections": sections,
            "missing": [(part.section, line.question) for part in sections for line in part.lines if line.missing],
            "too_long": [(part.section, line) for part in sections for line in part.lines if line.overflow],
            "submitting": reason_against_submitting(self.standing, localdate(self.at)),
            "timing": reason_against_timing(self.application.call, self.at),
            "reading": wave_of(self.application.call, localdate(self.at)),
            "failing": self._failing(),
        }

    def _failing(self) -> list[Finding]:
        found = findings_now(self.application, localdate(self.at))
        return [finding for finding in found if finding.result == Result.FAILS]
