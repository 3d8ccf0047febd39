"""The files of an application: joined one by one, taken out of a draft, given to save."""

from datetime import timedelta
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase

from accelerator.calls.forms.files import Confirmation, PieceForm
from accelerator.calls.models import Application, Piece
from accelerator.calls.operations import applications as operations
from accelerator.calls.questions import Question
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import QuestionKind
from accelerator.calls.views.within import ActWithin, Within
from accelerator.design.uploads import attachment
from accelerator.workflow.limits import count_against

FILES_AN_HOUR = 100


class AddPiece(ActWithin):
    """Join one file: to a question of the draft, or to what is asked when pieces are missing."""

    title = "Joindre un fichier"
    template_name = "calls/piece.html"
    form_class = PieceForm
    submit_label = "Joindre le fichier"
    question: Question | None = None

    def load(self) -> None:
        super().load()
        code = self.kwargs.get("question")
        if not code:
            return
        try:
            self.question = self.form_of_call.question(code)
        except LookupError as absent:
            raise Http404 from absent
        if self.question.kind != QuestionKind.FILE:
            raise Http404

    def before(self) -> None:
        key = f"calls-files:{self.person.actor_key}"
        count_against(key, limit=FILES_AN_HOUR, per=timedelta(hours=1), at=self.at)

    def perform(self, form: Any) -> Piece:
        return operations.add_piece(
            application=self.application,
            question=self.question.code if self.question else "",
            document=form.cleaned_data["piece"],
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: Piece) -> str:
        return f"« {result.name} » est joint."

    def done_url(self, result: Piece) -> str:
        if self.question is None:
            return self.address("give_pieces")
        for section in self.form_of_call.sections:
            if self.question in section.questions:
                return self.address("section", section.code)
        return self.address("application")

    def context(self) -> dict[str, Any]:
        return {**super().context(), "question": self.question}


class _OfPiece:
    """To put before a page about one file of an application."""

    application: Application
    kwargs: dict[str, Any]

    def load(self) -> None:
        super().load()  # type: ignore[misc]  # a page follows
        piece = self.application.pieces.filter(public_id=self.kwargs["piece"], removed_at__isnull=True).first()
        if piece is None:
            raise Http404
        self.piece = piece


class RemovePiece(_OfPiece, ActWithin):
    """Take a file out of a draft."""

    title = "Retirer un fichier"
    template_name = "calls/remove_piece.html"
    form_class = Confirmation
    submit_label = "Retirer le fichier"
    done_message = "Le fichier est retiré."

    def perform(self, form: Any) -> Piece:
        return operations.remove_piece(piece=self.piece, by=self.person, at=self.at)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "piece": self.piece}


class PieceFile(_OfPiece, Within):
    """A file, given to save to whoever may read it, on either side."""

    title = "Fichier joint"
    rule = "calls.read_file"

    def readable(self) -> bool:
        return reason_within("calls.read_file", self.standing) is None

    def answer(self) -> HttpResponseBase:
        return attachment(self.piece.file, name=self.piece.name, kind=self.piece.kind)
