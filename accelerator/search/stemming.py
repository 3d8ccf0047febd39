"""The stems of words, read from PostgreSQL's dictionary; kept for a subject that compares texts without searching."""

from collections.abc import Iterable

from django.db import connection

from accelerator.search.text import Word, folded, stems_of

_MOST_CACHED = 100_000
_known: dict[str, tuple[str, ...]] = {}


def read_stems(forms: Iterable[str]) -> dict[str, str | None]:
    """The folded stem of each form of a word, none for a stop word, in one query.

    It is `search_stem`, whose folding is done here by its twin: as a function of the database it takes forty times as
    long as the dictionary that it calls, on each of the hundred thousand words of an index.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT form, (ts_lexize('french_stem', form))[1] FROM unnest(%s::text[]) AS form", [[*forms]])
        return {form: stem and folded(stem) for form, stem in cursor.fetchall()}


def stemmed(words: Iterable[Word]) -> dict[str, tuple[str, ...]]:
    """The stems of each word, by its raw form; none for a stop word. One query for those not yet met, else none."""
    asked = {word.raw: word for word in words}
    missing = [word for raw, word in asked.items() if raw not in _known]
    if missing:
        if len(_known) > _MOST_CACHED:
            _known.clear()
            missing = list(asked.values())
        stems = read_stems({form for word in missing for form in word.forms})
        _known.update({word.raw: stems_of(word, stems) for word in missing})
    return {raw: _known[raw] for raw in asked}
