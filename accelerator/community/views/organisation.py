"""The public page of an organisation."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from accelerator.community.attached import attached_to, offered_with, twin_of
from accelerator.community.models import Organisation
from accelerator.community.queries import organisation as reading
from accelerator.community.queries.checks import exactness_of
from accelerator.community.queries.people import shown_members
from accelerator.community.views.within import Within
from accelerator.design.pages import Crumb
from accelerator.geography.maps import Marker, Position, position
from accelerator.geography.models import Place


class OrganisationPage(Within):
    """What an organisation is and does, and where each piece of it comes from."""

    rule = None
    public = True
    frequent = True
    template_name = "community/organisation.html"

    def load(self) -> None:
        super().load()
        self.title = self.organisation.name
        self.description = self.organisation.summary or f"{self.title} dans l’annuaire de l’innovation sociale."

    def visible(self) -> QuerySet[Organisation]:
        return reading.whole(super().visible())

    def found(self, public_id: str) -> Organisation | None:
        return super().found(public_id) if self.person.is_authenticated else reading.public_record(public_id)

    def trail(self) -> list[Crumb]:
        return super().trail()[:-1]

    def context(self) -> dict[str, Any]:
        organisation = self.organisation
        themes, territories = reading.themes_of(organisation), reading.territories_of(organisation)
        values = reading.values_of(organisation, themes, territories)
        return {
            **super().context(),
            "themes": themes,
            "territories": territories,
            "values": values,
            "known": {value.name: value for value in values},
            "kinds": reading.kinds_of(organisation),
            "address": reading.address_of(organisation),
            "siren": reading.spaced(organisation.siren),
            "other_numbers": reading.other_numbers_of(organisation),
            "distinctions": reading.distinctions_of(organisation),
            "map": self._map(territories),
            "people": shown_members(organisation),
            "history": reading.history_of(organisation),
            "attached": attached_to(organisation),
            "offers": offered_with(self.person, organisation) if self.standing.is_steering else (),
            "exactness": exactness_of(organisation),
            "ceased": reading.origin_of(organisation, "state") if "state" in organisation.provenance else None,
            "source_name": reading.host_of(organisation.source_url),
            "canonical": f"{settings.BASE_URL}{self.address('organisation')}",
            "twin": twin_of(organisation),
        }

    def _map(self, territories: list[Place]) -> Position | None:
        """Where it acts and where its seat is, if any of it is known."""
        touched, markers = reading.departements_of(territories), _point(self.organisation.seat)
        parts = ["les départements de ses territoires d’action"] if touched else []
        parts += ["le point de son siège"] if markers else []
        return position(touched, markers, caption=" et ".join(parts).capitalize())


def _point(seat: Place | None) -> list[Marker]:
    """Where the seat is, if its commune has a known centre."""
    if seat is None or seat.latitude is None or seat.longitude is None:
        return []
    return [Marker(seat.latitude, seat.longitude, seat.name, departement=(seat.departement_id or "").partition("-")[2])]
