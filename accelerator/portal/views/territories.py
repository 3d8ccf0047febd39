"""The territories: the labelled ones, and a public page for every place of France."""

from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify

from accelerator.design.pages import Crumb, KeyedPage, Page
from accelerator.design.site import before_key, search_url
from accelerator.geography.maps import Marker, Position, position
from accelerator.geography.models import Nature, Place, PlaceKind
from accelerator.geography.queries import find_places
from accelerator.labels.queries.register import TERRITORY, territories_labelled
from accelerator.portal import queries
from accelerator.portal.views.home import register_url
from accelerator.workflow.numbers import counted

LONGEST_NAME: Final = 120


def address_of(place: Place) -> str:
    """The part of the address that names a place: what is read, then the kind and the code."""
    return f"{slugify(place.name) or 'lieu'}-{place.key}"


def url_of(place: Place) -> str:
    """The public page of a place."""
    return f"{before_key('portal:territory')}{address_of(place)}"


class Territories(Page):
    """The labelled territories, and the way to any place."""

    title = "Territoires"
    description = "Les territoires labellisés French IMPACT, et une page pour chaque lieu de France."
    public = True
    template_name = "portal/territories.html"

    def load(self) -> None:
        self.typed = self.request.GET.get("lieu", "").strip()[:LONGEST_NAME]
        self.suggestions = find_places(self.typed, limit=20) if self.typed else []

    def answer(self) -> HttpResponseBase:
        if len(self.suggestions) == 1:
            return HttpResponseRedirect(url_of(self.suggestions[0].place))
        return super().answer()

    def context(self) -> dict[str, Any]:
        return {
            "typed": self.typed,
            "suggestions": [(suggestion, url_of(suggestion.place)) for suggestion in self.suggestions],
            "labelled": [
                {
                    "name": label.shown_title,
                    "url": reverse("labels:label", args=[label.key]),
                    "perimeter": perimeter or "Périmètre administratif non connu à ce jour",
                    "when": f"{label.told_state.label}. {label.said_period}",
                }
                for label, perimeter in territories_labelled()
            ],
            "labels_url": f"{reverse('labels:register')}?categorie={TERRITORY}",
            "regions": [
                {"name": region.name, "url": url_of(region), "places": [(place, url_of(place)) for place in places]}
                for region, places in queries.regions()
            ],
        }


class Territory(KeyedPage):
    """One place: what it is, who is there, who acts there."""

    public = True
    frequent = True
    template_name = "portal/territory.html"

    def load(self) -> None:
        """The place that the address names: its last two parts decide, what precedes is there to be read."""
        _, *key = self.kwargs["key"].rsplit("-", 2)
        place = queries.place_with_key("-".join(key)) if len(key) == 2 else None
        if place is None:
            raise Http404(self.kwargs["key"])
        self.place = place
        self.title = place.name
        self.description = f"Les acteurs de l’innovation sociale : {place.name}."

    def trail(self) -> list[Crumb]:
        above = [self.place.region, self.place.departement]
        return [
            Crumb("Territoires", reverse("portal:territories")),
            *(Crumb(place.name, url_of(place)) for place in above if place is not None),
        ]

    @property
    def current_key(self) -> str:
        return address_of(self.place)

    def kind(self) -> str:
        """What the place is, in French."""
        if self.place.nature in Nature.values:
            return str(Nature(self.place.nature).label)
        return str(PlaceKind(self.place.kind).label)

    def directory_url(self, **more: str) -> str:
        """The directory narrowed to this place."""
        return f"{search_url()}?{urlencode({**more, 'territoire': self.place.key})}"

    def facts(self) -> list[dict[str, str]]:
        """What the place is: label, text, url and note of each line."""
        place = self.place
        lines = [_fact("Nature", self.kind()), _fact("Code officiel géographique", place.code)]
        if place.postal_codes:
            lines.append(_fact("Codes postaux", ", ".join(place.postal_codes)))
        population = counted(place.population, "habitant", "habitants") if place.population else "Non connue"
        lines.append(_fact("Population", population))
        around = (
            ("Intercommunalité", place.epci),
            ("Établissement public territorial", place.ept),
            ("Département", place.departement),
            ("Région", place.region),
        )
        lines += [_fact(label, above.name, url=url_of(above)) for label, above in around if above and above != place]
        return lines

    def map(self, smaller: list[Place]) -> Position | None:
        """Where the place is: its point, or the départements that it is made of; None when neither is known."""
        place, lands, markers = self.place, list[str](), list[Marker]()
        if place.kind == PlaceKind.REGION:
            lands = [one.code for one in smaller]
        elif place.kind == PlaceKind.DEPARTEMENT:
            lands = [place.code]
        elif place.latitude is not None and place.longitude is not None:
            within = place.departement.code if place.departement else ""
            markers = [Marker(place.latitude, place.longitude, place.name, departement=within)]
        elif place.departement is not None:
            lands = [place.departement.code]
        return position(lands, markers, caption=place.name)

    def context(self) -> dict[str, Any]:
        smaller = queries.smaller_places(self.place)
        here = queries.organisations_here(self.place)
        return {
            "place": self.place,
            "kind": self.kind(),
            "facts": self.facts(),
            "here": here,
            "map": self.map(smaller),
            "kinds": [(kind.label, number, self.directory_url(type=kind.value)) for kind, number in here.kinds],
            "smaller": [(place.name, url_of(place)) for place in smaller],
            "smaller_kind": PlaceKind(smaller[0].kind).label.lower() if smaller else "",
            "directory_url": self.directory_url(),
            "export_url": f"{reverse('directory:export_directory')}?{urlencode({'territoire': self.place.key})}",
            "register_url": register_url(),
            "twin": reverse("portal:territory_data", args=[address_of(self.place)]),
            "canonical": f"{settings.BASE_URL}{url_of(self.place)}",
        }


class TerritoryData(Territory):
    """The same place for a machine."""

    def content(self) -> HttpResponseBase:
        place, here = self.place, queries.organisations_here(self.place)
        above = {"epci": place.epci, "ept": place.ept, "departement": place.departement, "region": place.region}
        data = {
            "cle": place.key,
            "nature": place.kind,
            "code": place.code,
            "nom": place.name,
            "population": place.population,
            "codes_postaux": place.postal_codes,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "dans": {kind: one.key for kind, one in above.items() if one is not None},
            "organisations": {
                "nombre": here.inside.number,
                "nombre_exact": here.inside.is_exact,
                "types": {kind.value: number for kind, number in here.kinds},
            },
            "territoires_labellises": [
                f"{settings.BASE_URL}{reverse('labels:label', args=[one.key])}" for one in here.labelled
            ],
            "page": f"{settings.BASE_URL}{url_of(place)}",
            "licence": "Licence Ouverte 2.0",
        }
        response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Access-Control-Allow-Origin"] = "*"
        return response


def _fact(label: str, text: str, url: str = "", note: str = "") -> dict[str, str]:
    return {"label": label, "text": text, "url": url, "note": note}
