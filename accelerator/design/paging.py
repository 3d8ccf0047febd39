"""Pages of a list, and addresses that keep what they do not change."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

PAGE = "page"


def address(request: HttpRequest, /, **changes: Any) -> str:
    """The address of this page with these parameters changed, the others kept, in a stable order.

    None or "" removes a parameter. A list gives it several values.
    """
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if isinstance(value, list):
            query.setlist(name, value)
        elif value not in (None, ""):
            query[name] = value
    encoded = query.urlencode()
    return f"{request.path}?{encoded}" if encoded else request.path


@dataclass(frozen=True)
class PageLink:
    """One element of the pagination: a page, or the gap between two pages (`number` is 0)."""

    number: int
    url: str = ""
    current: bool = False

    @property
    def is_gap(self) -> bool:
        return self.number == 0


@dataclass(frozen=True)
class Pages:
    """Where we are among the pages of a list, for the component `pagination`.

    current  the page shown, from 1.
    total    how many pages there are, at least 1.
    url_of   the address of a page.
    """

    current: int
    total: int
    url_of: Callable[[int], str] = field(repr=False)

    @classmethod
    def of(cls, request: HttpRequest, *, count: int, size: int) -> "Pages":
        """The pages of `count` things, `size` on each, for the page that the address asks.

        Beyond the last page is the last page: a list shrinks, and yesterday's address still leads somewhere.
        Raises `ValueError` when what is asked is not the number of a page.
        """
        asked = request.GET.get(PAGE, "1")
        if not asked.isascii() or not asked.isdigit() or len(asked) > 9 or int(asked) < 1:
            raise ValueError(f"page={asked[:20]!r}")
        total = max(1, -(-count // size))
        return cls(
            current=min(int(asked), total),
            total=total,
            url_of=lambda number: address(request, **{PAGE: number if number > 1 else None}),
        )

    def slice_of(self, size: int) -> slice:
        """Which rows the page shows."""
        return slice((self.current - 1) * size, self.current * size)

    @property
    def previous_url(self) -> str:
        return self.url_of(self.current - 1) if self.current > 1 else ""

    @property
    def next_url(self) -> str:
        return self.url_of(self.current + 1) if self.current < self.total else ""

    @property
    def links(self) -> list[PageLink]:
        """The first page, the last, those around the current one; a gap where others are left out."""
        near = {1, self.total, *range(self.current - 1, self.current + 2)}
        kept = sorted(number for number in near if 1 <= number <= self.total)
        links: list[PageLink] = []
        before = 0
        for number in kept:
            if number - before == 2:
                links.append(PageLink(number - 1, self.url_of(number - 1)))
            elif number - before > 2:
                links.append(PageLink(0))
            links.append(PageLink(number, self.url_of(number), current=number == self.current))
            before = number
        return links


@dataclass(frozen=True)
class Chip:
    """One filter in force: what it says, and the address without it."""

    label: str
    url: str


def kept(request: HttpRequest, *names: str) -> list[tuple[str, str]]:
    """The parameters of the address that a GET form must carry along, as hidden fields."""
    return [(name, request.GET[name]) for name in names if request.GET.get(name)]
