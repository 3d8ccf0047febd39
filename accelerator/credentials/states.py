"""What a credential may be found to be, and why one is set aside."""

from django.db.models import TextChoices


class Purpose(TextChoices):
    """What a status list says; the words of the standard."""

    REVOCATION = "revocation", "retrait"
    SUSPENSION = "suspension", "suspension"


class Finding(TextChoices):
    """What is answered to whoever shows a credential."""

    VALID = "valid", "Attestation valide"
    SUSPENDED = "suspended", "Attestation suspendue"
    WITHDRAWN = "withdrawn", "Attestation retirée"
    EXPIRED = "expired", "Attestation expirée"
    EARLY = "early", "Attestation qui n’a pas encore commencé"
    ALTERED = "altered", "Attestation modifiée"
    FOREIGN = "foreign", "Attestation d’un autre émetteur"
    UNKNOWN = "unknown", "Attestation inconnue"
    UNSAFE = "unsafe", "Attestation signée avec une clé qui n’est plus sûre"
    UNREADABLE = "unreadable", "Fichier illisible"
