"""The company register: the public API « Recherche d'entreprises » (recherche-entreprises.api.gouv.fr, no key).

Its documented limits: 7 questions a second per address, 429 with `Retry-After` beyond; a User-Agent is asked for.
We ask for three parts of the answer only (`minimal`, `include`): the officers are not even sent to us (decision 8).

Note [A stale answer beats none]
An answer is kept a month and taken as fresh for a day (an absence, ten minutes). When the register is away, the kept
answer is given with its date, or what the last file of SIRENE that was loaded says, whichever is more recent; the page
shows where it comes from and that date. That a number is in no file proves nothing: no answer is made of it.
"""

import json
import logging
import re
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
from django.conf import settings
from django.core.cache import cache

from accelerator.registers.identifiers import Identifier, Misread, Scheme, understand
from accelerator.registers.models import Association, Unit
from accelerator.workflow.answers import Endless, authorities, read_within

logger = logging.getLogger(__name__)

FRESH = timedelta(days=1)
FRESH_ABSENCE = timedelta(minutes=10)
KEPT = timedelta(days=30)
# After a failure the register is left alone for a moment: nobody else waits for it meanwhile.
REST = timedelta(seconds=20)
LARGEST = 512 * 1024
LONGEST_WAIT = 2.0
_MOST_OTHERS = 20
_MASK = "[NON-DIFFUSIBLE]"
_OPEN = "O"
_RESTING = "company-register:resting"

T = TypeVar("T")


class Unavailable(Exception):
    """The register did not answer, or answered nonsense. The message is the reason, for the log."""


@dataclass(frozen=True)
class FoundEstablishment:
    """One establishment, as the register gives it."""

    siret: str
    commune: str = ""
    address: str = ""
    is_open: bool = True


@dataclass(frozen=True)
class Company:
    """A legal unit, as the register gives it: only what the record needs, and nobody's name."""

    siren: str
    name: str
    acronym: str = ""
    legal_category: str = ""
    activity_code: str = ""
    created_on: str = ""
    is_active: bool = True
    is_ess: bool | None = None
    is_mission_driven: bool | None = None
    rna: str = ""
    is_natural_person: bool = False
    may_be_shown: bool = True
    seat: FoundEstablishment | None = None
    others: list[FoundEstablishment] = field(default_factory=list)

    @property
    def publishable(self) -> bool:
        """Whether its record may ever be public (decision 8)."""
        return self.may_be_shown and not self.is_natural_person

    def establishment(self, siret: str) -> FoundEstablishment | None:
        """The establishment of this number, if the register knows it."""
        known = [self.seat, *self.others] if self.seat else self.others
        return next((one for one in known if one and one.siret == siret), None)


