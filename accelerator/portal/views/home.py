"""The front door."""

from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.design.pages import Page
from accelerator.geography.maps import map_of_france
from accelerator.portal import queries
from accelerator.projects.queries.directory import latest as latest_projects


class Home(Page):
    """What this is, for whom, and the doors: find, be found, the map."""

    title = "Accueil"
    description = (
        "La plateforme ouverte de l’innovation sociale : trouver celles et ceux qui agissent, près de chez vous ou sur "
        "votre sujet, et faire connaître votre organisation."
    )
    public = True
    frequent = True
    template_name = "portal/front.html"
    examples = ("Figeac", "lutte contre le gaspillage", "tiers-lieu")

    def context(self) -> dict[str, Any]:
        figures = queries.figures()
        return {
            "figures": figures,
            "map": map_of_france(
                figures.by_departement,
                label="Organisations",
                caption="Organisations comptées dans chaque département",
                unit=("organisation", "organisations"),
            ),
            "latest": queries.latest_arrivals(),
            "projects": latest_projects(),
            "projects_url": reverse("projects:directory"),
            "register_url": register_url(),
            "start_url": reverse("projects:start"),
            "map_url": reverse("directory:map"),
            "territories_url": reverse("portal:territories"),
            "about_url": reverse("portal:about"),
            "figures_url": reverse("portal:figures"),
            "today": localdate(),
        }


def register_url() -> str:
    """Where an organisation makes itself known; the person signs in on the way."""
    return reverse("community:register")
