"""Boxes to tick, by the hundred.

The template engine took 8 ms for the two hundred boxes of the directory's filters, a third of the page: their markup
is written here. What is given is escaped.
"""

from collections.abc import Iterable
from typing import Final

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

_BOX: Final = (
    '<div class="fr-checkbox-group fr-checkbox-group--sm">'
    '<input type="checkbox" form="{0}" id="f-{1}-{2}" name="{1}" value="{2}"{3}>'
    '<label class="fr-label" for="f-{1}-{2}"><span>{4} <span class="fi-facet__count">{5}</span></span></label></div>'
)


def boxes(name: str, values: Iterable[tuple[str, str, int, bool]], *, form: str) -> SafeString:
    """The boxes of one filter of a form (its identifier): code, label, how many, whether it is ticked."""
    lines = (
        (form, name, code, SafeString(" checked" if ticked else ""), label, f"{count:,}".replace(",", "\u202f"))
        for code, label, count, ticked in values
    )
    return format_html_join("\n", _BOX, lines)
