"""The public register of labels, and what it gives as files."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.conf import settings
from django.http import JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.design.exports import csv_response, xlsx_response
from accelerator.design.pages import Crumb, Page
from accelerator.directory.queries.published import LICENCE, LICENCE_URL
from accelerator.labels.queries import register as reading
from accelerator.search.directory import Shown
from accelerator.search.pages import DirectoryPage

_KINDS: Final = {"csv": csv_response, "xlsx": xlsx_response}
_FILES: Final = ("csv", "xlsx", "json")


class Register(DirectoryPage):
    """Find labels: who has one, since when, until when."""

    title = "Registre des labels"
    description = (
        "Le registre public des labels French IMPACT : qui, quoi, où, depuis quand, jusqu’à quand, selon quels "
        "critères. Recherche, carte, données ouvertes."
    )
    template_name = "labels/register.html"
    directory = reading.REGISTER
    question_class = reading.LabelQuestion

    def here(self) -> str:
        return reverse("labels:register")

    def find(self, question: reading.LabelQuestion) -> Shown[reading.LabelQuestion, reading.Result]:
        return reading.register(question)

    def context(self) -> dict[str, Any]:
        query = self.found.question.query()
        exports = [(kind.upper(), f"{reverse('labels:register_file', args=[kind])}{query}") for kind in _FILES]
        return {**super().context(), "exports": exports}


class RegisterFile(Page):
    """All that a question finds, whole: labels are some thousands, and leave at once."""

    title = "Labels, à télécharger"
    public = True
    template_name = "labels/register.html"  # never rendered: the answer is the file

    def answer(self) -> HttpResponseBase:
        kind = self.kwargs["kind"]
        ids = reading.REGISTER.every_number(reading.LabelQuestion.read(dict(self.request.GET.lists())))
        if kind == "json":
            return _json(ids)
        return _KINDS[kind]("labels", [field.name for field in reading.FIELDS], lambda: reading.rows_of(ids))


def _json(ids: Sequence[int]) -> StreamingHttpResponse:
    """The same as JSON, written as it is read."""

    def parts() -> Iterator[str]:
        yield f'{{"licence": {json.dumps(LICENCE, ensure_ascii=False)}, "adresse_licence": "{LICENCE_URL}", '
        yield '"labels": ['
        for number, one in enumerate(reading.read_for_machines(ids)):
            line = {field.name: field.value(one) for field in reading.FIELDS}
            yield ("," if number else "") + "\n" + json.dumps(line, ensure_ascii=False)
        yield "\n]}\n"

    response = StreamingHttpResponse(parts(), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="labels.json"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


class Reuse(Page):
    """What each column of the exports means."""

    title = "Réutiliser les données du registre"
    public = True
    template_name = "labels/reuse.html"

    def trail(self) -> list[Crumb]:
        return [Crumb("Labels", reverse("labels:register"))]

    def context(self) -> dict[str, Any]:
        return {"fields": reading.FIELDS, "licence": LICENCE, "licence_url": LICENCE_URL}


class Schema(Page):
    """The same for a machine: a Table Schema."""

    title = "Schéma du registre"
    public = True
    template_name = "labels/reuse.html"  # never rendered

    def answer(self) -> HttpResponseBase:
        home = f"{settings.BASE_URL}{reverse('labels:reuse')}"
        response = JsonResponse(reading.table_schema(home), json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Access-Control-Allow-Origin"] = "*"
        return response
