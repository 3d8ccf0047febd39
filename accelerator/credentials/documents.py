"""What is signed, read and made canonical: strict JSON, limits, pinned contexts, RDFC-1.0.

Reaches no network, and no file besides the contexts of this package.
"""

import json
import re
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any, Final

from cachetools import LRUCache
from pyld import jsonld
from pyld.canon import URDNA2015
from pyld.context_resolver import ContextResolver
from pyld.identifier_issuer import IdentifierIssuer

CREDENTIALS: Final = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS: Final = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
# Where each comes from, its licence and its digest: contexts/README.md.
PINNED: Final = {
    CREDENTIALS: "credentials-v2.json",
    OPEN_BADGES: "open-badges-3.0.3.json",
    EXTENSIONS: "open-badges-extensions.json",
}

LARGEST: Final = 64 * 1024
DEEPEST: Final = 12
MOST_VALUES: Final = 600
# Steps and seconds that naming the blank nodes of a graph may take: ours take some tens.
MOST_STEPS: Final = 5_000
LONGEST: Final = 0.5

# What JSON may spell, and no text may hold: neither a page nor the database writes it.
_NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")
# Where a relative address would lead: nowhere, and it is seen.
_NOWHERE: Final = "http://relative.invalid/"
_FOLDER: Final = Path(__file__).resolve().parent / "contexts"


class Unfit(Exception):
    """What was given is not a document that can be judged; the message says why, in French."""


def read(content: bytes) -> dict[str, Any]:
    """The JSON object that a file holds.

    Raises `Unfit` for what is too large, is no JSON, names something twice, nests or holds too much, or has a text that
    cannot be written. All of it is found before anything is understood.
    """
    if len(content) > LARGEST:
        raise Unfit(f"Le fichier dépasse {LARGEST // 1024} Ko.")
    try:
        document = json.loads(content, object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number)
    except RecursionError:
        raise Unfit("Le document est trop emboîté.") from None
    except ValueError as error:
        raise Unfit("Le fichier n’est pas du JSON.") from error
    if not isinstance(document, dict):
        raise Unfit("Le document n’est pas un objet JSON.")
    if _values(document, 1) > MOST_VALUES:
        raise Unfit(f"Le document tient plus de {MOST_VALUES} valeurs.")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unfit("Le document donne deux fois la même information.")
    return found


def _no_number(text: str) -> None:
    raise Unfit("Le document tient un nombre qu’aucune attestation ne porte.")


def _values(value: Any, depth: int) -> int:
    if depth > DEEPEST:
        raise Unfit("Le document est trop emboîté.")
    if isinstance(value, dict):
        _demand_text(*value)
        return 1 + sum(_values(one, depth + 1) for one in value.values())
    if isinstance(value, list):
        return 1 + sum(_values(one, depth + 1) for one in value)
    if isinstance(value, str):
        _demand_text(value)
    return 1


def _demand_text(*texts: str) -> None:
    if any(_NO_TEXT.search(one) for one in texts):
        raise Unfit("Le document tient un caractère qui n’en est pas un.")


# ------------------------------------------------------------------------------------------------------- canonical


# Note [One at a time]
# The processor keeps the contexts that it has read in a table that two threads must not write at once. Ours is apart
# from the table that all users of the library share, where another loader could have put another context.
_lock = threading.Lock()
_kept: LRUCache = LRUCache(maxsize=100)


def canonical(document: dict[str, Any]) -> str:
    """The document as sorted N-Quads (RDFC-1.0, that the library names by its former name URDNA2015).

    Raises `Unfit` when a word has no meaning in the contexts (JSON-LD safe mode: what is dropped would not be signed),
    when a context is not one of ours, and when the graph is made to cost too much.
    """
    with _lock:
        try:
            expanded = _expanded(document)
            _demand_addresses(expanded)
            dataset = jsonld.to_rdf(expanded, {"documentLoader": _pinned, "contextResolver": _resolver()})
            return _Metered().main(dataset, {"format": "application/n-quads"})
        except jsonld.JsonLdError as error:
            raise Unfit("Le document n’est pas du JSON-LD, ou cite un contexte qui n’est pas des nôtres.") from error


def _expanded(document: dict[str, Any]) -> list[Any]:
    dropped: list[Any] = []
    options = {"documentLoader": _pinned, "contextResolver": _resolver(), "base": _NOWHERE}
    expanded: list[Any] = jsonld.expand(document, options, on_property_dropped=dropped.append)
    if dropped:
        raise Unfit(f"Le document tient un mot inconnu : « {str(dropped[0])[:60]} ».")
    return expanded


def _demand_addresses(value: Any) -> None:
    """Whatever names a thing or a kind is an absolute address: a relative one would vanish from the graph."""
    if isinstance(value, list):
        for one in value:
            _demand_addresses(one)
    elif isinstance(value, dict):
        kinds = value.get("@type", [])
        named = [value.get("@id", "urn:"), *(kinds if isinstance(kinds, list) else [kinds])]
        if any(":" not in str(name) or str(name).startswith(_NOWHERE) for name in named):
            raise Unfit("Le document nomme une chose ou une sorte sans adresse entière.")
        for one in value.values():
            _demand_addresses(one)


def _resolver() -> ContextResolver:
    return ContextResolver(_kept, _pinned)


def _pinned(url: str, options: Any = None) -> dict[str, Any]:
    """The contexts of this package, and no other: raises `Unfit`, and fetches nothing."""
    if url not in PINNED:
        raise Unfit(f"Le document cite un contexte qui n’est pas des nôtres : {url[:100]}")
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": _context(url)}


@cache
def _context(url: str) -> dict[str, Any]:
    context: dict[str, Any] = json.loads((_FOLDER / PINNED[url]).read_bytes())
    return context


class _Counted(IdentifierIssuer):
    """Names blank nodes, and counts how often it is asked.

    Note [A small file that takes years]
    Naming the blank nodes of a graph is factorial in how many look the same: some hundreds of bytes are enough. The
    algorithm asks this object at each step of it, so that is where it is stopped.
    """

    def __init__(self) -> None:
        super().__init__("_:c14n")
        self.asked = 0
        self.until = time.monotonic() + LONGEST

    def has_id(self, old: str) -> bool:
        self.asked += 1
        if self.asked > MOST_STEPS or time.monotonic() > self.until:
            raise Unfit("Le document est fait pour coûter trop de calcul.")
        return bool(super().has_id(old))


class _Metered(URDNA2015):
    def __init__(self) -> None:
        super().__init__()
        self.canonical_issuer = _Counted()
