"""What the company register says of a legal unit, in the terms of the record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accelerator.community.models import Organisation
from accelerator.community.record import FROM_REGISTER, LABELS, is_confirmed, legal_family_of
from accelerator.community.states import LegalFamily
from accelerator.geography.models import Place
from accelerator.registers.clients import Company, FoundEstablishment, in_the_files

# The register places Paris, Lyon and Marseille by arrondissement; the record, by commune.
_ARRONDISSEMENTS = {"751": "75056", "6938": "69123", "132": "13055"}
UNKNOWN = "non connu"


@dataclass(frozen=True)
class Difference:
    """A value that the register gives otherwise than the record."""

    name: str
    label: str
    before: str
    after: str
    # Confirmed by a person: the register will not overwrite it.
    kept: bool


def commune_of(code: str) -> Place | None:
    """The commune that the register names."""
    return Place.objects.filter(pk=_commune(code)).first() if code else None


def _commune(code: str) -> str:
    """The key of the commune that the register names."""
    return f"commune-{next((whole for start, whole in _ARRONDISSEMENTS.items() if code.startswith(start)), code)}"


def values_of(
    company: Company,
    establishment: FoundEstablishment | None = None,
    commune_of: Callable[[str], Place | None] = commune_of,
) -> dict[str, Any]:
    """What the register knows, and only that; nothing for a unit that is never published (decision 8)."""
    if not company.publishable:
        return {}
    seat = company.seat or establishment
    given = {
        "name": company.name,
        "acronym": company.acronym,
        "legal_family": legal_family_of(company.legal_category, is_ess=company.is_ess),
        "legal_category": company.legal_category,
        "activity_code": company.activity_code,
        "created_on": date.fromisoformat(company.created_on) if company.created_on else None,
        "is_ess": company.is_ess,
        "is_mission_driven": company.is_mission_driven,
        "rna": company.rna or None,
        "seat": commune_of(seat.commune) if seat else None,
        "address": seat.address if seat else "",
    }
    return {name: value for name, value in given.items() if value not in (None, "")}


def differences(
    organisation: Organisation, company: Company, commune_of: Callable[[str], Place | None] = commune_of
) -> list[Difference]:
    """The values that the register gives otherwise than the record, in the order of the record."""
    given = values_of(company, commune_of=commune_of)
    found = []
    for name in FROM_REGISTER:
        if name not in given or given[name] == getattr(organisation, name):
            continue
        found.append(
            Difference(
                name=name,
                label=LABELS[name],
                before=said(name, getattr(organisation, name)),
                after=said(name, given[name]),
                kept=is_confirmed(organisation.provenance, name),
            )
        )
    return found


@dataclass(frozen=True)
class Contradiction:
    """What a register says otherwise of a value that a person confirmed, and the day of what it says."""

    name: str
    label: str
    said: str
    on: datetime


def contradictions_of(organisations: Sequence[Organisation]) -> dict[int, list[Contradiction]]:
    """What the registers' files, as last loaded, say otherwise of confirmed values; in two queries at most.

    Only the organisations of which they do are given; none when nobody confirmed anything that a register gives.
    """
    asked = [one for one in organisations if one.siren and any(is_confirmed(one.provenance, n) for n in FROM_REGISTER)]
    answers = in_the_files([str(one.siren) for one in asked]) if asked else {}
    codes = {answer.company.seat.commune for answer in answers.values() if answer.company and answer.company.seat}
    communes = Place.objects.in_bulk({_commune(code) for code in codes if code}) if codes else {}
    found = {}
    for one in asked:
        answer = answers.get(str(one.siren))
        if answer is None or answer.company is None:
            continue
        others = differences(one, answer.company, lambda code: communes.get(_commune(code)))
        if kept := [
            Contradiction(other.name, other.label, other.after, answer.read_at) for other in others if other.kept
        ]:
            found[one.pk] = kept
    return found


def said(name: str, value: Any) -> str:
    """A value of the record in French."""
    if value is None or value in ("", []):
        return UNKNOWN
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if name == "legal_family":
        return str(LegalFamily(value).label)
    if isinstance(value, list):
        return ", ".join(str(part["url"] if isinstance(part, dict) else part) for part in value)
    text = str(value)
    return text if len(text) <= 120 else f"{text[:119].rstrip()}…"
