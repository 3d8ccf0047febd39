"""The public figures: what is counted, how it is named, what is drawn of it.

A series is a set of categories, each with how many organisations of the directory it holds. Everything is counted at
night and kept by day (`models.Census`): a page reads some three hundred rows, whatever the size of the directory, and
growth is what was counted each day, not what is left of it. docs/rules/chiffres.md says what each figure means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Q
from django.db.models.functions import ExtractYear, TruncMonth
from django.utils.formats import date_format

from accelerator.community.models import Organisation, Role, Theme
from accelerator.community.search import DIRECTORY
from accelerator.community.states import Family, Identity, Kind, LegalFamily
from accelerator.design.charts import Chart, Shape
from accelerator.geography.models import Place, PlaceKind
from accelerator.portal.models import Census, Measure
from accelerator.search.types import Question
from accelerator.workflow.dates import said

UNKNOWN: Final = "inconnu"
UNIT: Final = "organisations"
LICENCE: Final = "Licence Ouverte 2.0"
PER: Final = 10_000
_DRAWN: Final = 15
_MONTHS: Final = 24
_YEARS: Final = 30
# Beyond, the evolution keeps the last day of each month.
_DAYS: Final = 62


@dataclass(frozen=True)
class Series:
    """What is counted together. `column` names a category; `note` says how to read it; without a shape, no picture."""

    code: str
    title: str
    column: str
    shape: Shape | None
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One category, counted. `rate` is per 10,000 inhabitants, None where that has no meaning or is not known."""

    code: str
    label: str
    value: int
    inhabitants: int | None = None

    @property
    def rate(self) -> float | None:
        return round(self.value / self.inhabitants * PER, 2) if self.inhabitants else None


_SEVERAL: Final = "Une organisation peut en avoir plusieurs : la somme dépasse le total."
SERIES: Final[Mapping[str, Series]] = {
    one.code: one
    for one in (
        Series("totaux", "Totaux", "Quoi", None),
        Series(
            "evolution",
            "Organisations dans l’annuaire, relevées chaque nuit",
            "Jour",
            Shape.LINE,
            "Ce qui fut compté chaque jour. Au-delà de deux mois, le dernier jour de chaque mois.",
        ),
        Series(
            "arrivees",
            "Organisations inscrites dans l’annuaire, par mois",
            "Mois",
            Shape.COLUMNS,
            "Le mois d’entrée dans l’annuaire des organisations qui y figurent encore.",
        ),
        Series(
            "creations",
            "Organisations de l’annuaire, par année de création",
            "Année",
            Shape.COLUMNS,
            "L’année de création que donne un registre ou l’organisation elle-même.",
        ),
        Series(
            "departements",
            "Organisations par département",
            "Département",
            None,
            "Une organisation compte une fois : là où est son siège, sinon dans son premier territoire d’action.",
        ),
        Series("roles", "Organisations par rôle dans l’innovation sociale", "Rôle", Shape.BARS, _SEVERAL),
        Series("formes", "Organisations par famille juridique", "Famille juridique", Shape.BARS),
        Series("familles", "Organisations par famille de défis", "Famille de défis", Shape.BARS, _SEVERAL),
        Series("themes", "Organisations par thème", "Thème", Shape.BARS, _SEVERAL),
        Series("identites", "Organisations selon leur identité", "Identité", Shape.BARS),
        Series("sources", "Organisations selon l’origine de leur fiche", "Origine", Shape.BARS),
    )
}
TOTALS: Final = {
    "annuaire": "organisations dans l’annuaire",
    "verifiees": "à l’identité vérifiée dans un registre public",
    "equipe": "ont une équipe sur la plateforme",
    "nouvelles": "inscrites en douze mois",
    "ess": "dont on sait qu’elles sont de l’économie sociale et solidaire",
    "departements": "départements et collectivités ont au moins une organisation",
}
# The facet of the directory -> the series that it gives.
_FACETS: Final = {
    "type": "roles",
    "forme": "formes",
    "famille": "familles",
    "theme": "themes",
    "departement": "departements",
    "identite": "identites",
}


