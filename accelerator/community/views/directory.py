"""The national directory: the page, and what it shows as a file."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString

from accelerator.community.queries import directory as reading
from accelerator.community.queries.nearness import said_near
from accelerator.community.queries.published import FIELDS, rows_of
from accelerator.community.queries.question import Sort, read_question
from accelerator.community.queries.searches import kept_query
from accelerator.community.states import ExportKind
from accelerator.community.views.maps import results_map
from accelerator.design.boxes import boxes
from accelerator.design.exports import csv_response, xlsx_response
from accelerator.design.pages import Page
from accelerator.design.paging import Chip, Pages


class Directory(Page):
    """Find organisations: words, filters, a commune; the list and the map together."""

    title = "Annuaire de l’innovation sociale"
    description = (
        "Trouver les acteurs de l’innovation sociale en France : porteurs de projet, territoires, incubateurs, "
        "financeurs. Recherche, filtres, carte, données ouvertes."
    )
    public = True
    template_name = "community/directory.html"

    def load(self) -> None:
        self.found = reading.directory(read_question(dict(self.request.GET.lists())))

    def context(self) -> dict[str, Any]:
        found, here = self.found, reverse("community:directory")
        question = found.question
        return {
            "question": question,
            "directory_url": here,
            "canonical": f"{settings.BASE_URL}{here}{question.query()}",
            "export_url": f"{reverse('community:export_directory')}{replace(question, page=1).query()}",
            "save_url": f"{reverse('community:save_search')}{kept_query(question)}",
            "results": found.results,
            "total": found.total,
            "capped": found.capped,
            "facets": [(facet, self._boxes(facet)) for facet in found.facets],
            "chips": [Chip(chip.label, here + chip.question.query()) for chip in found.chips],
            "suggestion": found.suggestion,
            "suggestion_url": here + replace(question, text=found.suggestion, page=1).query(),
            "near": found.near,
            "near_offer": self._near_offer(here),
            "near_choices": [(place, here + replace(question, near=place.key).query()) for place in found.near_choices],
            "notes": found.notes,
            "has_places": bool(found.by_departement),
            "map": results_map(question, found, caption="Ces résultats, par département"),
            "sorts": self._sorts(here),
            "pages": Pages(
                current=min(question.page, found.pages),
                total=found.pages,
                url_of=lambda number: here + replace(question, page=number).query(),
            ),
        }

    def _near_offer(self, here: str) -> dict[str, Any] | None:
        """The same search near the commune that the sentence names, offered and never imposed."""
        question = self.found.question
        said = None if question.near or question.territory else said_near(question.text)
        if said is None:
            return None
        text, place = said
        url = here + replace(question, text=text, near=place.key, page=1).query()
        return {"place": place, "text": text, "url": url}

    def _boxes(self, facet: reading.Facet) -> SafeString:
        """What the form `recherche` lets one tick of a filter."""
        values = ((value.code, value.label, value.count, value.selected) for value in facet.values)
        return boxes(facet.name, values, form="recherche")

    def _sorts(self, here: str) -> list[tuple[str, str, bool]]:
        """Each order offered: its name, its address, whether it is the one in force."""
        found, question = self.found, self.found.question
        by_default = Sort.DISTANCE if found.near else Sort.RELEVANCE
        offered = [sort for sort in Sort if sort != Sort.DISTANCE or found.near]
        return [
            (
                sort.label,
                here + replace(question, sort="" if sort == by_default else sort.value, page=1).query(),
                sort == (question.sort or by_default),
            )
            for sort in offered
        ]


class DirectoryFile(Page):
    """What a question of the directory finds, for a spreadsheet, at once; beyond 3 000, the file is to be asked for."""

    title = "Annuaire, à télécharger"
    public = True
    template_name = "community/directory.html"  # never rendered: the answer is the file
    kind: str = ExportKind.CSV

    def answer(self) -> HttpResponseBase:
        question = replace(read_question(dict(self.request.GET.lists())), page=1)
        ids = reading.exported(question)
        if ids is None:
            return HttpResponseRedirect(f"{reverse('community:export_directory')}{question.query()}")
        respond = csv_response if self.kind == ExportKind.CSV else xlsx_response
        return respond("annuaire", [field.name for field in FIELDS], lambda: rows_of(ids))
