"""An index: what is searched together, written by `put`, `remove` and `rebuild`, asked by `search`."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accelerator.search.asking import Source, ask
from accelerator.search.facets import Facet, Packing, Positions
from accelerator.search.lexicon import Lexicon
from accelerator.search.models import Document
from accelerator.search.text import Word, sort_key, stems_of, words_of
from accelerator.search.types import (
    EVERYTHING,
    Answer,
    Entry,
    Question,
    facet_key,
    identifier_key,
    place_key,
    quoted,
)

_MOST_CACHED_STEMS = 200_000
_MANY = 100  # a put of more documents makes the other writers wait, rather than lock each one


class Index:
    """One set of documents that is searched; declared once, by the subject that owns them.

    name        stable; names the index in the tables of `search`.
    document    the concrete model, named "community.OrganisationDocument" or given.
    watched     whether what a document was is remembered until the next night (see `watching`).
    """

    def __init__(
        self,
        name: str,
        document: Callable[[], type[Document]] | type[Document],
        facets: Iterable[Facet],
        *,
        watched: bool = False,
    ):
        self.name = name
        self.watched = watched
        self._document = document
        self.packing = Packing(facets)
        self._lexicon = Lexicon()
        self._stems: dict[str, tuple[str, ...]] = {}

    @property
    def document(self) -> type[Document]:
        """The concrete model."""
        return self._document if isinstance(self._document, type) else self._document()

    @property
    def table(self) -> str:
        """Its table."""
        return self.document._meta.db_table

    @property
    def key(self) -> str:
        """Its primary key's column."""
        return str(self.document._meta.pk.column)

    # Writing

    def put(self, entries: Iterable[Entry]) -> None:
        """Write or replace documents, in the caller's transaction: what follows finds them at once.

        Raises `RuntimeError` outside a transaction, `TooManyValuesError`, `KeyError` for an unknown facet.
        """
        written = {entry.id: entry for entry in entries}
        if written:
            self._replace(sorted(written), written)

    def remove(self, ids: Iterable[int]) -> None:
        """Forget documents, in the caller's transaction; those that are not there are left aside."""
        gone = sorted(set(ids))
        if gone:
            self._replace(gone, {})

    def _replace(self, ids: list[int], written: Mapping[int, Entry]) -> None:
        if not connection.in_atomic_block:
            raise RuntimeError("La recherche s'écrit dans la transaction de ce qui change.")
        table, key = connection.ops.quote_name(self.table), connection.ops.quote_name(self.key)
        with connection.cursor() as cursor:
            # A rebuild waits for those who write, and they for its last moments; two writers of one thing are ordered.
            if len(ids) > _MANY:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [self.lock])
            else:
                cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", [self.lock])
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(hashtext(%s), hashint8(id)) FROM unnest(%s::bigint[]) AS id",
                    [self.lock, ids],
                )
            cursor.execute(
                "INSERT INTO search_touch (index, document) SELECT %s, unnest(%s::bigint[])", [self.name, ids]
            )
            if self.watched:
                cursor.execute(
                    "INSERT INTO search_before (index, document, tsv, changed_at)"  # noqa: S608  names of our own tables
                    " SELECT %s, changed, tsv, now()"
                    f" FROM unnest(%s::bigint[]) AS changed LEFT JOIN {table} ON {key} = changed"
                    " ON CONFLICT (index, document) DO UPDATE SET changed_at = now()",
                    [self.name, ids],
                )
            cursor.execute(f"SELECT tsvector_to_array(tsv) FROM {table} WHERE {key} = ANY(%s)", [ids])  # noqa: S608  names of our own tables
            changes: Counter[str] = Counter()
            for (lexemes,) in cursor.fetchall():
                changes.subtract(lexemes)
            rows = self.rows(cursor, list(written.values()), self.positions_for(cursor, written.values()))
            displays = {word: display for row in rows for word, display in row.displays.items()}
            gone = [one for one in ids if one not in written]
            if gone:
                cursor.execute(f"DELETE FROM {table} WHERE {key} = ANY(%s)", [gone])  # noqa: S608  names of our own tables
            for row in rows:
                changes.update(row.lexemes)
                cursor.execute(
                    f"INSERT INTO {table} ({key}, {_NAMED}) VALUES (%s, %s, %s, %s, %s, %s, %s)"  # noqa: S608  names of our own tables
                    f" ON CONFLICT ({key}) DO UPDATE SET {_REPLACED}",
                    row.values,
                )
            changed = [(lexeme, change) for lexeme, change in changes.items() if change]
            cursor.execute(
                "INSERT INTO search_lexeme (index, lexeme, documents) SELECT %s, * FROM unnest(%s::text[], %s::int[])",
                [self.name, [lexeme for lexeme, _ in changed], [change for _, change in changed]],
            )
            cursor.execute(
                "INSERT INTO search_word (index, word, display)"
                " SELECT %(index)s, w.* FROM unnest(%(words)s::text[], %(displays)s::text[]) AS w(word, display)"
                " WHERE NOT EXISTS (SELECT FROM search_word AS x WHERE x.index = %(index)s AND x.word = w.word)",
                {"index": self.name, "words": list(displays), "displays": list(displays.values())},
            )

    @property
    def lock(self) -> str:
        """What writers share, and a rebuild takes for itself."""
        return f"search {self.name}"

    def positions_for(self, cursor: Any, entries: Iterable[Entry]) -> dict[str, dict[str, int]]:
        """The positions of the facets' values, new ones taken."""
        cursor.execute("SELECT positions FROM search_state WHERE index = %s", [self.name])
        row = cursor.fetchone()
        positions: dict[str, dict[str, int]] = json.loads(row[0]) if row else {}
        wanted = {(name, value) for entry in entries for name, values in entry.facets.items() for value in values}
        if all(value in positions.get(name, {}) for name, value in wanted):
            return positions
        cursor.execute(
            "INSERT INTO search_state (index, generation, positions) VALUES (%s, 0, '{}') ON CONFLICT DO NOTHING",
            [self.name],
        )
        cursor.execute("SELECT positions FROM search_state WHERE index = %s FOR UPDATE", [self.name])
        positions = json.loads(cursor.fetchone()[0])
        for name, value in sorted(wanted):
            self.packing.take(name, value, positions)
        cursor.execute("UPDATE search_state SET positions = %s WHERE index = %s", [json.dumps(positions), self.name])
        return positions

    def rows(self, cursor: Any, entries: Sequence[Entry], positions: Positions) -> list["Row"]:
        """The documents of these entries."""
        parsed = [(entry, _weighted_words(entry)) for entry in entries]
        self._learn_stems(cursor, {word.raw: word for _, words in parsed for word, _ in words})
        return [self._row(entry, words, positions) for entry, words in parsed]

    def _learn_stems(self, cursor: Any, words: Mapping[str, Word]) -> None:
        missing = words.keys() - self._stems.keys()
        if not missing:
            return
        if len(self._stems) > _MOST_CACHED_STEMS:
            self._stems, missing = {}, set(words)
        forms = {form for raw in missing for form in words[raw].forms}
        cursor.execute("SELECT form, search_stem(form) FROM unnest(%s::text[]) AS form", [list(forms)])
        stems = dict(cursor.fetchall())
        self._stems |= {raw: stems_of(words[raw], stems) for raw in missing}

    def _row(self, entry: Entry, words: list[tuple[Word, str]], positions: Positions) -> "Row":
        displays: dict[str, str] = {}
        found: dict[str, list[str]] = {}
        position = 0
        for word, weight in words:
            stems = self._stems[word.raw]
            if not stems:
                continue
            position += 0 if word.joined else 1
            displays.setdefault(word.folded, word.shown)
            for stem in stems:
                found.setdefault(stem, []).append(f"{min(position, 16383)}{weight}")
        keys = {EVERYTHING}
        keys |= {facet_key(name, value) for name, values in entry.facets.items() for value in values}
        keys |= {place_key(key) for key in entry.places}
        keys |= {identifier_key(identifier) for identifier in entry.identifiers if identifier}
        tsv = " ".join(
            [f"{quoted(stem)}:{','.join(at[:255])}" for stem, at in found.items()] + [quoted(key) for key in keys]
        )
        facets = self.packing.pack(entry.facets, positions)
        values = (entry.id, tsv, entry.prominence, *facets, sort_key(entry.name), entry.dated_at)
        return Row(values, found.keys() | keys, displays)

    # Reading

    def search(self, question: Question) -> Answer:
        """Answer, in at most three queries: look the words up, look their corrections up, find.

        Never raises for what a person may type: operators and quotes are not interpreted, a text is cut after
        `LONGEST_QUESTION` characters, an unknown value of a filter finds nothing.
        """
        return ask(self.source, question)

    @property
    def source(self) -> Source:
        """Where a question of this index is asked."""
        return Source(self.name, self.table, self.key, self.packing, self._lexicon)


@dataclass(frozen=True)
class Row:
    """A document ready to be written, its lexemes, and its words: {folded: as shown}."""

    values: tuple[Any, ...]
    lexemes: Iterable[str]
    displays: Mapping[str, str]


COLUMNS = ("tsv", "prominence", "packed_0", "packed_1", "sort_name", "dated_at")
_NAMED = ", ".join(COLUMNS)
_REPLACED = ", ".join(f"{column} = excluded.{column}" for column in COLUMNS)


def _weighted_words(entry: Entry) -> list[tuple[Word, str]]:
    parts = [("A", [entry.name, *entry.titles]), ("B", entry.summary), ("C", entry.body), ("D", entry.context)]
    return [(word, weight) for weight, texts in parts for text in texts for word in words_of(text)]
