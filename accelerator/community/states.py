"""Choices and tables of the community, and how they are said: it knows no table of the database."""

from django.db import models

from accelerator.community.domains import said_domain
from accelerator.registers.identifiers import Identifier, Scheme
from accelerator.workflow.transitions import Transition


class Identity(models.TextChoices):
    """How sure the identity of an organisation is (decision 7)."""

    VERIFIED = "verified", "Identité vérifiée dans un registre public"
    DECLARED = "declared", "Identité déclarée"
    UNKNOWN = "unknown", "Identité inconnue"


class OrganisationState(models.TextChoices):
    """The life of a record."""

    ACTIVE = "active", "Active"
    CEASED = "ceased", "A cessé son activité"
    MERGED = "merged", "Réunie à une autre fiche"


CEASE = Transition(
    "cease",
    frozenset({OrganisationState.ACTIVE.value}),
    OrganisationState.CEASED,
    "community.ceased",
    "La fiche dit déjà que cette organisation a cessé son activité.",
)
REVIVE = Transition(
    "revive",
    frozenset({OrganisationState.CEASED.value}),
    OrganisationState.ACTIVE,
    "community.revived",
    "La fiche dit déjà que cette organisation est active.",
)


class LegalFamily(models.TextChoices):
    """The families of article 1 of loi 2014-856 on the ESS, then the others."""

    ASSOCIATION = "association", "Association"
    COOPERATIVE = "cooperative", "Coopérative"
    MUTUELLE = "mutuelle", "Mutuelle"
    FONDATION = "fondation", "Fondation ou fonds de dotation"
    SOCIETE_ESS = "societe_ess", "Société commerciale de l’ESS"
    SOCIETE = "societe", "Société commerciale"
    PUBLIC = "public", "Personne publique"
    COLLECTIF = "collectif", "Collectif sans personnalité morale"
    AUTRE = "autre", "Autre forme"


class Kind(models.TextChoices):
    """What an organisation is to social innovation; it may be several."""

    PORTEUR = "porteur", "Porteur de projet"
    INCUBATEUR = "incubateur", "Incubateur"
    RUCHE = "ruche", "Ruche"
    FINANCEUR = "financeur", "Financeur"
    EVALUATEUR = "evaluateur", "Évaluateur"
    PTCE = "ptce", "Pôle territorial de coopération économique"
    RESEAU = "reseau", "Réseau"
    COLLECTIF = "collectif", "Collectif territorial"
    COLLECTIVITE = "collectivite", "Collectivité"
    ADMINISTRATION = "administration", "Administration"
    ENTREPRISE = "entreprise", "Entreprise engagée"
    ACCOMPAGNATEUR = "accompagnateur", "Accompagnateur"
    RECHERCHE = "recherche", "Recherche et formation"


class Family(models.TextChoices):
    """The five families of défis of the French IMPACT (2019)."""

    ECOLOGIE = "ecologie", "Transition écologique"
    ECONOMIE = "economie", "Économie inclusive et solidaire"
    EDUCATION = "education", "Réussite éducative"
    TERRITOIRE = "territoire", "Équité territoriale"
    GENERATIONS = "generations", "Accompagnement générationnel"


class RoleName(models.TextChoices):
    """Roles in an organisation, then roles on the platform itself."""

    REPRESENTATIVE = "representative", "Représentant légal"
    MANAGER = "manager", "Gestionnaire de la fiche"
    MEMBER = "member", "Membre"
    MODERATOR = "moderator", "Modérateur de l’annuaire"
    ADMINISTRATOR = "administrator", "Administrateur de la plateforme"


ORGANISATION_ROLES = (RoleName.REPRESENTATIVE, RoleName.MANAGER, RoleName.MEMBER)
PLATFORM_ROLES = (RoleName.MODERATOR, RoleName.ADMINISTRATOR)
# Those who may change the record and its people.
STEERING_ROLES = (RoleName.REPRESENTATIVE, RoleName.MANAGER)


class JoinRequestState(models.TextChoices):
    """The life of a request to join an organisation."""

    OPEN = "open", "À examiner"
    ACCEPTED = "accepted", "Acceptée"
    REJECTED = "rejected", "Refusée"
    WITHDRAWN = "withdrawn", "Retirée"


_OPEN = frozenset({JoinRequestState.OPEN.value})
_ANSWERED = "Cette demande a déjà reçu une réponse, ou a été retirée."
ACCEPT_JOIN = Transition("accept", _OPEN, JoinRequestState.ACCEPTED, "community.join_accepted", _ANSWERED)
REJECT_JOIN = Transition("reject", _OPEN, JoinRequestState.REJECTED, "community.join_rejected", _ANSWERED)
WITHDRAW_JOIN = Transition("withdraw", _OPEN, JoinRequestState.WITHDRAWN, "community.join_withdrawn", _ANSWERED)


