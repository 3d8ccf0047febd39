"""Choices and tables of the projects: the leaf."""

from typing import Final

from django.db import models

from accelerator.workflow.transitions import Transition


class ProjectState(models.TextChoices):
    """The life of a file."""

    PROPOSED = "proposed", "Proposé par un tiers"
    DRAFT = "draft", "Brouillon"
    PUBLISHED = "published", "Publié"
    ENDED = "ended", "Terminé"
    DECLINED = "declined", "Proposition déclinée"


TAKE_OVER = Transition(
    "take_over",
    frozenset({ProjectState.PROPOSED.value}),
    ProjectState.DRAFT,
    "projects.taken_over",
    "Ce projet a déjà été repris, ou sa proposition déclinée.",
)
DECLINE = Transition(
    "decline",
    frozenset({ProjectState.PROPOSED.value}),
    ProjectState.DECLINED,
    "projects.declined",
    "Ce projet a déjà été repris, ou sa proposition déclinée.",
)
PUBLISH = Transition(
    "publish",
    frozenset({ProjectState.DRAFT.value}),
    ProjectState.PUBLISHED,
    "projects.published",
    "Ce projet n’est pas un brouillon : il est déjà publié ou terminé.",
)
UNPUBLISH = Transition(
    "unpublish",
    frozenset({ProjectState.PUBLISHED.value, ProjectState.ENDED.value}),
    ProjectState.DRAFT,
    "projects.unpublished",
    "Ce projet n’est pas publié.",
)
END = Transition(
    "end",
    frozenset({ProjectState.PUBLISHED.value}),
    ProjectState.ENDED,
    "projects.ended",
    "Seul un projet publié peut être dit terminé.",
)
RESUME = Transition(
    "resume",
    frozenset({ProjectState.ENDED.value}),
    ProjectState.PUBLISHED,
    "projects.resumed",
    "Ce projet n’est pas terminé.",
)
# Whoever may find a project reads these.
SHOWN: Final = (ProjectState.PUBLISHED, ProjectState.ENDED)


class Maturity(models.TextChoices):
    """How far it is; what each stage asks for is in `projects.stages`."""

    IDEA = "idee", "Idée"
    EXPERIMENT = "experimentation", "Expérimentation"
    CONSOLIDATION = "consolidation", "Consolidation"
    SCALING = "changement-echelle", "Changement d’échelle"


class Need(models.TextChoices):
    """What the carriers look for; the subjects to come answer them."""

    FUNDING = "financement", "Financement"
    SUPPORT = "accompagnement", "Accompagnement"
    DEROGATION = "derogation", "Dérogation ou levée d’un blocage"
    EVALUATION = "evaluation", "Évaluation de l’impact"
    HOST = "territoires", "Territoire d’accueil"


class Carrier(models.TextChoices):
    """Who carries a project."""

    PERSON = "personne", "Une personne, sans structure pour l’instant"
    ORGANISATION = "organisation", "Une organisation"
    CONSORTIUM = "consortium", "Plusieurs organisations"


class PartnerRole(models.TextChoices):
    """What an organisation is to a project besides its chef de file."""

    CARRIER = "coporteur", "Coporteur"
    PARTNER = "partenaire", "Partenaire"


class FileKind(models.TextChoices):
    """What is joined to a project."""

    PICTURE = "image", "Image"
    DOCUMENT = "document", "Document"


class Goal(models.TextChoices):
    """The sustainable development goals of the United Nations (2030 Agenda), by number."""

    G1 = "1", "1. Pas de pauvreté"
    G2 = "2", "2. Faim « zéro »"
    G3 = "3", "3. Bonne santé et bien-être"
    G4 = "4", "4. Éducation de qualité"
    G5 = "5", "5. Égalité entre les sexes"
    G6 = "6", "6. Eau propre et assainissement"
    G7 = "7", "7. Énergie propre et d’un coût abordable"
    G8 = "8", "8. Travail décent et croissance économique"
    G9 = "9", "9. Industrie, innovation et infrastructure"
    G10 = "10", "10. Inégalités réduites"
    G11 = "11", "11. Villes et communautés durables"
    G12 = "12", "12. Consommation et production responsables"
    G13 = "13", "13. Lutte contre les changements climatiques"
    G14 = "14", "14. Vie aquatique"
    G15 = "15", "15. Vie terrestre"
    G16 = "16", "16. Paix, justice et institutions efficaces"
    G17 = "17", "17. Partenariats pour la réalisation des objectifs"
