"""What a label's attestation says, and which label an attestation is of."""

import re
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import get_default_timezone

from accelerator.community.queries.organisation import canonical
from accelerator.credentials.models import Credential
from accelerator.credentials.queries import credential_numbered
from accelerator.geography.perimeters import sentence_of
from accelerator.journal import number_in
from accelerator.labels.models import Label
from accelerator.labels.states import LabelNature

_NUMBER: Final = re.compile(r"[A-Z]{2}-\d{4}-\d{3,9}")
_UUID: Final = re.compile(r"(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_KEY: Final = re.compile(r"(?:.*/labels/)?(?:[^/\s]+-)?([0-9a-f]{12})(?:[/?#.].*)?")


def provable() -> QuerySet[Label]:
    """The labels, with what their pages and attestations tell of them."""
    return Label.objects.select_related("category", "criteria_set", "organisation", "organisation__merged_into")


def label_of(credential: Credential) -> Label | None:
    """The label that a credential attests; None when it attests another thing."""
    number = number_in(credential.about, Label)
    return provable().filter(pk=number).first() if number is not None else None


def label_named(text: str) -> Label | None:
    """The label that someone names: its number, its address, or the number of its attestation."""
    said = text.strip()[:300]
    if _NUMBER.fullmatch(said.upper()):
        return provable().filter(number=said.upper()).first()
    if found := _UUID.fullmatch(said.lower()):
        credential = credential_numbered(UUID(found[1]))
        return label_of(credential) if credential else None
    if found := _KEY.fullmatch(said.lower()):
        return provable().filter(public_id=found[1]).first()
    return None


def name_of(label: Label) -> str:
    """What the attestation is called: the label, then who or where."""
    fictitious = "Démonstration, sans valeur : " if label.nature == LabelNature.DEMONSTRATION else ""
    return f"{fictitious}{label.category.title} : {label.title}"


def first_moment(label: Label) -> datetime:
    """Midnight of its first day, here."""
    return _midnight(label.period.lower)


def last_moment(label: Label) -> datetime | None:
    """The midnight that ends its last day; None without an end."""
    return _midnight(label.period.upper) if label.period.upper else None


def subject_of(label: Label) -> dict[str, Any]:
    """What is attested, in the words of Open Badges 3.0: to whom, where, under which criteria.

    Organisations only: nobody is named in it. Raises `ValueError` for a label whose holder is not known.
    """
    if label.organisation is None:
        raise ValueError(f"Le label {label.number} n’a pas de titulaire connu.")
    holder = canonical(label.organisation)
    here = settings.BASE_URL
    known = [_identity("name", holder.name)]
    if holder.siren:
        known.append(_identity("ext:siren", holder.siren))
    criteria = " ; ".join(one["title"] for one in label.criteria_set.criteria)
    return {
        "id": here + reverse("community:organisation", args=[holder.key]),
        "type": ["AchievementSubject"],
        "identifier": known,
        "licenseNumber": label.number,
        "narrative": f"{label.title} ({sentence_of(label.perimeter)})" if label.perimeter else label.title,
        "achievement": {
            "id": here + reverse("labels:category", args=[label.category.code]),
            "type": ["Achievement"],
            "achievementType": "Certification",
            "name": label.category.title,
            "description": label.category.summary,
            "version": str(label.criteria_set.number),
            "criteria": {"narrative": criteria or label.category.summary},
        },
    }


def _identity(kind: str, value: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, get_default_timezone())