class HandoverState(models.TextChoices):
    """The life of an offer to take someone's place."""

    OPEN = "open", "En attente"
    ACCEPTED = "accepted", "Acceptée"
    DECLINED = "declined", "Déclinée"
    WITHDRAWN = "withdrawn", "Retirée"


_OFFERED = frozenset({HandoverState.OPEN.value})
_CLOSED = "Cette proposition est déjà close."
ACCEPT_HANDOVER = Transition("accept", _OFFERED, HandoverState.ACCEPTED, "community.handed_over", _CLOSED)
DECLINE_HANDOVER = Transition("decline", _OFFERED, HandoverState.DECLINED, "community.handover_declined", _CLOSED)
WITHDRAW_HANDOVER = Transition("withdraw", _OFFERED, HandoverState.WITHDRAWN, "community.handover_withdrawn", _CLOSED)


class ReportState(models.TextChoices):
    """The life of an error reported on a record."""

    OPEN = "open", "À traiter"
    CORRECTED = "corrected", "Corrigée"
    REJECTED = "rejected", "Sans suite"


class ReportTopic(models.TextChoices):
    """What is wrong, as the person who reports it says."""

    IDENTITY = "identity", "Nom, numéro ou forme juridique"
    PLACE = "place", "Siège ou territoires"
    CONTENT = "content", "Présentation, thèmes ou liens"
    CEASED = "ceased", "L’organisation a cessé son activité"
    DUPLICATE = "duplicate", "La fiche existe en double"
    PERSON = "person", "Une personne est mise en cause ou nommée sans son accord"
    MESSAGE = "message", "Un message reçu est abusif"
    OTHER = "other", "Autre chose"


class ProofKind(models.TextChoices):
    """What proves that someone acts for an organisation (decision 9)."""

    PROCONNECT = "proconnect", "ProConnect"
    DOMAIN = "domain", "Adresse sur un domaine confirmé"

    def said(self, evidence: str) -> str:
        """What proves, as it is read: a SIRET by groups ("732 829 320 00074"), a domain with its accents."""
        return str(Identifier(Scheme.SIRET, evidence)) if self is ProofKind.PROCONNECT else said_domain(evidence)


class ClaimState(models.TextChoices):
    """The life of a claim: it stands at once, and is reversed if it was wrong."""

    STANDING = "standing", "En vigueur"
    REVERSED = "reversed", "Annulée"


REVERSE_CLAIM = Transition(
    "reverse",
    frozenset({ClaimState.STANDING.value}),
    ClaimState.REVERSED,
    "community.claim_reversed",
    "Cette revendication a déjà été annulée.",
)


class Likeness(models.TextChoices):
    """Why two records may be the same, the surest first."""

    NUMBER = "number", "un numéro de l’une est dans l’autre"
    CROSS = "cross", "le registre réunit leurs numéros"
    NAME = "name", "même nom, même commune"
    UNPLACED = "unplaced", "même nom, commune non connue"
    WEBSITE = "website", "même site"
    CLOSE = "close", "noms très proches, même commune"
    PERSON = "person", "rapprochées par une personne"


class DuplicateState(models.TextChoices):
    """What was decided of two records that may be the same."""

    OPEN = "open", "À examiner"
    MERGED = "merged", "Réunies"
    DIFFERENT = "different", "Ce ne sont pas les mêmes"


TELL_APART = Transition(
    "tell_apart",
    frozenset({DuplicateState.OPEN.value}),
    DuplicateState.DIFFERENT,
    "community.duplicate_told_apart",
    "Ces deux fiches ont déjà été examinées.",
)


MERGE = Transition(
    "merge",
    frozenset({OrganisationState.ACTIVE.value, OrganisationState.CEASED.value}),
    OrganisationState.MERGED,
    "community.merged",
    "Cette fiche est déjà réunie à une autre.",
)


class MergeState(models.TextChoices):
    """A merge holds until it is undone."""

    DONE = "done", "En vigueur"
    UNDONE = "undone", "Défaite"


UNDO_MERGE = Transition(
    "undo",
    frozenset({MergeState.DONE.value}),
    MergeState.UNDONE,
    "community.merge_undone",
    "Cette réunion a déjà été défaite.",
)


class DelegationScope(models.TextChoices):
    """What a legal representative may let someone do."""

    SUBMIT = "submit", "Déposer des dossiers"
    SIGN = "sign", "Signer"


# The two distinctions of the founding facts (2018 and 2019). Facts of the past: not labels.
TERRITORY_DISTINCTION = "Territoire French IMPACT"
PIONEER_DISTINCTION = "Pionnier French IMPACT"
