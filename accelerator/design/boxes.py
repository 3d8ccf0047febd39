"""What stands on a page by the dozen, drawn without the template engine: boxes to tick, cards, tags.

The engine took 8 ms for the two hundred boxes of the directory's filters, a third of the page, and 3 ms for the cards
of a place: their markup is written here. What is given is escaped.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from accelerator.workflow.numbers import grouped


def _said(value: object) -> str:
    """As a template says it: escaped, unless it is markup already."""
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))


def boxes(name: str, values: Iterable[tuple[str, str, int, bool]], *, form: str) -> SafeString:
    """The boxes of one filter of a form (its identifier): code, label, how many, whether it is ticked."""
    form, name = _said(form), _said(name)
    before = f'<input type="checkbox" form="{form}" id="f-{name}-'
    lines = []
    for given, label, count, ticked in values:
        code, number = _said(given), grouped(count)
        lines.append(
            '<div class="fr-checkbox-group fr-checkbox-group--sm">'
            f'{before}{code}" name="{name}" value="{code}"{" checked" if ticked else ""}>'
            f'<label class="fr-label" for="f-{name}-{code}"><span>{_said(label)} '
            f'<span class="fi-facet__count">{number}</span></span></label></div>'
        )
    return mark_safe("\n".join(lines))  # noqa: S308  escaped above


def card(*, title: str, url: str, text: str, detail: str, badges: Iterable[str], level: str) -> SafeString:
    """The component `card`: something with its page, in a few words."""
    drawn = "".join(
        f'<li><p class="fr-badge fr-badge--sm fr-badge--blue-cumulus">{_said(badge)}</p></li>' for badge in badges
    )
    start = f'<ul class="fr-badges-group">{drawn}</ul>' if drawn else ""
    start += f'<p class="fr-card__detail">{_said(detail)}</p>' if detail else ""
    described = f'<p class="fr-card__desc">{_said(text)}</p>' if text else ""
    return mark_safe(  # noqa: S308  escaped above
        '<div class="fr-card fr-enlarge-link"><div class="fr-card__body"><div class="fr-card__content">'
        f'<{level} class="fr-card__title"><a href="{_said(url)}">{_said(title)}</a></{level}>'
        f'{described}<div class="fr-card__start">{start}</div></div></div></div>'
    )


class Card(NamedTuple):
    """What a card says, for a list of them."""

    title: str
    url: str
    text: str = ""
    detail: str = ""
    badges: Sequence[str] = ()


def cards(*, cards: Iterable[Card], level: str) -> SafeString:
    """The component `cards`: a list of cards."""
    drawn = "\n".join(f"<li>{card(**one._asdict(), level=level)}</li>" for one in cards)
    return mark_safe(f'<ul class="fi-cells">\n{drawn}\n</ul>')  # noqa: S308  each is escaped


def tag(*, label: str, url: str) -> SafeString:
    """The component `tag`: a word, which may lead somewhere."""
    if url:
        return mark_safe(f'<a class="fr-tag fr-tag--sm" href="{_said(url)}">{_said(label)}</a>')  # noqa: S308  escaped
    return mark_safe(f'<p class="fr-tag fr-tag--sm">{_said(label)}</p>')  # noqa: S308  escaped


def picks(name: str, things: Iterable[tuple[str, str, str]], *, form: str) -> SafeString:
    """Boxes, none ticked, that choose things of a list for a form (its identifier): value, label, why."""
    form, name = _said(form), _said(name)
    lines = []
    for given, label, why in things:
        value = _said(given)
        lines.append(
            '<div class="fr-checkbox-group fr-checkbox-group--sm">'
            f'<input type="checkbox" form="{form}" id="{name}-{value}" name="{name}" value="{value}">'
            f'<label class="fr-label" for="{name}-{value}"><span>{_said(label)}'
            f'<span class="fr-hint-text">{_said(why)}</span></span></label></div>'
        )
    return mark_safe("\n".join(lines))  # noqa: S308  escaped above
