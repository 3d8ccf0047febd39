"""From entries to documents: the same way when one thing changes and when the whole index is written again.

Note [What stands between two spaces is read once]
A text is cut at its spaces by `str.split`; what stands between two of them ("l’énergie,") always gives the same
lexemes. `text.words_of` reads it and the database stems it the first time, a dictionary afterwards. Short texts are
kept whole, and so is what entries share (`Shared`), keys included. What is kept is numbers, four bytes a lexeme; a few
thousand documents are then sorted, merged and counted at once by NumPy.

Note [Positions number the lexemes]
Each lexeme takes the next position, the two stems of a word two of them: they only tell what comes first, and how near.

A document is held as PostgreSQL sends it, ready for `COPY … (FORMAT binary)`: each lexeme is its bytes and a zero, how
many positions, then each of them with its weight in the two highest bits. What has one position, or none, is a piece
of a pool where every lexeme and every position stand once: a block is copied from there in one go.

Note [Lexemes in the server's order]
The server sorts the lexemes of a document that it receives, by their bytes, unless they come sorted; that took half of
the time of a copy. They are sorted here anyway, as numbers: by the rank of each among all, reckoned again now and then.
Those met since stand last, and the server sorts what has one.
"""

import json
import struct
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import numpy as np
from django.db import connection

from accelerator.search.facets import Packing, Positions
from accelerator.search.stemming import read_stems
from accelerator.search.text import Word, sort_key, stems_of, words_of
from accelerator.search.types import EVERYTHING, Entry, Shared, facet_key, place_key, quoted

COLUMNS: Final = ("tsv", "prominence", "packed_0", "packed_1", "sort_name", "dated_at")

_WEIGHTS: Final = "DCBA"  # from 0 to 3
_PARTS: Final = 5  # what weighs A, B, C, D, then the keys
_LAST_POSITION: Final = 16383
_MOST_POSITIONS: Final = 255  # of one lexeme
# In one number, to sort: which document of the block, which lexeme, which rank in the document.
_RANK_BITS, _LEXEME_BITS, _MOST_TOGETHER = 20, 30, 4096
_SHORT: Final = 60
# Ranks are reckoned again when so many more lexemes are known (an eighth), by so many of their bytes.
_GROWN, _RANKED_BYTES = 8, 40
_MOST_CACHED: Final = 400_000
_MOST_CHUNKS: Final = 200_000
_MOST_SHARED: Final = 50_000
_SAMPLED: Final = 8  # of how many documents one is read to know how each word is most often written
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_BEFORE: Final = struct.Struct(">hiqii")
_AFTER: Final = struct.Struct(">idiqiqi")
_DATED: Final = struct.Struct(">iq")
_NOT_DATED: Final = struct.pack(">i", -1)
_SHELF: Final = struct.Struct(">ih")
# The only place of a lexeme, as it is written, four bytes each; of the first, which is none, two are read.
_ONE_PLACE: Final = np.frombuffer(b"".join(struct.pack(">HH", place > 0, place) for place in range(1 << 16)), np.uint8)
_PIECES: Final = 1 << 16  # copied in one go: what they are is near

Place = Callable[[Collection[tuple[str, str]]], Positions]
# The numbers of what weighs B, C, D and of the keys, then the facets, packed.
Cut = tuple[bytes, bytes, bytes, bytes, int, int]
_NOTHING: Final[Cut] = (b"", b"", b"", b"", 0, 0)