def count(at: datetime) -> dict[str, dict[str, int]]:
    """Count everything, now: {series: {category: how many}}. Two scans of the directory, a few seconds at most.

    Facets are the totals that the index keeps, so that they say what the directory says.
    """
    listed = Organisation.objects.listed()
    counted = DIRECTORY.search(Question(size=1, sort="name"))
    found = {series: dict(counted.facets.get(facet, {})) for facet, series in _FACETS.items()}
    totals = listed.aggregate(
        annuaire=Count("pk"),
        verifiees=Count("pk", filter=Q(identity=Identity.VERIFIED)),
        nouvelles=Count("pk", filter=Q(recorded_at__gt=_a_year_before(at))),
        ess=Count("pk", filter=Q(is_ess=True)),
        without_kind=Count("pk", filter=Q(kinds=[])),
        without_theme=Count("pk", filter=Q(themes=[])),
        without_form=Count("pk", filter=Q(legal_family="")),
        without_creation=Count("pk", filter=Q(created_on=None)),
    )
    teams = Role.objects.current().filter(organisation__in=listed).values("organisation").distinct().count()
    found["roles"][UNKNOWN] = totals.pop("without_kind")
    found["themes"][UNKNOWN] = found["familles"][UNKNOWN] = totals.pop("without_theme")
    found["formes"][UNKNOWN] = totals.pop("without_form")
    found["creations"] = {UNKNOWN: totals.pop("without_creation"), **_by_year(listed, at)}
    found["totaux"] = {**totals, "equipe": teams, "departements": len(found["departements"])}
    months = listed.annotate(month=TruncMonth("recorded_at")).values("month").annotate(n=Count("pk")).order_by("month")
    found["arrivees"] = {row["month"].strftime("%Y-%m"): row["n"] for row in months}
    sources = listed.values("source").annotate(n=Count("pk")).order_by("source")
    found["sources"] = {row["source"] or UNKNOWN: row["n"] for row in sources}
    return found


def _a_year_before(at: datetime) -> datetime:
    return at - timedelta(days=365)


def _by_year(listed: Any, at: datetime) -> dict[str, int]:
    """By year of creation, the older ones together; what is dated in the future is a mistake, and is left out."""
    first, this_year = at.year - _YEARS + 1, at.year
    years = listed.filter(created_on__year__lte=this_year).annotate(year=ExtractYear("created_on"))
    found: dict[str, int] = {}
    for row in years.values("year").annotate(n=Count("pk")).order_by("year"):
        category = str(row["year"]) if row["year"] >= first else f"avant-{first}"
        found[category] = found.get(category, 0) + row["n"]
    return found


@dataclass(frozen=True)
class Figures:
    """The figures of one day, named: what the page, its files and its pictures show.

    departements  every département by code, in the order of names: what a map of them needs.
    """

    census: Census
    lines: Mapping[str, Sequence[Line]]
    totals: Mapping[str, int]
    departements: Mapping[str, str]

    def chart(self, code: str) -> Chart | None:
        """What is drawn of a series; None when it has no picture, or nothing to show."""
        series = SERIES[code]
        points = self._points(series) if series.shape else []
        if series.shape is None or not any(value for _, value in points):
            return None
        # A day alone is no evolution.
        if series.shape == Shape.LINE and len(points) < 2:
            return None
        return Chart(series.shape, series.title, points, UNIT)

    def _points(self, series: Series) -> list[tuple[str, float]]:
        """The periods all, with those that are empty between two others; of categories, the first ones known."""
        lines = [line for line in self.lines[series.code] if line.code != UNKNOWN]
        if series.code == "arrivees":
            lines = [line for line in lines if line.code in set(_last_months(self.census.day))]
        return [(line.label, line.value) for line in lines[: _DRAWN if series.shape == Shape.BARS else None]]

    def hidden(self, code: str) -> int:
        """How many categories the picture leaves to the table."""
        if SERIES[code].shape != Shape.BARS:
            return 0
        return max(0, sum(line.code != UNKNOWN for line in self.lines[code]) - _DRAWN)


