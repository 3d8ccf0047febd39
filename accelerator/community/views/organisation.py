"""The public page of an organisation, and its twin for machines."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponsePermanentRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.community.models import Organisation
from accelerator.community.queries import organisation as reading
from accelerator.community.queries.published import published
from accelerator.community.rules import reason_against
from accelerator.design.pages import Crumb, Page
from accelerator.geography.maps import FranceMap, Marker, map_of_france
from accelerator.geography.models import Place


class OrganisationPage(Page):
    """What an organisation is and does, and where each piece of it comes from."""

    public = True
    template_name = "community/organisation.html"
    address = "community:organisation"

    def load(self) -> None:
        """The record that the address names; the slug is only there to be read, the identifier decides."""
        public_id = self.kwargs["key"].rpartition("-")[2]
        visible = self.visible()
        found = visible.filter(public_id=public_id).first()
        if found is None:
            raise Http404
        living = reading.canonical(found)
        if living != found and not visible.filter(pk=living.pk).exists():
            raise Http404
        self.organisation = living
        self.title = living.name
        self.description = living.summary or f"{living.name} dans l’annuaire de l’innovation sociale."

    def visible(self) -> Any:
        """The records that whoever asks may see."""
        return Organisation.objects.visible_to(self.person).select_related(
            "seat", "seat__departement", "seat__region", "merged_into"
        )

    def answer(self) -> HttpResponseBase:
        if self.kwargs["key"] != self.organisation.key:
            return HttpResponsePermanentRedirect(reverse(self.address, args=[self.organisation.key]))
        return self.content()

    def content(self) -> HttpResponseBase:
        """The page itself, once the address is the right one."""
        return self._rendered()

    def trail(self) -> list[Crumb]:
        return [Crumb("Annuaire", reverse("community:directory"))]

    def context(self) -> dict[str, Any]:
        organisation = self.organisation
        themes, territories = reading.themes_of(organisation), reading.territories_of(organisation)
        values = reading.values_of(organisation, themes, territories)
        return {
            "organisation": organisation,
            "themes": themes,
            "territories": territories,
            "values": values,
            "known": {value.name: value for value in values},
            "kinds": reading.kinds_of(organisation),
            "address": reading.address_of(organisation),
            "siren": reading.spaced(organisation.siren),
            "distinctions": reading.distinctions_of(organisation),
            "map": self._map(territories),
            "may_edit": reason_against("community.edit_record", self.person, organisation) is None,
            "history": reading.history_of(organisation),
            "source_name": reading.host_of(organisation.source_url),
            "canonical": f"{settings.BASE_URL}{reverse(self.address, args=[organisation.key])}",
            "twin": reverse("community:organisation_data", args=[organisation.key]),
        }

    def _map(self, territories: list[Place]) -> FranceMap | None:
        """Where it acts and where its seat is, if any of it is known."""
        touched, markers = reading.departements_of(territories), _point(self.organisation.seat)
        if not touched and not markers:
            return None
        parts = ["les départements de ses territoires d’action"] if touched else []
        parts += ["le point de son siège"] if markers else []
        return map_of_france(
            dict.fromkeys(touched, 1.0),
            label="Territoires",
            caption=" et ".join(parts).capitalize(),
            unit=("territoire", "territoires"),
            markers=markers,
        )


def _point(seat: Place | None) -> list[Marker]:
    """Where the seat is, if its commune has a known centre."""
    if seat is None or seat.latitude is None or seat.longitude is None:
        return []
    return [Marker(seat.latitude, seat.longitude, seat.name, departement=(seat.departement_id or "").partition("-")[2])]


class OrganisationData(OrganisationPage):
    """The same record for a machine: what is published, whoever asks."""

    address = "community:organisation_data"

    def visible(self) -> Any:
        return super().visible().filter(publishable=True)

    def content(self) -> HttpResponseBase:
        response = JsonResponse(
            published(self.organisation, settings.BASE_URL), json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
        response["Access-Control-Allow-Origin"] = "*"
        return response
