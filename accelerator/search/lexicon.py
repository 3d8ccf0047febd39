"""The words of an index, in this process, to correct the words that it does not know.

Each process keeps its own copy. A question that meets an unknown word brings, in the same query, the words added
since; a rebuild changes the generation, and the copy starts again. What a copy proposes is verified in the database
before it is used: a stale one costs a suggestion, never a wrong answer.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from accelerator.search.text import folded

SHORTEST_CORRECTED = 3
_CANDIDATES = 6


def allowed_distance(word: str) -> int:
    """How many typing errors are forgiven."""
    if len(word) <= 4:  # "ferm", "ess"
        return 1
    return 2 if len(word) <= 11 else 3  # "entrepreneuriat" has room for three


class Lexicon:
    """Words by first letter and length."""

    def __init__(self) -> None:
        self.generation: int | None = None
        self.latest = 0
        self._displays: dict[str, str] = {}
        self._buckets: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._learning = threading.Lock()

    def learn(self, displays: Iterable[str], *, generation: int | None, latest: int) -> None:
        """Add words; forget the others if the index was rebuilt.

        Threads share a lexicon: one learns at a time, and none sees it emptied and not yet filled.
        """
        with self._learning:
            same = generation == self.generation
            known = self._displays if same else {}
            buckets = self._buckets if same else defaultdict(list)
            for display in displays:
                word = folded(display).replace("-", "")
                if word and word not in known:
                    known[word] = display
                    buckets[word[0], len(word)].append(word)
            self._displays, self._buckets = known, buckets
            self.generation, self.latest = generation, max(self.latest, latest) if same else latest

    def __len__(self) -> int:
        return len(self._displays)

    def display(self, word: str) -> str:
        """The word as it is shown."""
        return self._displays.get(word, word)

    def near(self, word: str, most: int | None = None) -> dict[str, int]:
        """The nearest words, with their distance (`most` at most); the first two letters may be exchanged."""
        distance = min(allowed_distance(word), most or len(word))
        found: dict[str, int] = {}
        for initial in {word[0], word[1:2] or word[0]}:
            for length in range(max(1, len(word) - distance), len(word) + distance + 1):
                bucket = self._buckets.get((initial, length))
                if not bucket:
                    continue
                near = process.extract(word, bucket, scorer=OSA.distance, score_cutoff=distance, limit=_CANDIDATES)
                found |= {candidate: int(score) for candidate, score, _ in near}
        best = sorted(found.items(), key=lambda one: (one[1], one[0]))[: 2 * _CANDIDATES]
        return dict(best)
