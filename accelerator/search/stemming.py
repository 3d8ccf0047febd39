"""The stems of words, for a subject that compares texts without searching: the same as in every index."""

from collections.abc import Iterable

from django.db import connection

from accelerator.search.text import Word, stems_of

_MOST_CACHED = 100_000
_known: dict[str, tuple[str, ...]] = {}


def stemmed(words: Iterable[Word]) -> dict[str, tuple[str, ...]]:
    """The stems of each word, by its raw form; none for a stop word. One query for those not yet met, else none."""
    asked = {word.raw: word for word in words}
    missing = [word for raw, word in asked.items() if raw not in _known]
    if missing:
        if len(_known) > _MOST_CACHED:
            _known.clear()
            missing = list(asked.values())
        forms = list({form for word in missing for form in word.forms})
        with connection.cursor() as cursor:
            cursor.execute("SELECT form, search_stem(form) FROM unnest(%s::text[]) AS form", [forms])
            stems = dict(cursor.fetchall())
        _known.update({word.raw: stems_of(word, stems) for word in missing})
    return {raw: _known[raw] for raw in asked}
