"""The national directory: the page, and what it shows as a file."""

from dataclasses import replace
from typing import Any

from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accelerator.design.exports import csv_response, xlsx_response
from accelerator.design.pages import Page
from accelerator.directory.queries import directory as reading
from accelerator.directory.queries.published import FIELDS, rows_of
from accelerator.directory.queries.question import Question, read_question
from accelerator.directory.queries.searched import SEARCHED_ORGANISATIONS
from accelerator.directory.states import ExportKind
from accelerator.search.pages import DirectoryPage


class Directory(DirectoryPage):
    """Find organisations."""

    title = "Annuaire de l’innovation sociale"
    description = (
        "Trouver les acteurs de l’innovation sociale en France : porteurs de projet, territoires, incubateurs, "
        "financeurs. Recherche, filtres, carte, données ouvertes."
    )
    template_name = "directory/directory.html"
    directory = reading.ORGANISATIONS
    question_class = Question

    def here(self) -> str:
        return reverse("directory:directory")

    def find(self, question: Question) -> reading.Directory:
        return reading.directory(question)

    def context(self) -> dict[str, Any]:
        question = self.found.question
        return {
            **super().context(),
            "export_url": SEARCHED_ORGANISATIONS.export_address(replace(question, page=1).query()),
            "save_url": SEARCHED_ORGANISATIONS.save_address(question),
        }


class DirectoryFile(Page):
    """What a question of the directory finds, for a spreadsheet, at once; beyond 3 000, the file is to be asked for."""

    title = "Annuaire, à télécharger"
    public = True
    template_name = "directory/directory.html"  # never rendered: the answer is the file
    kind: str = ExportKind.CSV

    def answer(self) -> HttpResponseBase:
        question = replace(read_question(dict(self.request.GET.lists())), page=1)
        ids = reading.ORGANISATIONS.exported(question)
        if ids is None:
            return HttpResponseRedirect(SEARCHED_ORGANISATIONS.export_address(question.query()))
        respond = csv_response if self.kind == ExportKind.CSV else xlsx_response
        return respond("annuaire", [field.name for field in FIELDS], lambda: rows_of(ids))
