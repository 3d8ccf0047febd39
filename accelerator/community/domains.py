"""What the domain of an address says of whoever holds it. A leaf.

An address proves something of an organisation only if the organisation alone gives addresses on its domain. So never:
a provider open to all (`data/reference/free-mail.csv`, our own list, dated), a public suffix (the public suffix list,
bundled with `publicsuffixlist`: `gouv.fr`, `asso.fr`, `github.io`), a bare machine or a number.

Domains are compared as they travel (RFC 5891): lower case, accents written in ASCII. A subdomain is another domain: a
university gives some to its students, a city to its associations.
"""

import csv
from functools import lru_cache
from pathlib import Path
from typing import Final

import idna
from django.conf import settings
from publicsuffixlist import PublicSuffixList

FREE_MAIL: Final = Path(settings.ROOT) / "data" / "reference" / "free-mail.csv"
LONGEST: Final = 253
# The applicants of a call are asked by the thousand: what is said of a domain is worked out once.
_KEPT: Final = 10_000


class Unproving(ValueError):
    """Addresses on this domain prove nothing; the message is the French sentence to show."""


def understand_domain(text: str) -> str:
    """The domain that was typed ("@Château.fr", "camille@chateau.fr"), as it travels.

    Raises `Unproving` for what is no domain, and for those on which an address proves nothing.
    """
    domain = _travelling(text.strip().rpartition("@")[2])
    if domain is None:
        raise Unproving("Écrivez un nom de domaine, par exemple mon-association.fr.")
    if reason := reason_unproving(domain):
        raise Unproving(reason)
    return domain


def domain_of(email: str | None) -> str:
    """The domain of an address, as it travels; empty when there is none."""
    return _travelling((email or "").rpartition("@")[2]) or ""


def said_domain(domain: str) -> str:
    """The domain as it is read: with its accents, and as it travels when the two differ (a trap for the eye)."""
    try:
        read = idna.decode(domain)
    except idna.IDNAError:
        return domain
    return domain if read == domain else f"{read} ({domain})"


@lru_cache(maxsize=_KEPT)
def reason_unproving(domain: str) -> str | None:
    """Why an address on this domain proves nothing, or None."""
    own = _suffixes().privatesuffix(domain)
    if own is None:
        return f"« {domain} » est partagé par des organisations qui ne se connaissent pas : il ne prouve rien."
    provider = _providers().get(domain) or _providers().get(own)
    if provider:
        return (
            f"« {domain} » est une messagerie ouverte à tous ({provider}) : une adresse y prouve qui vous êtes,"
            " pas pour quelle organisation vous agissez."
        )
    return None


def _travelling(text: str) -> str | None:
    text = text.strip().rstrip(".").lower()
    return _encoded(text) if text and len(text) <= LONGEST else None


@lru_cache(maxsize=_KEPT)
def _encoded(text: str) -> str | None:
    try:
        domain = idna.encode(text, uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        return None
    last = domain.rpartition(".")[2]
    return domain if "." in domain and not last.isdigit() else None


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=1)
def _providers() -> dict[str, str]:
    with FREE_MAIL.open(encoding="utf-8", newline="") as lines:
        return {row["domain"]: row["provider"] for row in csv.DictReader(lines)}
