"""What anyone searches, and may follow and take away: organisations here, and what higher subjects declare.

One mechanism: a question is saved, its alert tells what is new, all that it finds is exported. A subject registers in
its `AppConfig.ready()` what it has over its public directory; saved searches and exports keep its code
(docs/decisions/0052-one-mechanism-each.md).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

from django.urls import reverse

from accelerator.community.models import Organisation
from accelerator.directory.queries.directory import ORGANISATIONS, directory
from accelerator.directory.queries.published import FIELDS, rows_of
from accelerator.directory.queries.question import Question
from accelerator.search.directory import PublicDirectory, Shown
from accelerator.search.questions import PublicQuestion


class Named(NamedTuple):
    """One thing as an alert names it: where it is, the path of its page."""

    name: str
    where: str
    url: str


@dataclass(frozen=True)
class Searched:
    """What a subject lets anyone search.

    code       as rows keep it and addresses say it: « projets ».
    directory  its index, its French nouns.
    question   the class of its questions, with its filters.
    title      its name in a breadcrumb: « Annuaire ».
    whole      all of it: « tout l’annuaire ».
    page       the name of the address of its page, without a question.
    reuse      the name of the address where its columns are explained.
    file_url   the address of the file that comes at once, by format; a question follows it.
    file_name  what begins the name of a file.
    find       what answers a question, as its page shows it.
    columns    of an export; `rows` gives its lines, some hundreds at a time, without what is hidden meanwhile.
    named      those of these numbers that anyone may still find, in one query.
    """

    code: str
    directory: PublicDirectory
    question: type[PublicQuestion]
    title: str
    whole: str
    page: str
    reuse: str
    file_url: Callable[[str], str]
    file_name: str
    find: Callable[[Any], Shown[Any, Any]]
    columns: Sequence[str]
    rows: Callable[[Sequence[int]], Iterator[Sequence[Any]]]
    named: Callable[[Collection[int]], Mapping[int, Named]]

    def read(self, query: str) -> PublicQuestion:
        """The question that an address, or a saved search, holds."""
        return self.question.read(parse_qs(query.removeprefix("?")))

    def kept_query(self, question: PublicQuestion) -> str:
        """A question as it is kept: without its page nor its order, always written alike."""
        return self.question(question.text, question.filters, question.near, question.territory).query()

    def address(self, query: str = "") -> str:
        """The page of the directory, as a question finds it."""
        return f"{reverse(self.page)}{query}"

    def save_address(self, question: PublicQuestion) -> str:
        """Where a question is saved."""
        return f"{reverse('directory:save_search', kwargs={'things': self.code})}{self.kept_query(question)}"

    def export_address(self, query: str = "") -> str:
        """Where all that a question finds is exported."""
        return f"{reverse('directory:export_directory', kwargs={'things': self.code})}{query}"


_registered: dict[str, Searched] = {}


def register(searched: Searched) -> Searched:
    """Register what a subject lets anyone search; a code given twice raises `ValueError`."""
    if searched.code in _registered:
        raise ValueError(f"Ce qui se cherche sous le nom {searched.code} est déclaré deux fois.")
    _registered[searched.code] = searched
    return searched


def everything_searched() -> list[Searched]:
    """Each, the lowest subject first."""
    return list(_registered.values())


def searched_as(code: str) -> Searched:
    """The one of a code. Raises `LookupError` when nobody declared it."""
    if code not in _registered:
        raise LookupError(f"Rien ne se cherche sous le nom {code}. Connus : {', '.join(sorted(_registered))}.")
    return _registered[code]


def _named(ids: Collection[int]) -> dict[int, Named]:
    listed = Organisation.objects.listed().select_related("seat").only("name", "public_id", "seat__name").in_bulk(ids)
    return {
        pk: Named(one.name, one.seat.name if one.seat else "", reverse("community:organisation", args=[one.key]))
        for pk, one in listed.items()
    }


SEARCHED_ORGANISATIONS: Final = register(
    Searched(
        code="organisations",
        directory=ORGANISATIONS,
        question=Question,
        title="Annuaire",
        whole="tout l’annuaire",
        page="directory:directory",
        reuse="directory:reuse",
        file_url=lambda kind: reverse(f"directory:directory_{kind}"),
        file_name="annuaire",
        find=directory,
        columns=[field.name for field in FIELDS],
        rows=rows_of,
        named=_named,
    )
)
