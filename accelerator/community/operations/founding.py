"""The founding facts: the labelled territories and the pioneers of 2018 and 2019, each with its source."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from accelerator.community import search
from accelerator.community.events import FOUNDING_FACTS_LOADED
from accelerator.community.facts import FACTS, place_key, place_keys, rows_of, territories
from accelerator.community.models import Distinction, Organisation
from accelerator.community.states import (
    PIONEER_DISTINCTION,
    TERRITORY_DISTINCTION,
    Identity,
    Kind,
    LegalFamily,
    OrganisationState,
)
from accelerator.geography.models import Place
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.workflow import Refused, operation

SOURCE = "Faits fondateurs (presse)"
READING = "Lecture de la plateforme"
READ_ON = "2026-11-23"

_WAVES = {"2018-10": "Première vague, dite d’octobre 2018", "2019-12": "Deuxième vague, de décembre 2019"}
_ON = {"2019-02-25": "le 25 février 2019", "2019-12": "en décembre 2019"}


@dataclass
class _Fact:
    """What the facts say of one organisation: the values, where some come from, the distinction."""

    public_id: str
    values: dict[str, Any]
    distinction: dict[str, str]
    source_url: str
    provenance: dict[str, dict[str, str]] = field(default_factory=dict)


def founding_id(list_name: str, name: str) -> str:
    """The opaque identifier of a founding organisation: the same in every installation, so that links hold."""
    return hashlib.sha256(f"french-impact:{list_name}:{name}".encode()).hexdigest()[:12]


@operation
def load_founding_facts(*, by: Actor, at: datetime, folder: Path = FACTS) -> int:
    """Enter the founding facts; return how many organisations were added or corrected (0 when run again).

    Identity stays unknown: the sources give no number. A value that a person confirmed, or that comes from anywhere
    else since, is never overwritten; a record merged into another one is left alone.
    Raises `Refused` when a place of the facts is missing (the reference data are loaded first).
    """
    facts = [*_territories(folder), *_pioneers(folder)]
    known = Organisation.objects.select_for_update().in_bulk([fact.public_id for fact in facts], field_name="public_id")
    changed = []
    for fact in facts:
        organisation = known.get(fact.public_id)
        if organisation is None:
            organisation = _enter(fact, at)
        elif not _correct(organisation, fact, at):
            continue
        changed.append(organisation)
    if changed:
        record(FOUNDING_FACTS_LOADED.code, *changed, by=by, at=at)
        search.refresh(changed)
    return len(changed)


def _enter(fact: _Fact, at: datetime) -> Organisation:
    organisation = Organisation.objects.create(
        public_id=fact.public_id,
        identity=Identity.UNKNOWN,
        source=SOURCE,
        source_url=fact.source_url,
        provenance=fact.provenance,
        recorded_at=at,
        changed_at=at,
        **fact.values,
    )
    Distinction.objects.create(organisation=organisation, **fact.distinction)
    return organisation


def _correct(organisation: Organisation, fact: _Fact, at: datetime) -> bool:
    """Bring the record to what the facts say, where nobody else has spoken; tell whether anything changed."""
    if organisation.state == OrganisationState.MERGED:
        return False
    ours = [name for name in fact.values if _is_ours(organisation, name)]
    stale = [name for name in ours if getattr(organisation, name) != fact.values[name]]
    for name in stale:
        setattr(organisation, name, fact.values[name])
        organisation.provenance.pop(name, None)
        if name in fact.provenance:
            organisation.provenance[name] = fact.provenance[name]
    if stale:
        organisation.changed_at = at
        organisation.save(update_fields=[*stale, "provenance", "changed_at"])
    name = fact.distinction["name"]
    if organisation.distinctions.filter(**fact.distinction).exists():
        return bool(stale)
    Distinction.objects.update_or_create(organisation=organisation, name=name, defaults=fact.distinction)
    return True


def _is_ours(organisation: Organisation, name: str) -> bool:
    """Whether the value still comes from the founding facts, confirmed by nobody."""
    said = organisation.provenance.get("territories" if name == "territories_cover" else name)
    if said is None:
        return organisation.source == SOURCE
    return said.get("source") in {SOURCE, READING} and not said.get("confirmed_by")


def _territories(folder: Path) -> list[_Fact]:
    keys = place_keys(folder)
    places = Place.objects.in_bulk(keys)
    if missing := sorted(keys - set(places)):
        raise Refused(
            f"Des lieux des faits fondateurs manquent ({', '.join(missing)}). Chargez d’abord les données de référence."
        )
    return [_territory(row, places.get(place_key(row))) for row in territories(folder)]


def _territory(row: dict[str, str], place: Place | None) -> _Fact:
    provenance = {}
    if place is None:
        provenance["territories"] = {
            "source": READING,
            "on": READ_ON,
            "note": "Les sources ne donnent pas le périmètre de ce collectif : il n’est pas connu à ce jour.",
        }
    elif row["perimeter_certainty"] == "probable":
        provenance["territories"] = {
            "source": READING,
            "on": READ_ON,
            "note": "Périmètre probable : le périmètre administratif le plus proche du nom du collectif.",
        }
    return _Fact(
        public_id=founding_id("territoire", row["name"]),
        values={
            "name": row["name"],
            "kinds": [Kind.COLLECTIF.value],
            "legal_family": LegalFamily.COLLECTIF.value,
            "summary": f"Collectif territorial d’innovation sociale, distingué « {TERRITORY_DISTINCTION} » "
            f"{_ON[row['announced_on']]}.",
            "territories": [place.key] if place else [],
            "territories_cover": sorted(place.cover) if place else [],
        },
        distinction={
            "name": TERRITORY_DISTINCTION,
            "granted_on": row["announced_on"],
            "detail": _WAVES[row["wave"]],
            "source_url": row["source"],
        },
        source_url=row["source"],
        provenance=provenance,
    )


def _pioneers(folder: Path) -> list[_Fact]:
    readings = {row["name"]: row for row in rows_of(folder / "pioneer_themes.csv")}
    return [_pioneer(row, readings[row["name"]]) for row in rows_of(folder / "pioneers.csv")]


def _pioneer(row: dict[str, str], reading: dict[str, str]) -> _Fact:
    subject = row["subject"].replace("'", "’")
    return _Fact(
        public_id=founding_id("pionnier", row["name"]),
        values={
            "name": row["name"].replace("'", "’"),
            "kinds": [Kind.PORTEUR.value],
            "legal_family": reading["legal_family"],
            "summary": f"{subject[0].upper()}{subject[1:]}.",
            "themes": reading["themes"].split(";"),
        },
        distinction={
            "name": PIONEER_DISTINCTION,
            "granted_on": "2018-06",
            "detail": "L’un des 22 pionniers proclamés en juin 2018",
            "source_url": row["source"],
        },
        source_url=row["source"],
        provenance={
            "themes": {
                "source": READING,
                "on": READ_ON,
                "note": "Thèmes lus par la plateforme dans le sujet que donne la source.",
            }
        },
    )