@dataclass(slots=True)
class Document:
    """What is written of one entry. `tsv`: its `count` lexemes, keys included, as they are sent."""

    id: int
    count: int
    tsv: bytes
    prominence: float
    packed_0: int
    packed_1: int
    sort_name: str
    dated_at: datetime | None

    def copied(self, shelf: int) -> bytes:
        """As a row of a binary COPY: the key, then `COLUMNS`, then its shelf."""
        name, tsv = self.sort_name.encode(), self.tsv
        before = _BEFORE.pack(len(COLUMNS) + 2, 8, self.id, len(tsv) + 4, self.count)
        after = _AFTER.pack(8, self.prominence, 8, self.packed_0, 8, self.packed_1, len(name))
        return b"".join((before, tsv, after, name, _moment(self.dated_at), _SHELF.pack(2, shelf)))

    @property
    def values(self) -> tuple[Any, ...]:
        """As the parameters of an INSERT: the key, then `COLUMNS`."""
        tsv = " ".join(quoted(lexeme) + places for lexeme, places in self._read())
        return (self.id, tsv, self.prominence, self.packed_0, self.packed_1, self.sort_name, self.dated_at)

    @property
    def lexemes(self) -> list[str]:
        """Its lexemes and keys."""
        return [lexeme for lexeme, _ in self._read()]

    def _read(self) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(self.tsv):
            end = self.tsv.index(b"\x00", at)
            (count,) = struct.unpack_from(">H", self.tsv, end + 1)
            places = struct.unpack_from(f">{count}H", self.tsv, end + 3)
            said = ",".join(f"{place & _LAST_POSITION}{_WEIGHTS[place >> 14]}" for place in places)
            yield self.tsv[at:end].decode(), f":{said}" if said else ""
            at = end + 3 + 2 * count


