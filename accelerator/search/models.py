"""The tables: the document that each subject makes concrete, and what search remembers of each index."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Floor, Random

from accelerator.search.types import SHELVES


class Document(models.Model):
    """What is searched of one thing. A subject makes it concrete with a primary key that is the thing's own:

        class OrganisationDocument(Document):
            organisation = models.OneToOneField(Organisation, on_delete=CASCADE, primary_key=True, related_name="+")

    Only an `Index` writes it, and `upkeep` its shelf. The rows of a fresh rebuild stand in order of prominence, so that
    the first ones read are the ones worth ranking. Nothing may point to it by a foreign key: a rebuild replaces the
    table.
    """

    # Lexemes with their weight, then the keys: "=kind:porteur" (facets), "@commune-46102" (places).
    tsv = SearchVectorField()
    # From 0 to 1.
    prominence = models.FloatField(default=0)
    # The facets, packed (see `facets`): counted without reading anything else.
    packed_0 = models.BigIntegerField(default=0)
    packed_1 = models.BigIntegerField(default=0)
    # The folded name: sorting by name does not depend on the server's collation (decision 16).
    sort_name = models.TextField(default="", db_collation="C")
    dated_at = models.DateTimeField(null=True)
    # Which of the `SHELVES` it stands on, from 1, as the last rebuild or night ranked it; the most prominent come first
    # in the table, and each shelf has an index of its own. Beyond the last one: on none.
    shelf = models.SmallIntegerField(default=len(SHELVES) + 1, db_default=len(SHELVES) + 1)

    class Meta:
        abstract = True
        indexes = [
            GinIndex(fields=["tsv"], name="%(class)s_tsv", fastupdate=False),
            *(
                GinIndex(fields=["tsv"], name=f"%(class)s_shelf_{n}", fastupdate=False, condition=Q(shelf=n))
                for n in range(1, len(SHELVES) + 1)
            ),
            models.Index(F("prominence").desc(), name="%(class)s_rank"),
            models.Index(fields=["sort_name"], name="%(class)s_name"),
            models.Index(F("dated_at").desc(nulls_last=True), name="%(class)s_date"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class State(models.Model):
    """One row an index: its generation, which each rebuild changes, and the position of each facet's values.

    A generation is drawn, not counted: a process that has met another database never takes its words for this one's.
    """

    index = models.CharField(primary_key=True, max_length=40)
    generation = models.BigIntegerField(db_default=Floor(Random() * 2**53))
    # {"kind": {"porteur": 0, …}}: positions are given once and never move.
    positions = models.JSONField(default=dict)
    # Until when the documents written by a rebuild were taken for changed (see `watching`).
    watched_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.index


class Lexeme(models.Model):
    """In how many documents a lexeme or a key stands: the sum over its rows.

    Note [Counts are sums of changes]
    A counter updated in place would make every writer of "association" wait for the others until their
    transactions end, and two of them could each wait for the other. So a put adds rows (+1, -1) and locks
    nothing; a rebuild, or a night, leaves one row a lexeme.
    """

    index = models.CharField(max_length=40)
    lexeme = models.TextField(db_collation="C")
    documents = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["index", "lexeme"], include=["documents"], name="search_lexeme_sum")]

    def __str__(self) -> str:
        return self.lexeme


class Word(models.Model):
    """A word as people write it, for corrections: folded, and as it is shown. May stand twice; that is harmless."""

    index = models.CharField(max_length=40)
    word = models.TextField(db_collation="C")
    display = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["index", "word"], name="search_word_word"),
            models.Index(fields=["index", "id"], name="search_word_fresh"),
        ]

    def __str__(self) -> str:
        return self.display


class Touch(models.Model):
    """A document was written or removed since the last rebuild.

    One in progress takes it again before it replaces the table; many of them say that the index is worn (`upkeep`).
    """

    index = models.CharField(max_length=40)
    document = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["index"], name="search_touch_index")]

    def __str__(self) -> str:
        return str(self.document)


class Before(models.Model):
    """What a document was before it changed, until someone has looked at what changed (see `watching`)."""

    index = models.CharField(max_length=40)
    document = models.BigIntegerField()
    # None: it was not there.
    tsv = SearchVectorField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["index", "document"],
                name="search_before_once",
                violation_error_message="On retient une fois ce qu’un document était.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.document)
