"""The public page of an organisation, and its twin for machines."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponsePermanentRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.community.models import Organisation
from accelerator.community.queries import organisation as reading
from accelerator.community.queries.published import published
from accelerator.design.pages import Crumb, Page


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
            "history": reading.history_of(organisation),
            "source_name": reading.host_of(organisation.source_url),
            "canonical": f"{settings.BASE_URL}{reverse(self.address, args=[organisation.key])}",
            "twin": reverse("community:organisation_data", args=[organisation.key]),
        }


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
