"""The page of a public directory: words, filters, a commune; the list and the map together."""

from dataclasses import replace
from typing import Any, ClassVar, Final

from django.conf import settings
from django.utils.safestring import SafeString

from accelerator.design.boxes import boxes
from accelerator.design.pages import Page
from accelerator.design.paging import Chip, Pages
from accelerator.geography.maps import FranceMap, map_of_france
from accelerator.search.directory import PublicDirectory, Shown, ShownFacet
from accelerator.search.nearness import said_near
from accelerator.search.questions import PublicQuestion, Sort

_CODE: Final = "CODE-DU-DEPARTEMENT"


class DirectoryPage(Page):
    """Find things. Its template extends `search/directory.html` and shows one result.

    A subclass gives `directory`, `question_class`, `here` (its own address) and `find`.
    """

    public = True
    frequent = True
    directory: ClassVar[PublicDirectory]
    question_class: ClassVar[type[PublicQuestion]]

    def here(self) -> str:
        """The address of the directory, without a question."""
        raise NotImplementedError

    def find(self, question: Any) -> Shown[Any, Any]:
        """What answers a question, ready to be shown."""
        raise NotImplementedError

    def load(self) -> None:
        self.found = self.find(self.question_class.read(dict(self.request.GET.lists())))

    def context(self) -> dict[str, Any]:
        found, here = self.found, self.here()
        question = found.question
        return {
            "question": question,
            "things": self.directory.things,
            "nothing_title": f"{self.directory.things.none} ne correspond",
            "directory_url": here,
            "canonical": f"{settings.BASE_URL}{here}{question.query()}",
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
            "map": map_of_results(self.directory, here, found, caption="Ces résultats, par département"),
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

    def _boxes(self, facet: ShownFacet) -> SafeString:
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
                self.directory.things.recent if sort == Sort.RECENT else sort.label,
                here + replace(question, sort="" if sort == by_default else sort.value, page=1).query(),
                sort == (question.sort or by_default),
            )
            for sort in offered
        ]


def map_of_results(directory: PublicDirectory, here: str, found: Any, *, caption: str) -> FranceMap:
    """The map of what a question finds; each département leads to the same question, there."""
    counts, things = found.by_departement, directory.things
    # The same address for all, but for the code: a hundred addresses are not written a hundred times.
    address = here + found.question.having("departement", _CODE).query()
    return map_of_france(
        counts,
        label=things.many.capitalize(),
        caption=caption,
        unit=(things.one, things.many),
        nothing=things.none.lower(),
        links={code: address.replace(_CODE, code) for code in counts},
        names=found.departements,
    )
