"""The directory of projects, and what it gives as files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.http import JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accelerator.design.exports import csv_response, xlsx_response
from accelerator.design.pages import Page
from accelerator.directory.queries.published import LICENCE, LICENCE_URL
from accelerator.projects.queries import directory as reading
from accelerator.projects.searched import SEARCHED_PROJECTS
from accelerator.search.directory import Shown
from accelerator.search.pages import DirectoryPage

_KINDS = {"csv": csv_response, "xlsx": xlsx_response}


class Directory(DirectoryPage):
    """Find projects."""

    title = "Projets d’innovation sociale"
    description = (
        "Trouver des projets d’innovation sociale en France : par défi, thème, territoire, stade et besoins. "
        "Recherche, carte, données ouvertes."
    )
    template_name = "projects/directory.html"
    directory = reading.DIRECTORY
    question_class = reading.ProjectQuestion

    def here(self) -> str:
        return reverse("projects:directory")

    def find(self, question: reading.ProjectQuestion) -> Shown[reading.ProjectQuestion, reading.Result]:
        return reading.directory(question)

    def context(self) -> dict[str, Any]:
        question = self.found.question
        query = replace(question, page=1).query()
        return {
            **super().context(),
            "export_url": SEARCHED_PROJECTS.export_address(query),
            "json_url": f"{reverse('projects:directory_file', args=['json'])}{query}",
            "save_url": SEARCHED_PROJECTS.save_address(question),
        }


class DirectoryFile(Page):
    """All that a question finds: as JSON, whole; for a spreadsheet, at once, or asked for when it is long."""

    title = "Projets, à télécharger"
    public = True
    template_name = "projects/directory.html"  # never rendered: the answer is the file

    def answer(self) -> HttpResponseBase:
        kind = self.kwargs["kind"]
        question = replace(reading.ProjectQuestion.read(dict(self.request.GET.lists())), page=1)
        if kind == "json":
            return _json(reading.DIRECTORY.every_number(question))
        ids = reading.DIRECTORY.exported(question)
        if ids is None:
            return HttpResponseRedirect(SEARCHED_PROJECTS.export_address(question.query()))
        return _KINDS[kind]("projets", SEARCHED_PROJECTS.columns, lambda: reading.rows_of(ids))


def _json(ids: Sequence[int]) -> StreamingHttpResponse:
    """The same as JSON, written as it is read."""

    def parts() -> Iterator[str]:
        yield f'{{"licence": {json.dumps(LICENCE, ensure_ascii=False)}, "adresse_licence": "{LICENCE_URL}", '
        yield '"projets": ['
        for number, one in enumerate(reading.read_for_machines(ids)):
            line = {field.name: field.value(one) for field in reading.FIELDS}
            yield ("," if number else "") + "\n" + json.dumps(line, ensure_ascii=False, default=str)
        yield "\n]}\n"

    response = StreamingHttpResponse(parts(), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="projets.json"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


class Reuse(Page):
    """What each column of the exports means."""

    title = "Réutiliser les données des projets"
    public = True
    template_name = "projects/reuse.html"

    def context(self) -> dict[str, Any]:
        return {"fields": reading.FIELDS, "licence": LICENCE, "licence_url": LICENCE_URL}


class Similar(Page):
    """Published projects that resemble what is being written, for the script of its page."""

    title = "Projets ressemblants"
    template_name = "projects/directory.html"  # never rendered: the answer is for a script

    def answer(self) -> HttpResponseBase:
        found = reading.similar_to(self.request.GET.get("q", "").replace("\x00", " "))
        return JsonResponse(
            {
                "projets": [
                    {"nom": one.title, "resume": one.summary, "adresse": reverse("projects:project", args=[one.key])}
                    for one in found
                ]
            }
        )