@lru_cache(maxsize=1000)
def _moment(dated_at: datetime | None) -> bytes:
    """As it is sent; thousands of documents are of one moment."""
    if dated_at is None:
        return _NOT_DATED
    since = dated_at - _EPOCH
    return _DATED.pack(8, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


class _Learnt(dict[Any, Any]):
    """What was learnt; what is asked and was not is noted in `lacking`, and stands for `nothing` meanwhile."""

    def __init__(self, nothing: Any, lacking: list[Any]) -> None:
        super().__init__()
        self._nothing, self._lacking = nothing, lacking

    def __missing__(self, key: Any) -> Any:
        self._lacking.append(key)
        return self._nothing


class Maker:
    """Makes the documents of one index, and keeps what it learnt on the way. Not to be shared by two threads.

    place   gives positions to values of facets that have none, and returns all positions.
    """

    def __init__(self, packing: Packing, place: Place) -> None:
        self._packing, self._place = packing, place
        self._begin()

    def _begin(self) -> None:
        # Chunks of text (a string), then values of facets (a pair).
        self._lacking: list[Any] = []
        self._chunks, self._values = _Learnt(b"", self._lacking), _Learnt((b"", 0, 0), self._lacking)
        self._words: dict[str, bytes] = {}
        self._texts: dict[str, bytes] = {}
        self._shared: dict[Shared, Cut] = {}
        self._keys: dict[str, bytes] = {}
        self._numbers: dict[str, bytes] = {}
        self._lexemes: list[bytes] = []
        # The pool, then of each lexeme: where it begins there, how long it is, how many documents have it.
        self._pool, self._filled, self._pooled = _ONE_PLACE, len(_ONE_PLACE), 0
        self._begins = self._lengths = self._documents = np.zeros(0, dtype=np.int64)
        # The rank of each lexeme, and the lexeme of each rank; those that have none yet stand in their place.
        self._ranks = self._of_rank = np.zeros(0, dtype=np.int64)
        self._ranked = 0
        self._shown: Counter[tuple[str, str]] = Counter()
        self._sample: Counter[str] = Counter()
        self._everything = self._number(EVERYTHING)

    def renew(self) -> None:
        """Forget what belongs to one transaction (the positions that it took are lost if it is rolled back), and
        everything when it is much."""
        if len(self._words) > _MOST_CACHED:
            self._begin()
        self._lacking.clear()
        self._values.clear()
        self._shared.clear()
        self._shown.clear()

    def make(self, entries: Sequence[Entry]) -> list[Document]:
        """Their documents, in the same order. Raises `TooManyValuesError`, `KeyError` for an unknown facet."""
        if len(entries) > _MOST_TOGETHER:
            return self.make(entries[:_MOST_TOGETHER]) + self.make(entries[_MOST_TOGETHER:])
        if len(self._chunks) > _MOST_CHUNKS:
            self._chunks.clear()
            self._texts.clear()
        if len(self._shared) > _MOST_SHARED:
            self._shared.clear()
        parts: list[bytes] = []
        packed, again = [], []
        for rank, entry in enumerate(entries):
            lacked = len(self._lacking)
            packed.append(self._cut(entry, parts))
            if len(self._lacking) > lacked:
                again.append(rank)
        if again:
            self._learn()
            for rank in again:
                fresh: list[bytes] = []
                packed[rank] = self._cut(entries[rank], fresh)
                parts[rank * _PARTS : (rank + 1) * _PARTS] = fresh
        return self._merged(entries, parts, packed) if entries else []

    def sample(self, entries: Sequence[Entry]) -> None:
        """Remember how the words of some are written."""
        for entry in entries[::_SAMPLED]:
            for text in _texts_of(entry):
                self._sample.update(text.split())

    def counted(self) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
        """Of all that was made: {lexeme: documents}, {(word, as shown): how often}."""
        for chunk, times in self._sample.items():
            for word in self._kept(chunk):
                self._shown[word.folded, word.shown] += times
        self._sample.clear()
        present = np.flatnonzero(self._documents)
        lexemes = (self._lexemes[one][:-1].decode() for one in present.tolist())
        return dict(zip(lexemes, self._documents[present].tolist(), strict=True)), dict(self._shown)

    def displays(self, entries: Iterable[Entry]) -> dict[str, str]:
        """How the words of some entries, that were made, are written, once each."""
        displays: dict[str, str] = {}
        for entry in entries:
            for text in _texts_of(entry):
                for word in self._kept(text):
                    displays.setdefault(word.folded, word.shown)
        return displays

    def _kept(self, text: str) -> list[Word]:
        """The words of a text that was read, without the stop words."""
        return [word for word in words_of(text) if self._words.get(word.raw)]

    # Entries cut into numbers

    def _cut(self, entry: Entry, parts: list[bytes]) -> tuple[int, int]:
        """Add the five parts of an entry: the numbers of the lexemes of each; return its facets, packed."""
        chunk = self._chunks.__getitem__
        parts.append(b"".join([chunk(one) for text in (entry.name, *entry.titles) for one in text.split()]))
        summary, body, context, keys, packed_0, packed_1 = self._cut_once(entry)
        for shared in entry.shared:
            more = self._shared.get(shared) or self._cut_shared(shared)
            summary, body, context, keys = summary + more[0], body + more[1], context + more[2], keys + more[3]
            packed_0 |= more[4]
            packed_1 |= more[5]
        parts += (summary, body, context, self._everything + keys)
        return packed_0, packed_1

    def _cut_shared(self, shared: Shared) -> Cut:
        lacked = len(self._lacking)
        cut = self._cut_once(shared)
        if len(self._lacking) == lacked:
            self._shared[shared] = cut
        return cut

    def _cut_once(self, one: Entry | Shared) -> Cut:
        """All but its names and what it shares."""
        if not (one.facets or one.context or one.summary or one.body or one.places):
            return _NOTHING
        texts = self._texts
        summary, body, context = (
            b"".join([texts.get(text) or self._text(text) for text in part])
            for part in (one.summary, one.body, one.context)
        )
        keys, packed_0, packed_1 = [], 0, 0
        for name, values in one.facets.items():
            for value in values:
                key, bits_0, bits_1 = self._values[name, value]
                keys.append(key)
                packed_0 |= bits_0
                packed_1 |= bits_1
        keys += [self._keys.get(place) or self._key(place) for place in one.places]
        return summary, body, context, b"".join(keys), packed_0, packed_1

    def _text(self, text: str) -> bytes:
        lacked = len(self._lacking)
        numbers = b"".join(map(self._chunks.__getitem__, text.split()))
        if len(text) <= _SHORT and len(self._lacking) == lacked:
            self._texts[text] = numbers
        return numbers

    def _key(self, place: str) -> bytes:
        self._keys[place] = number = self._number(place_key(place))
        return number

    def _number(self, lexeme: str) -> bytes:
        number = self._numbers.get(lexeme)
        if number is None:
            self._numbers[lexeme] = number = len(self._lexemes).to_bytes(4, "little")
            self._lexemes.append(lexeme.encode() + b"\x00")
        return number

    def _learn(self) -> None:
        chunks = {one: words_of(one) for one in self._lacking if isinstance(one, str)}
        values = {one for one in self._lacking if not isinstance(one, str)}
        self._lacking.clear()
        unknown = {word.raw: word for words in chunks.values() for word in words if word.raw not in self._words}
        stems = read_stems({form for word in unknown.values() for form in word.forms})
        for raw, word in unknown.items():
            self._words[raw] = b"".join(map(self._number, stems_of(word, stems)))
        for chunk, words in chunks.items():
            self._chunks[chunk] = b"".join([self._words[word.raw] for word in words])
            self._shown.update((word.folded, word.shown) for word in words if self._words[word.raw])
        if values:
            positions = self._place(values)
            for name, value in values:
                packed = self._packing.pack({name: [value]}, positions)
                self._values[name, value] = (self._number(facet_key(name, value)), *packed)

    # Numbers merged into documents

    def _take_in(self) -> None:
        """Give the lexemes met since last time their place in the pool; reckon the ranks again when many have none."""
        known = len(self._lexemes)
        if known > self._pooled:
            new, fresh = slice(self._pooled, known), self._lexemes[self._pooled :]
            for name in ("_begins", "_lengths", "_documents", "_ranks", "_of_rank"):
                setattr(self, name, _widened(getattr(self, name), known))
            self._lengths[new] = lengths = np.fromiter(map(len, fresh), dtype=np.int64, count=len(fresh))
            self._begins[new] = self._filled + lengths.cumsum() - lengths
            self._ranks[new] = self._of_rank[new] = np.arange(self._pooled, known)
            end = self._filled + int(lengths.sum())
            self._pool = _widened(self._pool, end)
            self._pool[self._filled : end] = np.frombuffer(b"".join(fresh), np.uint8)
            self._filled, self._pooled = end, known
        if known > self._ranked + self._ranked // _GROWN:
            self._of_rank[:known] = np.argsort(np.array(self._lexemes, dtype=f"S{_RANKED_BYTES}"))
            self._ranks[self._of_rank[:known]] = np.arange(known)
            self._ranked = known

    def _merged(self, entries: Sequence[Entry], parts: list[bytes], packed: list[tuple[int, int]]) -> list[Document]:
        lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts)) // 4
        lexemes = np.frombuffer(b"".join(parts), dtype="<i4").astype(np.int64)
        each = lengths.reshape(-1, _PARTS).sum(axis=1)
        begins = each.cumsum() - each
        document = np.repeat(np.arange(len(entries)), each)
        rank = np.arange(len(lexemes)) - begins[document]
        weight = np.repeat(np.tile(np.array([3, 2, 1, 0, -1]), len(entries)), lengths)
        place = np.where((weight < 0) | (rank >= _LAST_POSITION), 0, weight << 14 | rank + 1)
        rank = np.minimum(rank, (1 << _RANK_BITS) - 1)
        self._take_in()
        every = np.sort(document << _LEXEME_BITS + _RANK_BITS | self._ranks[lexemes] << _RANK_BITS | rank)
        place = place[begins[every >> _LEXEME_BITS + _RANK_BITS] + (every & (1 << _RANK_BITS) - 1)]
        every >>= _RANK_BITS
        first = np.flatnonzero(np.concatenate([[True], every[1:] != every[:-1]]))
        every = every[first]
        lexemes = self._of_rank[every & (1 << _LEXEME_BITS) - 1]
        self._documents += np.bincount(lexemes, minlength=len(self._documents))
        # Beyond the last position, and of the keys, there are none: they come after those that are.
        places = np.minimum(np.add.reduceat(place > 0, first, dtype=np.int64), _MOST_POSITIONS)
        ends = np.searchsorted(every >> _LEXEME_BITS, np.arange(len(entries)), side="right")
        sent, offsets = self._sent(lexemes, place, first, places)
        made, begin, at = [], 0, 0
        for entry, (packed_0, packed_1), end, to in zip(
            entries, packed, ends.tolist(), offsets[2 * ends - 1].tolist(), strict=True
        ):
            tsv, name = sent[at:to], sort_key(entry.name)
            made.append(
                Document(entry.id, end - begin, tsv, entry.prominence, packed_0, packed_1, name, entry.dated_at)
            )
            begin, at = end, to
        return made

    def _sent(self, lexemes: Any, place: Any, first: Any, places: Any) -> tuple[bytes, Any]:
        """The lexemes, each with its places (so many, from so many on), as they are sent; where each piece ends."""
        begins, lengths = (np.empty(2 * len(lexemes), dtype=np.int64) for _ in range(2))
        begins[0::2], lengths[0::2] = self._begins[lexemes], self._lengths[lexemes]
        begins[1::2], lengths[1::2] = 4 * place[first], 2 + 2 * places
        ends = lengths.cumsum()
        begins[1::2][places > 1] = 0  # written below
        sent = np.empty(ends[-1], dtype=np.uint8)
        for start in range(0, len(begins), _PIECES):
            some = slice(start, start + _PIECES)
            at, to = ends[start] - lengths[start], ends[some][-1]
            source = np.repeat(begins[some] - (ends[some] - lengths[some]), lengths[some])
            source += np.arange(at, to)
            sent[at:to] = self._pool[source]
        several = np.flatnonzero(places > 1)
        times = places[several]
        before = ends[2 * several + 1] - lengths[2 * several + 1]
        sent[before], sent[before + 1] = times >> 8, times & 255
        turn = np.arange(times.sum()) - np.repeat(times.cumsum() - times, times)
        value = place[np.repeat(first[several], times) + turn]
        at = np.repeat(before + 2, times) + 2 * turn
        sent[at], sent[at + 1] = value >> 8, value & 255
        return sent.tobytes(), ends