@dataclass(frozen=True)
class Answer:
    """What the register said, and when; `company` is None when it knows no such number."""

    company: Company | None
    read_at: datetime
    is_stale: bool = False
    # Read in the files that SIRENE publishes, the register being away; `read_at` is the day of the file.
    is_from_file: bool = False

    def as_json(self) -> dict[str, Any]:
        """The answer as plain values, for a session or a cache."""
        return {
            "company": asdict(self.company) if self.company else None,
            "read_at": self.read_at.isoformat(),
            "is_stale": self.is_stale,
            "is_from_file": self.is_from_file,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Answer":
        """The answer as it was kept."""
        company = kept["company"]
        if company is not None:
            company = Company(
                **{
                    **company,
                    "seat": FoundEstablishment(**company["seat"]) if company["seat"] else None,
                    "others": [FoundEstablishment(**other) for other in company["others"]],
                }
            )
        return cls(company, datetime.fromisoformat(kept["read_at"]), kept["is_stale"], kept.get("is_from_file", False))


def find_company(identifier: Identifier, *, at: datetime) -> Answer:
    """Ask the register about a SIREN, a SIRET or an RNA.

    Raises `Unavailable` when it does not answer and nothing was kept. Writes to the cache: not for a reading page.
    """
    key = f"company-register:{identifier.value}"
    raw = cache.get(key)
    kept = Answer.from_json(raw) if raw else None
    if kept and at - kept.read_at < (FRESH if kept.company else FRESH_ABSENCE):
        return kept
    try:
        if cache.get(_RESTING):
            raise Unavailable("laissé au repos après un échec")
        company = _ask(identifier)
    except Unavailable as reason:
        logger.warning("company register unavailable: %s", reason)
        cache.add(_RESTING, True, REST.total_seconds())
        filed = _in_the_files(identifier)
        if filed and (kept is None or filed.read_at > kept.read_at):
            return filed
        if kept:
            return Answer(kept.company, kept.read_at, is_stale=True)
        raise
    answer = Answer(company, at)
    cache.set(key, answer.as_json(), KEPT.total_seconds())
    return answer


def _in_the_files(identifier: Identifier) -> Answer | None:
    """What the files that were loaded say of this number; None when they do not know it."""
    number = identifier.siren
    if identifier.scheme == Scheme.RNA:
        number = Association.objects.filter(pk=identifier.value).values_list("siren", flat=True).first()
    unit = Unit.objects.filter(pk=number).select_related("run").first() if number else None
    if unit is None:
        return None
    answer = _said(unit, identifier)
    company = answer.company
    if company and identifier.scheme == Scheme.SIRET and company.publishable:
        # Opened since, or closed: the file cannot say.
        return answer if company.establishment(identifier.value) else None
    return answer


def in_the_files(sirens: Collection[str]) -> dict[str, Answer]:
    """What the files that were loaded say of these legal units, in one query; those they do not know are left out.

    Nothing is asked outside: a reading page may call it.
    """
    units = Unit.objects.filter(pk__in=sirens).select_related("run")
    return {unit.siren: _said(unit, Identifier(Scheme.SIREN, unit.siren)) for unit in units}


def _said(unit: Unit, identifier: Identifier) -> Answer:
    seat = FoundEstablishment(unit.siren + unit.seat_nic, unit.commune, unit.address) if unit.seat_nic else None
    others = [
        FoundEstablishment(unit.siren + other["nic"], other["commune"], other["address"]) for other in unit.others
    ]
    others.sort(key=lambda one: one.siret != identifier.value)
    company = Company(
        siren=unit.siren,
        name=unit.name,
        acronym=unit.acronym,
        legal_category=unit.legal_category,
        activity_code=unit.activity_code,
        created_on=unit.created_on.isoformat() if unit.created_on else "",
        is_active=unit.is_active,
        is_ess=unit.is_ess,
        is_mission_driven=unit.is_mission_driven,
        rna=unit.rna,
        may_be_shown=not unit.is_withdrawn,
        seat=seat,
        others=others[:_MOST_OTHERS],
    )
    day = unit.run.file_on or unit.run.started_at.date()
    read_at = datetime.combine(day, clock(12), ZoneInfo(settings.TIME_ZONE))
    return Answer(company, read_at, is_stale=True, is_from_file=True)


def _ask(identifier: Identifier) -> Company | None:
    question = {
        "q": identifier.value,
        "page": "1",
        "per_page": "5",
        "minimal": "true",
        "include": "siege,complements,matching_etablissements",
    }
    try:
        content = _fetch(question)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.RemoteProtocolError, httpx.ReadError):
        try:
            content = _fetch(question)
        except httpx.HTTPError as error:
            raise Unavailable(type(error).__name__) from error
    except httpx.HTTPError as error:
        raise Unavailable(type(error).__name__) from error
    return _read(content, identifier)


def _fetch(question: dict[str, str], *, may_wait: bool = True) -> bytes:
    headers = {"User-Agent": f"{settings.SITE_NAME} ({settings.BASE_URL})", "Accept": "application/json"}
    timeout = settings.COMPANY_REGISTER_TIMEOUT
    deadline = time.monotonic() + 2 * timeout
    wait = None
    with (
        httpx.Client(
            base_url=settings.COMPANY_REGISTER_URL, verify=authorities(), timeout=timeout, follow_redirects=False
        ) as client,
        client.stream("GET", "/search", params=question, headers=headers) as response,
    ):
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS and may_wait:
            wait = _wait_asked(response.headers.get("Retry-After", ""))
        elif response.status_code != httpx.codes.OK:
            raise Unavailable(f"réponse {response.status_code}")
        else:
            try:
                return read_within(response.iter_bytes(), most=LARGEST, until=deadline)
            except Endless as endless:
                raise Unavailable(str(endless)) from endless
    if wait is None:
        raise Unavailable("trop de questions posées")
    time.sleep(wait)
    return _fetch(question, may_wait=False)


