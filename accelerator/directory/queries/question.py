"""What is asked of the directory of organisations: its filters."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db import models

from accelerator.community.states import Family, Identity, Kind, LegalFamily
from accelerator.search.questions import Filter, PublicQuestion


class Standing(models.TextChoices):
    """What an organisation may be in the eyes of the law, besides its form."""

    ESS = "ess", "Appartient à l’ESS"
    ESUS = "esus", "Agréée ESUS"
    MISSION = "mission", "Société à mission"


# Without closed values: themes, places and distinctions are read from the tables.
FACETS: Final[Mapping[str, Filter]] = {
    "type": Filter("Rôle dans l’innovation sociale", Kind),
    "famille": Filter("Famille de défis", Family),
    "theme": Filter("Thème"),
    "region": Filter("Région"),
    "departement": Filter("Département"),
    "forme": Filter("Famille juridique", LegalFamily),
    "ess": Filter("ESS et agréments", Standing),
    "identite": Filter("Identité", Identity),
    "distinction": Filter("Distinction"),
}


class Question(PublicQuestion):
    """A search of the directory of organisations."""

    FILTERS = FACETS


def read_question(parameters: Mapping[str, Sequence[str]]) -> Question:
    """Understand the parameters of an address; what cannot be understood is ignored, and named in `ignored`."""
    return Question.read(parameters)
