"""Lists of organisations, in any spreadsheet: which of its columns is what, and what each row says. A leaf of words.

The columns are proposed from their headings, shown, and confirmed once; they are kept with the source of the list.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from accelerator.design.forms import UNSEEN
from accelerator.geography.names import plain
from accelerator.registers.identifiers import Identifier, Misread, Scheme, understand

# What a list may say, and the headings by which it is usually said (compared without accents, nor punctuation).
FIELDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "name": (
        "nom",
        ("nom", "raison sociale", "denomination", "nom de la structure", "structure", "organisation", "nom structure"),
    ),
    "acronym": ("sigle", ("sigle", "acronyme")),
    "siret": ("SIRET", ("siret", "n siret", "numero siret", "no siret")),
    "siren": ("SIREN", ("siren", "n siren", "numero siren", "no siren")),
    "rna": ("RNA", ("rna", "n rna", "numero rna", "waldec", "id association")),
    "commune": ("commune", ("commune", "ville", "code commune", "code insee", "commune du siege", "localite")),
    "postal_code": ("code postal", ("code postal", "cp", "codepostal")),
    "website": ("site", ("site", "site web", "site internet", "url", "web")),
    "summary": ("phrase", ("resume", "en une phrase", "accroche", "description courte")),
    "presentation": ("présentation", ("presentation", "description", "objet", "activite", "activites")),
}
LABELS: Final = {label: name for name, (label, _) in FIELDS.items()}
_LONGEST: Final = {"name": 200, "acronym": 40, "website": 300, "summary": 300, "presentation": 6000}
_NUMBERS: Final = (("siret", Scheme.SIRET), ("siren", Scheme.SIREN), ("rna", Scheme.RNA))


def proposed(columns: Iterable[str]) -> dict[str, str]:
    """Which column of a list is likely to be what: ours -> the list's own."""
    found: dict[str, str] = {}
    for name, (_, headings) in FIELDS.items():
        for heading in headings:
            column = next((one for one in columns if plain(one) == heading), None)
            if column is not None and column not in found.values():
                found[name] = column
                break
    return found


@dataclass
class Row:
    """What one row says, once read."""

    rank: int
    values: dict[str, str] = field(default_factory=dict)
    numbers: list[Identifier] = field(default_factory=list)
    commune: str = ""
    # (column, value, reason): what stops the row, or what is left out of it.
    stopped: tuple[str, str, str] | None = None
    blanked: list[tuple[str, str, str]] = field(default_factory=list)


def read(rank: int, said: Mapping[str, str], mapping: Mapping[str, str]) -> Row:
    """Read a row: `said` gives our names; `mapping`, the columns to name in the faults."""
    row = Row(rank)
    text = {name: " ".join((value or "").replace("\x00", "").translate(UNSEEN).split()) for name, value in said.items()}
    for name, scheme in _NUMBERS:
        if value := text.get(name, ""):
            try:
                row.numbers.append(_understood(value, scheme))
            except Misread as misread:
                row.stopped = (mapping[name], value, str(misread))
                return row
    if len({number.siren for number in row.numbers if number.siren}) > 1:
        row.stopped = (mapping["siren"], text["siren"], "Ce SIREN n’est pas celui du SIRET de la même ligne.")
        return row
    if not text.get("name"):
        row.stopped = (mapping.get("name", ""), "", "Le nom manque.")
        return row
    row.values = {name: text[name][:longest] for name, longest in _LONGEST.items() if text.get(name)}
    website = row.values.get("website", "")
    if _BARE_SITE.fullmatch(website):
        website = row.values["website"] = f"http://{website}"
    if website and not _is_site(website):
        row.blanked.append((mapping["website"], row.values.pop("website"), "Cette adresse de site ne se lit pas."))
    places = (text.get(name, "") for name in ("postal_code", "commune"))
    row.commune = " ".join(f"0{part}" if _CUT_CODE.fullmatch(part) else part for part in places if part)
    return row


# "www.ferme.example", "Ferme.example/presse": as people write it. In capitals, only what says that it is one is a site:
# "M.Dupont" is somebody, "Voir.Facebook" a sentence.
_BARE_SITE: Final = re.compile(r"([\w-]+\.)+[a-z]{2,}(/\S*)?|(?i:www\.([\w-]+\.)+[a-z]{2,}(/\S*)?)")
# A code of five digits from which a spreadsheet took the zero, as it does of any number: "1400" for Ambérieu.
_CUT_CODE: Final = re.compile("[1-9][0-9]{3}")


def _understood(value: str, scheme: Scheme) -> Identifier:
    """The number; with the zero that a spreadsheet takes from its head, when its check digit is then right."""
    try:
        return understand(value, wanted={scheme})
    except Misread:
        if value.isdecimal() and len(value) == {Scheme.SIREN: 8, Scheme.SIRET: 13}.get(scheme):
            with suppress(Misread):
                return understand(f"0{value}", wanted={scheme})
        raise


def _is_site(address: str) -> bool:
    """As when one types it: not "https://la-banque.example@ailleurs.example", which leads elsewhere than it says."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and "@" not in parts.netloc and " " not in address