def _wait_asked(header: str) -> float | None:
    """The seconds that the register asks to wait, if we can afford them."""
    if header.isdigit():
        seconds = float(header)
    else:
        try:
            moment = parsedate_to_datetime(header)
        except ValueError:
            return None
        seconds = max(0.0, moment.timestamp() - time.time())
    return seconds if seconds <= LONGEST_WAIT else None


def _read(content: bytes, identifier: Identifier) -> Company | None:
    try:
        page = json.loads(content)
    except ValueError as error:
        raise Unavailable("réponse illisible") from error
    results = _part(_object(page), "results", list)
    if results is None:
        raise Unavailable("réponse sans résultats")
    for raw in results:
        company = _company(_object(raw))
        if identifier.siren == company.siren or (identifier.scheme == Scheme.RNA and company.rna == identifier.value):
            return company
    return None


def _company(raw: dict[str, Any]) -> Company:
    siren = _matching(raw, "siren", r"\d{9}")
    name = _line(raw, "nom_raison_sociale", 200) or _line(raw, "nom_complet", 200)
    shown = _part(raw, "statut_diffusion", str) == _OPEN
    seat = _part(raw, "siege", dict)
    facts = _part(raw, "complements", dict) or {}
    if seat is not None and _part(seat, "statut_diffusion_etablissement", str) not in (None, _OPEN):
        shown = False
    legal_category = _matching(raw, "nature_juridique", r"\d{4}")
    natural = bool(_part(facts, "est_entrepreneur_individuel", bool)) or legal_category.startswith("1")
    if not siren or not (name or natural or not shown):
        raise Unavailable("entreprise sans SIREN ou sans nom")
    others = _part(raw, "matching_etablissements", list) or []
    return Company(
        siren=siren,
        # The name of a natural person is never taken (decision 8).
        name="" if natural else name,
        acronym="" if natural else _line(raw, "sigle", 40),
        legal_category=legal_category,
        activity_code=_matching(raw, "activite_principale", r"\d{2}\.\d{1,2}[A-Z]?"),
        created_on=_day(raw, "date_creation"),
        is_active=_part(raw, "etat_administratif", str) != "C",
        is_ess=_part(facts, "est_ess", bool),
        is_mission_driven=_part(facts, "est_societe_mission", bool),
        rna=_rna(facts),
        is_natural_person=natural,
        may_be_shown=shown,
        seat=_establishment(seat, siren) if seat else None,
        others=[found for other in others[:_MOST_OTHERS] if (found := _establishment(_object(other), siren))],
    )


def _establishment(raw: dict[str, Any], siren: str) -> FoundEstablishment | None:
    siret = _matching(raw, "siret", rf"{siren}\d{{5}}")
    if not siret:
        return None
    shown = _part(raw, "statut_diffusion_etablissement", str) in (None, _OPEN)
    return FoundEstablishment(
        siret=siret,
        commune=_matching(raw, "commune", r"\d[\dAB]\d{3}"),
        address=_line(raw, "adresse", 300) if shown else "",
        is_open=_part(raw, "etat_administratif", str) != "F",
    )


def _rna(facts: dict[str, Any]) -> str:
    try:
        return understand(_line(facts, "identifiant_association", 40), wanted={Scheme.RNA}).value
    except Misread:
        return ""


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unavailable("réponse d'une autre forme")
    return value


def _part(raw: dict[str, Any], name: str, kind: type[T]) -> T | None:
    """The value of a field, or None; another kind of value means that the register no longer says what we think."""
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, kind):
        raise Unavailable(f"{name} d'une autre forme")
    return value


def _line(raw: dict[str, Any], name: str, longest: int) -> str:
    """One line of printable text, masks left out, cut at what the record holds."""
    value = _part(raw, name, str) or ""
    if _MASK in value:
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:longest]


def _matching(raw: dict[str, Any], name: str, pattern: str) -> str:
    """The value if it has the form expected, else nothing: what is odd does not get in."""
    value = _part(raw, name, str) or ""
    return value if re.fullmatch(pattern, value, re.ASCII) else ""


def _day(raw: dict[str, Any], name: str) -> str:
    value = _part(raw, name, str) or ""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return ""