def _widened(array: Any, size: int) -> Any:
    """It, or twice it when it is too short."""
    if size <= len(array):
        return array
    return np.concatenate([array, np.zeros(max(size - len(array), len(array)), dtype=array.dtype)])


def _texts_of(entry: Entry) -> Iterable[str]:
    told = chain((entry.name,), entry.titles, entry.summary, entry.body, entry.context)
    return chain(told, *((*shared.summary, *shared.body, *shared.context) for shared in entry.shared))


def take_positions(index: str, packing: Packing, values: Collection[tuple[str, str]]) -> Positions:
    """The positions of the facets' values, given to those that have none. Raises `TooManyValuesError`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT positions FROM search_state WHERE index = %s", [index])
        row = cursor.fetchone()
        positions: dict[str, dict[str, int]] = json.loads(row[0]) if row else {}
        if all(value in positions.get(name, {}) for name, value in values):
            return positions
        cursor.execute(
            "INSERT INTO search_state (index, positions) VALUES (%s, '{}') ON CONFLICT DO NOTHING",
            [index],
        )
        cursor.execute("SELECT positions FROM search_state WHERE index = %s FOR UPDATE", [index])
        positions = json.loads(cursor.fetchone()[0])
        for name, value in sorted(values):
            packing.take(name, value, positions)
        cursor.execute("UPDATE search_state SET positions = %s WHERE index = %s", [json.dumps(positions), index])
    return positions