def latest() -> Figures | None:
    """The figures of the last census, in four queries; None when nothing was ever counted."""
    census = Census.objects.order_by("-day").first()
    return of(census) if census else None


def of(census: Census) -> Figures:
    """The figures of a census, named and in the order in which they are shown."""
    counted: dict[str, dict[str, int]] = {code: {} for code in SERIES}
    for series, category, value in census.measures.values_list("series", "category", "value"):
        counted.setdefault(series, {})[category] = value
    themes = dict(Theme.objects.order_by("position").values_list("code", "label"))
    places = Place.objects.current().of_kind(PlaceKind.DEPARTEMENT).named().values_list("code", "name", "population")
    departements = {code: (name, population) for code, name, population in places}
    lines = {
        "totaux": _named(counted["totaux"], TOTALS, ranked=False),
        "evolution": _evolution(census),
        "arrivees": _months(counted["arrivees"], census.day),
        "creations": _years(counted["creations"], census.day),
        "departements": [
            Line(line.code, line.label, line.value, departements.get(line.code, ("", None))[1])
            for line in _named(counted["departements"], {code: name for code, (name, _) in departements.items()})
        ],
        "roles": _named(counted["roles"], dict(Kind.choices)),
        "formes": _named(counted["formes"], dict(LegalFamily.choices)),
        "familles": _named(counted["familles"], dict(Family.choices)),
        "themes": _named(counted["themes"], themes),
        "identites": _named(counted["identites"], dict(Identity.choices)),
        "sources": _named(counted["sources"], {}),
    }
    return Figures(census, lines, counted["totaux"], {code: name for code, (name, _) in departements.items()})


def _named(counted: Mapping[str, int], names: Mapping[str, str], *, ranked: bool = True) -> list[Line]:
    """The categories by how many they hold, then by name; what is not known comes last, if there is some."""
    if not ranked:
        return [Line(code, name[0].upper() + name[1:], counted.get(code, 0)) for code, name in names.items()]
    lines = [Line(code, names.get(code, code), value) for code, value in counted.items() if code != UNKNOWN and value]
    lines.sort(key=lambda line: (-line.value, line.label))
    return [*lines, *_unknown(counted)]


def _unknown(counted: Mapping[str, int]) -> list[Line]:
    return [Line(UNKNOWN, "Non connu", counted[UNKNOWN])] if counted.get(UNKNOWN) else []


def _last_months(day: date) -> list[str]:
    months = [divmod(day.year * 12 + day.month - 1 - back, 12) for back in range(_MONTHS)]
    return [f"{year:04d}-{month + 1:02d}" for year, month in reversed(months)]


def _months(counted: Mapping[str, int], day: date) -> list[Line]:
    """The last twenty-four months, empty ones included; before them, those that have something."""
    last = _last_months(day)
    older = sorted(month for month in counted if month < last[0])
    return [Line(month, _month(date.fromisoformat(f"{month}-01")), counted.get(month, 0)) for month in [*older, *last]]


def _month(month: date) -> str:
    return date_format(month, "F Y")


def _years(counted: Mapping[str, int], day: date) -> list[Line]:
    """The last thirty years, empty ones included, the older ones together; nothing when no date is known."""
    known = {code: value for code, value in counted.items() if code != UNKNOWN}
    if not known:
        return _unknown(counted)
    older = [Line(code, code.replace("-", " "), value) for code, value in known.items() if code.startswith("avant")]
    years = [Line(str(year), str(year), known.get(str(year), 0)) for year in range(day.year - _YEARS + 1, day.year + 1)]
    return [*older, *years, *_unknown(counted)]


def _evolution(census: Census) -> list[Line]:
    rows = Measure.objects.filter(series="totaux", category="annuaire", census__lte=census.day)
    days = list(rows.order_by("census").values_list(F("census"), "value"))
    if len(days) > _DAYS:
        last_of_month = {day.strftime("%Y-%m"): (day, value) for day, value in days}
        days = list(last_of_month.values())
    return [Line(day.isoformat(), said(day), value) for day, value in days]
