"""What the directory publishes for machines, field by field."""

from typing import Any

from django.urls import reverse

from accelerator.community.models import Theme
from accelerator.community.states import Family, Identity, Kind, LegalFamily
from accelerator.design.pages import Crumb, Page
from accelerator.directory.queries.published import FIELDS, LICENCE, LICENCE_URL


class Reuse(Page):
    """How to reuse the data of the directory: formats, fields, codes, licence."""

    title = "Réutiliser les données de l’annuaire"
    description = "Les formats, les champs et la licence des données de l’annuaire de l’innovation sociale."
    public = True
    template_name = "directory/reuse.html"

    def trail(self) -> list[Crumb]:
        return [Crumb("Annuaire", reverse("directory:directory"))]

    def context(self) -> dict[str, Any]:
        labels = dict(Family.choices)
        return {
            "fields": FIELDS,
            "licence": LICENCE,
            "licence_url": LICENCE_URL,
            "codes": [
                ("types", "Rôle dans l’innovation sociale", Kind.choices),
                ("famille_juridique", "Famille juridique", LegalFamily.choices),
                ("identite", "Identité", Identity.choices),
            ],
            "themes": [(theme, labels[theme.family]) for theme in Theme.objects.order_by("position")],
        }
