"""A small concrete document, for the tests of the kernel alone."""

from collections.abc import Callable, Collection, Iterable, Mapping

from django.db import models

from accelerator.search.facets import Facet
from accelerator.search.index import Index
from accelerator.search.models import Document
from accelerator.search.rebuild import rebuild
from accelerator.search.types import Entry


class PlayDocument(Document):
    """What is searched of a thing that exists only in the tests."""

    thing = models.BigIntegerField(primary_key=True)

    class Meta(Document.Meta):
        app_label = "search"
        db_table = "play_document"


def play_index() -> Index:
    """A fresh index, as another process would have it."""
    return Index(
        "play",
        PlayDocument,
        [
            Facet("kind", values=13, multiple=True),
            Facet("theme", values=40, multiple=True),
            Facet("departement", values=120),
            Facet("region", values=30),
        ],
    )


def borne(numbers: Mapping[str, int]) -> Callable[[Collection[str]], set[int]]:
    """Who bears each of these numbers, as a subject tells it."""
    return lambda asked: {numbers[one] for one in asked if one in numbers}


def rebuild_with(index: Index, entries: Iterable[Entry]) -> int:
    """Rebuild from entries at hand: they are taken when the rebuild asks for them."""
    taken: dict[int, Entry] = {}

    def order() -> list[int]:
        taken.update((entry.id, entry) for entry in entries)
        return sorted(taken, key=lambda one: (-taken[one].prominence, one))

    return rebuild(index, order, lambda: lambda ids: [taken[one] for one in ids])
