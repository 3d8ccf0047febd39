"""Choices and tables of the labels: the leaf."""

from typing import Final

from django.db import models

from accelerator.workflow.transitions import Transition


class Holder(models.TextChoices):
    """Who holds a label of a category."""

    COLLECTIVE = "collective", "Un collectif et son chef de file"
    ORGANISATION = "organisation", "Une organisation"


class CandidacyState(models.TextChoices):
    """The life of the file. What became of an application is told by the calls, what is awarded by the labels."""

    PREPARING = "preparing", "En cours"
    ENDED = "ended", "Close"


class MemberState(models.TextChoices):
    """What an organisation answered to being named in a collective."""

    ASKED = "asked", "En attente de sa réponse"
    CONFIRMED = "confirmed", "A confirmé"
    REFUSED = "refused", "A refusé"
    LEFT = "left", "S’est retirée"


# Those who read the file: asked to take part, or taking part.
TAKING_PART: Final = (MemberState.ASKED, MemberState.CONFIRMED)


class MemberRole(models.TextChoices):
    """What an organisation does in a collective."""

    LEAD = "lead", "Chef de file"
    AUTHORITY = "authority", "Collectivité"
    SUPPORT = "support", "Accompagnement"
    FUNDING = "funding", "Financement"
    ENTERPRISE = "enterprise", "Entreprise"
    KNOWLEDGE = "knowledge", "Recherche, enseignement, formation"
    INHABITANTS = "inhabitants", "Habitants et citoyens"
    OTHER = "other", "Autre rôle"


class Belonging(models.TextChoices):
    """What an organisation is, for the rules of composition."""

    ESS = "ess", "De l’économie sociale et solidaire"
    COMPANY = "company", "Entreprise hors de l’économie sociale et solidaire"
    OTHER = "other", "Autre personne morale"


class ChallengeKind(models.TextChoices):
    """The three sorts of défis of the French IMPACT."""

    SOCIAL = "social", "Social"
    ENVIRONMENTAL = "environmental", "Environnemental"
    CIVIC = "civic", "Citoyen"


class ActionState(models.TextChoices):
    """Where an action of the road map is."""

    PLANNED = "planned", "Prévue"
    UNDER_WAY = "under_way", "En cours"
    DONE = "done", "Faite"
    DROPPED = "dropped", "Abandonnée"


class LabelNature(models.TextChoices):
    """What a label of ours is worth."""

    REAL = "real", "Label délivré ici"
    DEMONSTRATION = "demonstration", "Démonstration"
    HISTORIC = "historic", "Fait public, historique"


class LabelState(models.TextChoices):
    """The life of a label."""

    ACTIVE = "active", "Actif"
    SUSPENDED = "suspended", "Suspendu"
    WITHDRAWN = "withdrawn", "Retiré"
    EXPIRED = "expired", "Expiré"


class ConditionState(models.TextChoices):
    """What became of a condition set at the award."""

    OPEN = "open", "À remplir"
    MET = "met", "Remplie"
    FAILED = "failed", "Non remplie"


class ProceedingKind(models.TextChoices):
    """Three operations that the law does not mix (CRPA L240-1 and following)."""

    SUSPENSION = "suspension", "Suspension"
    ABROGATION = "abrogation", "Abrogation"
    RETRAIT = "retrait", "Retrait"


class HearingOutcome(models.TextChoices):
    """What became of a hearing that the holder asked for."""

    HELD = "held", "Le titulaire a été entendu"
    ABSENT = "absent", "Le titulaire ne s’est pas présenté"
    DECLINED = "declined", "Demande abusive, refusée"


class Outcome(models.TextChoices):
    """How a proceeding ends."""

    PENDING = "pending", "En cours"
    PRONOUNCED = "pronounced", "Prononcée"
    DROPPED = "dropped", "Abandonnée"


class Precision(models.TextChoices):
    """How well the first day of a label is known."""

    DAY = "day", "Le jour"
    MONTH = "month", "Le mois seulement"


class AppealResult(models.TextChoices):
    """What became of an appeal against a measure on a label."""

    UPHELD = "upheld", "Mesure maintenue"
    UNDONE = "undone", "Mesure annulée"


class ToldState(models.TextChoices):
    """What the register says of a label: its state, and how it was withdrawn."""

    ACTIVE = "active", "En vigueur"
    SUSPENDED = "suspended", "Suspendu"
    ABROGATED = "abrogated", "Abrogé"
    RETRACTED = "withdrawn", "Retiré"
    EXPIRED = "expired", "Arrivé à son terme"
    HISTORIC = "historic", "Historique"

    @property
    def level(self) -> str:
        """How a badge shows it."""
        levels = {"active": "success", "suspended": "warning", "abrogated": "error", "withdrawn": "error"}
        return levels.get(self.value, "info")


_L = LabelState


def _passage(name: str, sources: tuple[str, ...], target: str, event: str, refusal: str) -> Transition:
    return Transition(name, frozenset(str(source) for source in sources), target, event, refusal)


SUSPEND: Final = _passage(
    "suspend",
    (_L.ACTIVE,),
    _L.SUSPENDED,
    "labels.suspended",
    "Seul un label en vigueur se suspend : celui-ci est déjà suspendu, arrivé à son terme, abrogé ou retiré.",
)
LIFT: Final = _passage("lift", (_L.SUSPENDED,), _L.ACTIVE, "labels.lifted", "Ce label n’est pas suspendu.")
END_SUSPENSION: Final = _passage(
    "end_suspension", (_L.SUSPENDED,), _L.ACTIVE, "labels.suspension_ended", "Ce label n’est pas suspendu."
)
ABROGATE: Final = _passage(
    "abrogate",
    (_L.ACTIVE, _L.SUSPENDED),
    _L.WITHDRAWN,
    "labels.abrogated",
    "Une abrogation met fin à un label en vigueur ou suspendu : celui-ci a déjà pris fin.",
)
# What is past can be erased too: the award was illegal from its first day.
RETRACT: Final = _passage(
    "retract",
    (_L.ACTIVE, _L.SUSPENDED, _L.EXPIRED),
    _L.WITHDRAWN,
    "labels.retracted",
    "Ce label est déjà abrogé ou retiré.",
)
EXPIRE: Final = _passage("expire", (_L.ACTIVE, _L.SUSPENDED), _L.EXPIRED, "labels.expired", "Ce label a déjà pris fin.")
RESTORE: Final = _passage(
    "restore", (_L.SUSPENDED, _L.WITHDRAWN), _L.ACTIVE, "labels.restored", "Aucune mesure n’est à annuler."
)
RESTORE_ENDED: Final = _passage(
    "restore_ended", (_L.SUSPENDED, _L.WITHDRAWN), _L.EXPIRED, "labels.restored", "Aucune mesure n’est à annuler."
)
