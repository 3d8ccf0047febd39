"""A small concrete document, for the tests of the kernel alone."""

from django.db import models

from accelerator.search.facets import Facet
from accelerator.search.index import Index
from accelerator.search.models import Document


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
