"""The public figures: the page, and for each series its picture, its CSV and its JSON."""

from typing import Any, Final

from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from accelerator.design.charts import Look, number
from accelerator.design.exports import csv_response
from accelerator.design.pages import Page
from accelerator.geography.maps import FranceMap, map_of_france
from accelerator.portal import figures
from accelerator.portal.figures import LICENCE, SERIES, TOTALS, UNIT, UNKNOWN, Line
from accelerator.portal.models import Picture

RATE: Final = "pour-10000-habitants"
RATE_LABEL: Final = "Pour 10 000 habitants"
# The page's chapters, and the series of each after those that it shows in its own way.
CHAPTERS: Final = (
    ("qui", "Quels rôles, quelles formes ?", ("roles", "formes")),
    ("themes", "Sur quels sujets ?", ("familles", "themes")),
    ("croissance", "Depuis quand ?", ("evolution", "arrivees", "creations")),
    ("provenance", "D’où viennent ces fiches, et qu’en sait-on ?", ("identites", "sources")),
)


class FiguresPage(Page):
    """How many, where, which kinds, growth: each figure with its picture, its table and its data."""

    title = "L’innovation sociale en chiffres"
    description = (
        "Combien d’organisations, où, quels rôles, quels thèmes, depuis quand : les chiffres de l’annuaire de "
        "l’innovation sociale, en images, en tableaux et en données ouvertes."
    )
    public = True
    template_name = "portal/figures.html"

    def load(self) -> None:
        self.figures = figures.latest()
        self.by_rate = self.request.GET.get("departements") == RATE

    def context(self) -> dict[str, Any]:
        if self.figures is None:
            return {"census": None, "directory_url": reverse("directory:directory")}
        drawn = set(Picture.objects.values_list("series", flat=True))
        return {
            "census": self.figures.census,
            "totals": [(number(self.figures.totals.get(code, 0)), label) for code, label in TOTALS.items()],
            "chapters": [
                (anchor, title, [shown for code in codes if (shown := self._series(code, drawn))])
                for anchor, title, codes in CHAPTERS
            ],
            "map": self._map(),
            "map_note": SERIES["departements"].note,
            "map_downloads": _downloads("departements"),
            "map_views": [
                ("En nombre", f"{reverse('portal:figures')}#ou", not self.by_rate),
                (RATE_LABEL, f"{reverse('portal:figures')}?{urlencode({'departements': RATE})}#ou", self.by_rate),
            ],
            "totals_downloads": _downloads("totaux"),
            "licence": LICENCE,
            "reuse_url": reverse("directory:reuse"),
        }

    def _series(self, code: str, drawn: set[str]) -> dict[str, Any] | None:
        """What the page shows of a series; None when there is nothing to say."""
        assert self.figures is not None  # noqa: S101  asked only then
        series, lines = SERIES[code], self.figures.lines[code]
        if not lines:
            return None
        chart = self.figures.chart(code)
        notes = [series.note]
        if chart and (hidden := self.figures.hidden(code)):
            notes.append(f"L’image montre les plus nombreuses ; le tableau, les {hidden} autres aussi.")
        whole = self.figures.totals.get("annuaire", 0)
        shares = bool(whole) and code not in ("evolution", "arrivees")
        rows = [[line.label, number(line.value), *([_share(line.value, whole)] if shares else [])] for line in lines]
        return {
            "title": series.title,
            "header": [series.column, "Organisations", *(["Part de l’annuaire"] if shares else [])],
            "rows": rows,
            "note": " ".join(note for note in notes if note),
            "downloads": _downloads(code),
            "picture": reverse("portal:figure_picture", args=[code]) if chart and code in drawn else "",
            "described": chart.described if chart else "",
        }

    def _map(self) -> FranceMap:
        assert self.figures is not None  # noqa: S101  asked only then
        lines = [line for line in self.figures.lines["departements"] if line.code != UNKNOWN]
        if self.by_rate:
            return map_of_france(
                {line.code: line.rate for line in lines},
                label=RATE_LABEL,
                caption="Organisations pour 10 000 habitants, par département",
                unit=("organisation", "organisations"),
                nothing="aucune organisation",
                names=self.figures.departements,
            )
        return map_of_france(
            {line.code: line.value for line in lines},
            label="Organisations",
            caption=SERIES["departements"].title,
            unit=("organisation", "organisations"),
            nothing="aucune organisation",
            names=self.figures.departements,
        )


def _share(value: int, whole: int) -> str:
    share = 100 * value / whole
    return f"{number(round(share, 1))} %" if not 0 < share < 0.1 else "moins de 0,1 %"


def _downloads(code: str) -> list[tuple[str, str]]:
    return [
        ("CSV", reverse("portal:figure_csv", args=[code])),
        ("JSON", reverse("portal:figure_data", args=[code])),
    ]


class _OfSeries(Page):
    """A file of one series; 404 for one that does not exist, or as long as nothing was counted."""

    public = True

    def load(self) -> None:
        self.series = SERIES.get(self.kwargs["series"])
        if self.series is None:
            raise Http404(self.kwargs["series"])
        self.title = self.series.title


class FigurePicture(_OfSeries):
    """The picture of a series, drawn when it was counted. `vue` is one of `Look`; the day, in the address, names it."""

    def answer(self) -> HttpResponseBase:
        asked = self.request.GET.get("vue", Look.WIDE)
        # The database is asked only for what is ours: it takes no NUL.
        if asked not in list(Look):
            raise Http404(asked[:20])
        picture = Picture.objects.filter(series=self.kwargs["series"], look=asked).first()
        if picture is None:
            raise Http404(f"{self.kwargs['series']} {asked}")
        response = HttpResponse(picture.svg, content_type="image/svg+xml; charset=utf-8")
        # Public figures, the same for everyone; the day in the address changes with them.
        response["Cache-Control"] = "public, max-age=3600"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response


class _DataOfSeries(_OfSeries):
    """What the data files share."""

    def load(self) -> None:
        super().load()
        found = figures.latest()
        if found is None:
            raise Http404
        self.census = found.census
        self.lines: list[Line] = list(found.lines[self.kwargs["series"]])


class FigureCsv(_DataOfSeries):
    """A series for a spreadsheet."""

    def answer(self) -> HttpResponseBase:
        series, day = self.kwargs["series"], self.census.day
        with_rate = series == "departements"
        header = ["code", "libelle", "organisations", *(["habitants", "pour_10000_habitants"] if with_rate else [])]
        rows = [
            [line.code, line.label, line.value, *([line.inhabitants, line.rate] if with_rate else []), day]
            for line in self.lines
        ]
        return csv_response(f"chiffres-{series}", [*header, "releve_le"], lambda: rows)


class FigureData(_DataOfSeries):
    """A series for a machine."""

    def answer(self) -> HttpResponseBase:
        series = SERIES[self.kwargs["series"]]
        with_rate = series.code == "departements"
        data = {
            "serie": series.code,
            "titre": series.title,
            "note": series.note,
            "unite": UNIT,
            "releve_le": self.census.day.isoformat(),
            "calcule_a": self.census.counted_at.isoformat(),
            "licence": LICENCE,
            "lignes": [
                {
                    "code": line.code,
                    "libelle": line.label,
                    "organisations": line.value,
                    **({"habitants": line.inhabitants, "pour_10000_habitants": line.rate} if with_rate else {}),
                }
                for line in self.lines
            ],
        }
        response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Access-Control-Allow-Origin"] = "*"
        return response
