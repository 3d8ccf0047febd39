"""The map of the actors: how many, where; each figure leads to the directory."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.urls import reverse

from accelerator.design.pages import Page
from accelerator.directory.queries import directory as reading
from accelerator.directory.queries.question import read_question
from accelerator.search.pages import map_of_results


class Map(Page):
    """Choose what is shown; see it by département and by région."""

    title = "Carte des acteurs"
    description = (
        "Les acteurs de l’innovation sociale par département et par région : carte, tableau, liens vers l’annuaire."
    )
    public = True
    template_name = "directory/map.html"

    def load(self) -> None:
        asked = read_question(dict(self.request.GET.lists()))
        kept = {name: values for name, values in asked.filters.items() if name in ("type", "theme")}
        self.question = replace(asked, filters=kept, near="", territory="", sort="", page=1)
        self.found = reading.mapped(self.question)

    def context(self) -> dict[str, Any]:
        found, question, here = self.found, self.question, reverse("directory:directory")
        return {
            "map": map_of_results(reading.ORGANISATIONS, here, found, caption=self._caption()),
            "facets": found.facets,
            "question": question,
            "total": found.total,
            "capped": found.capped,
            "map_url": reverse("directory:map"),
            "directory_url": here + question.query(),
            "canonical": f"{settings.BASE_URL}{reverse('directory:map')}{question.query()}",
            "regions": [
                (name, count, here + question.having("region", code).query()) for code, name, count in found.by_region
            ],
        }

    def _caption(self) -> str:
        if self.question.is_empty:
            return "Toutes les organisations de l’annuaire, par département"
        return "Les organisations choisies, par département"
