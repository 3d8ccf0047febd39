"""What the service says of itself: where it comes from, its obligations, its sources."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accelerator.design.pages import Page
from accelerator.journal.retention import declared_retentions
from accelerator.portal.views.home import register_url
from accelerator.registers.queries import loaded


class _Text(Page):
    """A page of text, open to all."""

    public = True

    def context(self) -> dict[str, Any]:
        return {"operator": settings.OPERATOR, "terms_version": settings.TERMS_VERSION}


class About(_Text):
    """Where the platform comes from; what was promised, what was done, what this is."""

    title = "La démarche"
    description = "Le French IMPACT depuis 2018 : ce qui fut annoncé, ce qui fut fait, ce qu’est cette plateforme."
    template_name = "portal/about.html"


class Accessibility(_Text):
    """The declaration that the law asks for."""

    title = "Accessibilité : non conforme"
    template_name = "portal/accessibility.html"


class Legal(_Text):
    """Who publishes, who hosts."""

    title = "Mentions légales"
    template_name = "portal/legal.html"


class Privacy(_Text):
    """Personal data, purpose by purpose; the periods are those that the models declare."""

    title = "Données personnelles"
    template_name = "portal/privacy.html"

    def context(self) -> dict[str, Any]:
        return {**super().context(), "retentions": [retention for _, retention in declared_retentions()]}


class Terms(_Text):
    """The terms of use; each version is a file of its own, `portal/terms/<version>.html`, and none is ever changed."""

    title = "Conditions d’utilisation"
    template_name = "portal/terms.html"

    def context(self) -> dict[str, Any]:
        known = super().context()
        return {**known, "text": f"portal/terms/{settings.TERMS_VERSION}.html"}


class Sources(_Text):
    """Where the data and the components come from, and under which licence."""

    title = "Sources et licences"
    template_name = "portal/sources.html"

    def context(self) -> dict[str, Any]:
        return {**super().context(), "loaded": {run.source: run for run in loaded()}}


class SiteMap(Page):
    """Every door, by what one comes for."""

    title = "Plan du site"
    public = True
    template_name = "portal/sitemap.html"

    def context(self) -> dict[str, Any]:
        service = ("about", "accessibility", "legal", "privacy", "terms", "sources")
        labels = {"about": "La démarche", **dict(_footer_labels())}
        return {
            "parts": [
                (
                    "Trouver",
                    [
                        ("Annuaire des organisations", reverse("directory:directory")),
                        ("Projets d’innovation sociale", reverse("projects:directory")),
                        ("Registre des labels", reverse("labels:register")),
                        ("Carte de France", reverse("directory:map")),
                        ("Territoires", reverse("portal:territories")),
                        ("Chiffres", reverse("portal:figures")),
                    ],
                ),
                (
                    "Se faire connaître",
                    [
                        ("Inscrire mon organisation", register_url()),
                        ("Présenter un projet", reverse("projects:start")),
                        ("Proposer le projet de quelqu’un d’autre", reverse("projects:propose")),
                        ("Mes projets", reverse("projects:mine")),
                        ("Mes candidatures", reverse("calls:my_applications")),
                        ("Mes candidatures à un label", reverse("labels:candidacies")),
                        ("Mes labels", reverse("labels:mine")),
                        ("Mon espace", reverse("portal:dashboard")),
                        ("Mon compte", reverse("accounts:account")),
                    ],
                ),
                (
                    "Suivre et emporter",
                    [
                        ("Mes recherches et mes alertes", reverse("directory:saved_searches")),
                        ("Exporter l’annuaire", reverse("directory:export_directory")),
                        ("Mes exports", reverse("directory:my_exports")),
                        ("Données ouvertes de l’annuaire", reverse("directory:reuse")),
                        ("Données ouvertes des projets", reverse("projects:reuse")),
                        ("Données ouvertes des labels", reverse("labels:reuse")),
                    ],
                ),
                ("Le service", [(labels[name], reverse(f"portal:{name}")) for name in service]),
            ]
        }


def _footer_labels() -> list[tuple[str, str]]:
    return [(name.removeprefix("portal:"), label) for label, name in settings.FOOTER]
