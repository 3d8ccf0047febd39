"""Choices and tables of the labels: the leaf."""

from django.db import models


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


class Outcome(models.TextChoices):
    """How a proceeding ends."""

    PENDING = "pending", "En cours"
    PRONOUNCED = "pronounced", "Prononcée"
    DROPPED = "dropped", "Abandonnée"
