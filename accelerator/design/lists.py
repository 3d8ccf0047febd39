"""Lists: filtered, sorted, paged, exported, always by the address alone.

A subclass of `ListPage` declares its columns and gives its rows:

    class Organisations(ListPage):
        title = "Organisations"
        columns = (
            Column("nom", "Nom", lambda o: o.name, sort=("sort_name",), url=lambda o: o.url),
            Column("siege", "Siège", lambda o: o.seat.name),
        )
        filter_form = OrganisationFilters

        def rows(self):
            return Organisation.objects.visible_to(self.person).select_related("seat")

        def filtered(self, rows, values):
            return rows.filter(name__icontains=values["q"]) if values.get("q") else rows

Parameters of the address: those of the form, `tri` (a column's name, with "-" for descending), `page`, `format`
(csv or xlsx: everything that the filters keep, in the order shown). What `tri` does not know is the default order.
A page beyond the last is the last one; what is not the number of a page is 404. Queries: the count and the rows,
whatever the number of rows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from operator import attrgetter
from typing import Any, ClassVar, Final, NamedTuple

from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import CharField, F, Model, QuerySet, TextField
from django.http import Http404, HttpResponseBase
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accelerator.design.exports import csv_response, xlsx_response
from accelerator.design.forms import FilterForm
from accelerator.design.pages import Page
from accelerator.design.paging import Chip, Pages, address, kept
from accelerator.workflow.dates import said
from accelerator.workflow.numbers import grouped, read
from accelerator.workflow.ordering import alphabetical

SORT: Final = "tri"
FORMAT: Final = "format"
# Beyond this, an export would hold a process and a transaction too long: the filters must be narrowed. A workbook is
# whole before it leaves, hence the shorter: what it no longer offers is said beside what it does.
EXPORT_LIMITS: Final = {"csv": 100_000, "xlsx": 50_000}
# Of the desk's 24,000 files, 500 at a time take 3 MB beyond the process, 2,000 took 31, in the same 7 s
# (`python -m benchmarks.calls 5000 24000`).
_CHUNK: Final = 500


@dataclass(frozen=True)
class Column:
    """One column of a list.

    name      its name in the address, and its identity.
    label     its heading, on screen and in exports.
    value     what it shows of a row.
    sort      the fields that it sorts by, words as a dictionary does; none: the list is not sorted by it.
    url       where the value leads, if anywhere.
    number    its values are numbers, set to the right.
    dated     its values are dates or moments, said so on screen (`DAY`, `MOMENT`), on one line as numbers and badges;
              a file has them as dates.
    long      its values are texts: they fold on a narrow screen too.
    nullable  the field that sorts may be unknown: unknown values come last, both ways.
    screen    False for a column that only exports have.
    export    what exports say when it is not what the screen says.
    """

    name: str
    label: str
    value: Callable[[Any], Any]
    sort: tuple[str, ...] = ()
    url: Callable[[Any], str] | None = None
    number: bool = False
    dated: str = ""
    long: bool = False
    nullable: bool = False
    screen: bool = True
    export: Callable[[Any], Any] | None = None

    def ordering(self, model: type[Model], *, descending: bool) -> list[Any]:
        """What the rows are ordered by: texts that people wrote, in the order of a dictionary."""
        last = True if self.nullable else None
        fields = [alphabetical(name) if _is_written(model, name) else F(name) for name in self.sort]
        return [field.desc(nulls_last=last) if descending else field.asc(nulls_last=last) for field in fields]

    def exported(self, row: Any) -> Any:
        return (self.export or self.value)(row)

    def shown(self, row: Any) -> Any:
        """What the screen shows of a row: dates in French, numbers by thousands, a dash for what is not known."""
        value = self.value(row)
        if value is None:
            return "—"
        if isinstance(value, date):
            if not self.dated:
                raise ValueError(f"La colonne « {self.label} » a des dates : dites comment (dated=).")
            return said(value, self.dated)
        return read(value) if self.number else value

    @property
    def attributes(self) -> SafeString:
        """Those of its cells: numbers are set to the right, a cell stacked on a narrow screen says its heading."""
        kind = "fi-number" if self.number else "fi-date" if self.dated else "fr-cell--multiline" if self.long else ""
        given = {"class": kind, "data-label": self.label}
        return format_html_join("", ' {}="{}"', [(name, value) for name, value in given.items() if value])


def _is_written(model: type[Model], path: str) -> bool:
    """Whether a field holds words: not codes, nor what is unique (numbers, addresses), nor a key made to sort by."""
    names = path.split("__")
    try:
        for name in names[:-1]:
            model = model._meta.get_field(name).related_model  # type: ignore[assignment]  # a relation leads to a model
        field = model._meta.get_field(names[-1])
    except FieldDoesNotExist:
        return False  # what the query annotates
    if not isinstance(field, CharField | TextField) or field.name == "sort_name":
        return False
    return not (field.choices or field.unique or field.db_collation)


@dataclass(frozen=True)
class Heading:
    """The heading of a column as shown: the link that sorts, and how the list is sorted now."""

    column: Column
    url: str
    direction: str  # what aria-sort says: "ascending", "descending" or ""

    @property
    def action(self) -> str:
        """What the link does, read by screen readers."""
        return "trier par ordre décroissant" if self.direction == "ascending" else "trier par ordre croissant"


class Cell(NamedTuple):
    """One value as shown; a page makes them by the hundred, and its template takes each apart in its loop."""

    attributes: SafeString  # of its element
    value: Any
    url: str


class ExportingPage(Page):
    """A page whose rows leave in a file too, by its address; a list that is no table gives its `columns` for that.

    A subclass sets `count` once it is loaded, and gives `exported`; its template includes `design/exports.html`.
    """

    columns: ClassVar[tuple[Column, ...]]
    export_name: ClassVar[str] = ""
    count: int

    def exported(self) -> Iterator[Any]:
        """All its rows, in the order shown. Read while the file is sent."""
        raise NotImplementedError

    def answer(self) -> HttpResponseBase:
        asked = self.request.GET.get(FORMAT, "")
        return self._export(asked) if asked else super().answer()

    def _export(self, asked: str) -> HttpResponseBase:
        if asked not in EXPORT_LIMITS or not self.export_name:
            raise Http404(f"format {asked}")
        if self.count > EXPORT_LIMITS[asked]:
            raise PermissionDenied(self.export_refusal(asked))
        header = [column.label for column in self.columns]

        def rows() -> Iterator[Sequence[Any]]:
            for row in self.exported():
                yield [column.exported(row) for column in self.columns]

        return (csv_response if asked == "csv" else xlsx_response)(self.export_name, header, rows)

    @staticmethod
    def export_refusal(asked: str) -> str:
        """Why a list is too long for an export."""
        limit = grouped(EXPORT_LIMITS[asked])
        other = "" if asked == "csv" else ", ou téléchargez en CSV"
        return f"Un export {asked.upper()} compte au plus {limit} lignes : resserrez les filtres{other}."

    def exports(self) -> list[tuple[str, str]]:
        """The exports offered for what is shown: (label, address)."""
        if not self.export_name or not self.count:
            return []
        return [
            (f"Télécharger en {kind.upper()}", address(self.request, format=kind, page=None))
            for kind, limit in EXPORT_LIMITS.items()
            if self.count <= limit
        ]

    def exports_refused(self) -> list[str]:
        """What is not offered for what is shown, with why: an export is whole, or is not."""
        if not self.export_name:
            return []
        return [self.export_refusal(kind) for kind, limit in EXPORT_LIMITS.items() if self.count > limit]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "exports": self.exports(), "exports_refused": self.exports_refused()}


class ListPage(ExportingPage):
    """A list. See the module's docstring."""

    template_name = "design/list.html"
    filter_form: ClassVar[type[FilterForm] | None] = None
    order: ClassVar[str] = ""
    page_size: ClassVar[int] = 20
    things: ClassVar[tuple[str, str]] = ("résultat", "résultats")
    # Some rows are left out until a filter asks for them: the filters stay when nothing else is left to show.
    narrowed: ClassVar[bool] = False
    empty_title: str = "Rien à montrer pour le moment"
    empty_advice: str = ""

    def rows(self) -> QuerySet[Any]:
        """All the rows that this person may see, with what the columns need."""
        raise NotImplementedError

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        """The rows that the filters keep; `values` holds the filters that are filled in and valid."""
        return rows

    def counted(self) -> int:
        """How many rows are kept."""
        return int(self.kept.count())

    def shown(self, place: slice) -> list[Any]:
        """The rows of a page, by their place among those kept."""
        return list(self.kept[place])

    def prepared(self, rows: list[Any]) -> list[Any]:
        """The rows of a page, or of a part of an export, with what the columns need besides what was queried."""
        return rows

    def filter_arguments(self) -> dict[str, Any]:
        """What the form's constructor needs besides the data."""
        return {}

    # What follows is the mechanism.

    def _sorting(self) -> tuple[Column | None, bool]:
        sortable = {column.name: column for column in self.columns if column.sort}
        for asked in (self.request.GET.get(SORT, ""), self.order):
            if column := sortable.get(asked.removeprefix("-")):
                return column, asked.startswith("-")
        return None, False

    def _ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        column, descending = self._sorting()
        if column is None:
            return rows.order_by(*rows.query.order_by, "pk")
        return rows.order_by(*column.ordering(rows.model, descending=descending), "-pk" if descending else "pk")

    def answer(self) -> HttpResponseBase:
        self.filters = self.filter_form(data=self.request.GET, **self.filter_arguments()) if self.filter_form else None
        values = self.filters.values() if self.filters else {}
        self.kept = self._ordered(self.filtered(self.rows(), values))
        self.count = self.counted()
        return super().answer()

    def exported(self) -> Iterator[Any]:
        read = self.kept.iterator(chunk_size=_CHUNK)
        while chunk := list(islice(read, _CHUNK)):
            yield from self.prepared(chunk)

    def headings(self) -> list[Heading]:
        """The headings of the columns on screen."""
        current, descending = self._sorting()
        headings = []
        for column in self.columns:
            if not column.screen:
                continue
            direction = ("descending" if descending else "ascending") if column is current else ""
            asked = f"-{column.name}" if direction == "ascending" else column.name
            url = address(self.request, **{SORT: asked, "page": None}) if column.sort else ""
            headings.append(Heading(column, url, direction))
        return headings

    def cells(self, row: Any) -> list[Cell]:
        """The values of a row on screen."""
        return [
            Cell(attributes, column.shown(row), column.url(row) if column.url else "")
            for column, attributes in self._on_screen
        ]

    @cached_property
    def _on_screen(self) -> list[tuple[Column, SafeString]]:
        """The columns on screen, each with the attributes of its cells."""
        return [(column, column.attributes) for column in self.columns if column.screen]

    def chips(self) -> list[Chip]:
        """The filters in force."""
        return self.filters.chips(self.request) if self.filters else []

    def context(self) -> dict[str, Any]:
        try:
            pages = Pages.of(self.request, count=self.count, size=self.page_size)
        except ValueError as fault:
            raise Http404(str(fault)) from fault
        chips = self.chips()
        rows = self.prepared(self.shown(pages.slice_of(self.page_size)))
        return {
            **super().context(),
            "rows": rows,
            # Asked by the table alone: a list that shows its rows otherwise makes no cells.
            "lines": lambda: [self.cells(row) for row in rows],
            "headings": self.headings(),
            "pages": pages,
            "count": self.count,
            "thing": self.things[0] if self.count < 2 else self.things[1],
            "filters": self.filters,
            "chips": chips,
            # Nothing exists and nothing was asked: there is nothing to filter.
            "filters_shown": bool(self.count or self.narrowed or chips or (self.filters and self.filters.errors)),
            "kept_parameters": kept(self.request, SORT),
            "reset_url": self.request.path,
        }


class WorkedOutList(ListPage):
    """A list whose rows are worked out, not queried: all of them are held, in their order by default.

    `sort` then names attributes of the rows, which are known for each.
    """

    def rows(self) -> list[Any]:  # type: ignore[override]  # held, not queried
        raise NotImplementedError

    def filtered(self, rows: list[Any], values: dict[str, Any]) -> list[Any]:  # type: ignore[override]  # as above
        return rows

    def _ordered(self, rows: list[Any]) -> list[Any]:  # type: ignore[override]  # as above
        column, descending = self._sorting()
        return rows if column is None else sorted(rows, key=attrgetter(*column.sort), reverse=descending)

    def counted(self) -> int:
        return len(self.kept)

    def exported(self) -> Iterator[Any]:
        yield from self.prepared(list(self.kept))
