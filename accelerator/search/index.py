"""An index: what is searched together, written by `put`, `remove` and `rebuild`, asked by `search`."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import connection

from accelerator.search.asking import Bearing, Source, ask, nobody
from accelerator.search.documents import COLUMNS, Maker, take_positions
from accelerator.search.facets import Facet, Packing
from accelerator.search.lexicon import Lexicon
from accelerator.search.models import Document
from accelerator.search.types import Answer, Entry, Question

_CHUNK = 1000  # documents read at a time
_MANY = 100  # a put of more documents makes the other writers wait, rather than lock each one


class Index:
    """One set of documents that is searched; declared once, by the subject that owns them.

    name        stable; names the index in the tables of `search`.
    document    the concrete model, named "community.OrganisationDocument" or given.
    watched     whether what a document was is remembered until the next night (see `watching`).
    bearing     who bears any of some registration numbers, as `text.identifiers_of` reads them; nobody by default. They
                are asked of the subject, whose columns are unique: as words of the index, a number each, they took a
                third of what it takes to make.
    """

    def __init__(
        self,
        name: str,
        document: Callable[[], type[Document]] | type[Document],
        facets: Iterable[Facet],
        *,
        watched: bool = False,
        bearing: Bearing = nobody,
    ):
        self.name = name
        self.watched = watched
        self.bearing = bearing
        self._document = document
        self.packing = Packing(facets)
        self._lexicon = Lexicon()
        self._of_thread = threading.local()

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

    def put(self, entries: Iterable[Entry], *, told: bool = True) -> None:
        """Write or replace documents, in the caller's transaction: what follows finds them at once.

        told    whether it is a change, told to who watches (when the index is `watched`), or only what should have been
                written already.

        Raises `RuntimeError` outside a transaction, `TooManyValuesError`, `KeyError` for an unknown facet.
        """
        written = {entry.id: entry for entry in entries}
        if written:
            self._replace(sorted(written), written, told=told)

    def write_again(
        self, ids: Iterable[int], read: Callable[[Sequence[int]], Sequence[Entry]], *, told: bool = True
    ) -> None:
        """Write what is now read of these documents, so many at a time; one of which nothing is read leaves the index.

        In the caller's transaction, as `put`. They are read once nobody else may write them: what another has just
        committed is never covered by what was read before.
        """
        ordered = sorted(set(ids))
        for start in range(0, len(ordered), _CHUNK):
            chunk = ordered[start : start + _CHUNK]
            self._hold(chunk)
            entries = read(chunk)
            self.remove(set(chunk) - {entry.id for entry in entries}, told=told)
            self.put(entries, told=told)

    def remove(self, ids: Iterable[int], *, told: bool = True) -> None:
        """Forget documents, in the caller's transaction; those that are not there are left aside."""
        gone = sorted(set(ids))
        if gone:
            self._replace(gone, {}, told=told)

    def _replace(self, ids: list[int], written: Mapping[int, Entry], *, told: bool) -> None:
        self._hold(ids)
        table, key = connection.ops.quote_name(self.table), connection.ops.quote_name(self.key)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO search_touch (index, document) SELECT %s, unnest(%s::bigint[])", [self.name, ids]
            )
            if self.watched and told:
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
            maker, entries = self._maker(), list(written.values())
            made, displays = maker.make(entries), maker.displays(entries)
            gone = [one for one in ids if one not in written]
            if gone:
                cursor.execute(f"DELETE FROM {table} WHERE {key} = ANY(%s)", [gone])  # noqa: S608  names of our own tables
            for document in made:
                changes.update(document.lexemes)
            if made:
                cursor.executemany(
                    f"INSERT INTO {table} ({key}, {_NAMED}) VALUES (%s, %s, %s, %s, %s, %s, %s)"  # noqa: S608  names of our own tables
                    f" ON CONFLICT ({key}) DO UPDATE SET {_REPLACED}",
                    [document.values for document in made],
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

    def _hold(self, ids: list[int]) -> None:
        """Until the transaction ends, nobody else writes these, in order.

        A rebuild waits for those who write, and they for its last moments; two writers of one thing are ordered.
        Raises `RuntimeError` outside a transaction.
        """
        if not connection.in_atomic_block:
            raise RuntimeError("La recherche s'écrit dans la transaction de ce qui change.")
        with connection.cursor() as cursor:
            if len(ids) > _MANY:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [self.lock])
            else:
                cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", [self.lock])
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(hashtext(%s), hashint8(id)) FROM unnest(%s::bigint[]) AS id",
                    [self.lock, ids],
                )

    @property
    def lock(self) -> str:
        """What writers share, and a rebuild takes for itself."""
        return f"search {self.name}"

    def _maker(self) -> Maker:
        """What makes the documents of this thread; it keeps the stems, never the positions of a past transaction."""
        if not hasattr(self._of_thread, "maker"):
            self._of_thread.maker = Maker(self.packing, lambda values: take_positions(self.name, self.packing, values))
        maker: Maker = self._of_thread.maker
        maker.renew()
        return maker

    # Reading

    def search(self, question: Question) -> Answer:
        """Answer, in at most three queries: look the words up, look their corrections or numbers up, find.

        Never raises for what a person may type: operators and quotes are not interpreted, a text is cut after
        `LONGEST_QUESTION` characters, an unknown value of a filter finds nothing.
        """
        return ask(self.source, question)

    @property
    def source(self) -> Source:
        """Where a question of this index is asked."""
        return Source(self.name, self.table, self.key, self.packing, self._lexicon, self.bearing)


_NAMED = ", ".join(COLUMNS)
_REPLACED = ", ".join(f"{column} = excluded.{column}" for column in COLUMNS)
