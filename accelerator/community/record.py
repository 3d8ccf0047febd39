"""The values of a record: their French names, the sections they are edited in, and where each comes from. A leaf.

Provenance is one map of exceptions to the source of the whole record (decision 6). A value's entry says its source,
the address and the day of that source, and, once a person who answers for the organisation said "je confirme",
who and when. docs/rules/provenance.md tells the rules in French.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

DECLARED: Final = "Déclaré par l’organisation"
REGISTER: Final = "Registre des entreprises"
# The files that the registers publish (docs/rules/registres.md).
SIRENE: Final = "Répertoire Sirene (INSEE)"
RNA: Final = "Répertoire national des associations"
RNA_PAGE: Final = "https://www.data.gouv.fr/datasets/repertoire-national-des-associations"
REGISTER_PAGE: Final = "https://annuaire-entreprises.data.gouv.fr/entreprise/"
DEDUCED: Final = "Déduit du texte de la fiche par la modération"
MOST_THEMES: Final = 5

Entry = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """What is edited together."""

    code: str
    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class SourceOfEsus:
    """The decision that grants the ESUS approval, as far as it was said."""

    url: str = ""
    on: date | None = None


LABELS: Final[Mapping[str, str]] = {
    "name": "nom",
    "acronym": "sigle",
    "legal_family": "famille juridique",
    "legal_category": "catégorie juridique",
    "activity_code": "activité principale (code NAF)",
    "created_on": "date de création",
    "is_ess": "appartenance à l’ESS",
    "is_esus": "agrément ESUS",
    "is_mission_driven": "société à mission",
    "seat": "commune du siège",
    "address": "adresse",
    "summary": "en une phrase",
    "presentation": "présentation",
    "contact_email": "adresse de contact",
    "kinds": "rôles dans l’innovation sociale",
    "themes": "thèmes",
    "territories": "territoires d’action",
    "website": "site",
    "links": "liens",
    "rna": "numéro RNA",
}
SECTIONS: Final = {
    section.code: section
    for section in (
        Section("identite", "Identité", ("name", "acronym", "legal_family", "seat", "address", "is_ess", "is_esus")),
        Section("presentation", "Présentation", ("summary", "presentation", "contact_email")),
        Section("themes-et-territoires", "Thèmes et territoires", ("kinds", "themes", "territories")),
        Section("liens", "Liens", ("website", "links")),
    )
}
# The values that the register gives, in the order in which they are shown.
FROM_REGISTER: Final[tuple[str, ...]] = (
    "name",
    "acronym",
    "legal_family",
    "legal_category",
    "activity_code",
    "created_on",
    "is_ess",
    "is_mission_driven",
    "rna",
    "seat",
    "address",
)


def declared(by: str, at: datetime, *, url: str = "", on: date | None = None) -> Entry:
    """Said by a person; `url` and `on` when what they say has itself a source (an ESUS decision)."""
    entry: Entry = {"source": DECLARED, "on": (on or at.date()).isoformat(), "by": by}
    if url:
        entry["url"] = url
    return entry


def from_register(siren: str, read_at: datetime, *, in_file: bool = False) -> Entry:
    """Read in the company register, or in the files that it publishes when it was away."""
    return {
        "source": SIRENE if in_file else REGISTER,
        "url": f"{REGISTER_PAGE}{siren}",
        "on": read_at.date().isoformat(),
    }


def deduced(by: str, at: datetime) -> Entry:
    """Read in the record's own text by the moderation, where nobody answers for the organisation."""
    return {"source": DEDUCED, "on": at.date().isoformat(), "by": by}


def confirmed(entry: Entry, by: str, at: datetime) -> Entry:
    """The same, confirmed by a person."""
    return {**entry, "confirmed_by": by, "confirmed_at": at.isoformat()}


def is_confirmed(provenance: Mapping[str, Entry], name: str) -> bool:
    """Whether a person confirmed the value: no register may overwrite it."""
    return bool(provenance.get(name, {}).get("confirmed_by"))


# What is put back when a claim or a merge is undone: everything that is edited; numbers are not.
KEPT: Final[tuple[str, ...]] = tuple(name for name in LABELS if name != "rna")


def snapshot_of(organisation: Any) -> dict[str, Any]:
    """The values of a record and where they come from, as JSON: what `set_plain` gives back."""
    values = {name: plain(getattr(organisation, name)) for name in KEPT}
    provenance = {name: entry for name, entry in organisation.provenance.items() if name in KEPT}
    return {"values": values, "provenance": provenance}


def plain(value: Any) -> Any:
    """A value of the record as JSON: a place is its key, a day its ISO form."""
    if isinstance(value, date):
        return value.isoformat()
    return getattr(value, "pk", value)


def set_plain(organisation: Any, name: str, value: Any) -> None:
    """Give a record back a value that `plain` wrote."""
    if name == "seat":
        organisation.seat_id = value
    elif name == "created_on":
        organisation.created_on = date.fromisoformat(value) if value else None
    else:
        setattr(organisation, name, value)


def legal_family_of(category: str, *, is_ess: bool | None) -> str:
    """The family of an INSEE legal category (nomenclature of 2022; groupings by us, docs/rules/provenance.md)."""
    if category in _FAMILY_BY_CATEGORY:
        return _FAMILY_BY_CATEGORY[category]
    for start, family in _FAMILY_BY_START:
        if category.startswith(start):
            return "societe_ess" if family == "societe" and is_ess else family
    return "autre" if category else ""


_COOPERATIVE_CATEGORIES = (
    "5195 5196 5203 5443 5451 5453 5454 5455 5458 5459 5460 5543 5546 5547 5548 5551 5552 5553 5554 5555 5558 5559 5560"
    " 5632 5642 5643 5646 5647 5648 5651 5652 5653 5654 5655 5658 5659 5660 6100 6316 6317 6318"
)
_FAMILY_BY_CATEGORY = {
    **dict.fromkeys(_COOPERATIVE_CATEGORIES.split(), "cooperative"),
    **dict.fromkeys(("6411", "8210", "8250"), "mutuelle"),
    "9300": "fondation",
}
_FAMILY_BY_START = (("92", "association"), ("5", "societe"), ("6", "societe"), ("4", "public"), ("7", "public"))
