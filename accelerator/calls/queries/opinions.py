"""Opinions asked of services: what is awaited, what was said, and the link by which a service answers."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.core import signing
from django.db.models import QuerySet

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Decision, Opinion, PiecesRequest
from accelerator.calls.purposes import Wanted, purpose_of
from accelerator.calls.queries.conflicts import living_of
from accelerator.calls.queries.standing import file_standing_of
from accelerator.calls.states import DECIDABLE, OpinionSense, OpinionState
from accelerator.community.domains import domain_of
from accelerator.community.models import EmailDomain, Organisation, Role
from accelerator.workflow.dates import said
from accelerator.workflow.together import Short, read_together

_SALT: Final = "calls.opinions"
# Longer than the longest delay: an opinion that comes late is read as long as nothing is decided.
LINK_LASTS: Final = timedelta(days=180)
LONGEST_DELAY: Final = timedelta(days=120)
# How long before its day an opinion is reminded, or half of its delay when that is shorter.
REMINDED_BEFORE: Final = timedelta(days=7)


def link_for(opinion: Opinion) -> str:
    """What stands in the address of the mail: signed, for this opinion, kept nowhere."""
    return signing.dumps(opinion.pk, salt=_SALT)


def read_link(token: str) -> Opinion | None:
    """The opinion that a link is for, with its file; None when the link is not ours, or too old."""
    try:
        number = int(signing.loads(token, salt=_SALT, max_age=LINK_LASTS))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    related = ("call", "version", "organisation__seat", "person")
    return Opinion.objects.select_related(*(f"application__{one}" for one in related)).filter(pk=number).first()


def opinions_of(application: Application) -> list[Opinion]:
    """What was asked of services about a file, in order. One query."""
    found = list(application.opinions.order_by("asked_at", "pk"))
    for one in found:
        one.application = application
    return found


def asked_about(application: Application) -> tuple[list[PiecesRequest], list[Opinion]]:
    """What a file is asked for, the latest first, and what services are asked about it, in order. One query."""
    asked = Short(
        application.requests.order_by("-asked_at"), ("asked_at", "pieces", "due_on", "answered_at", "ended_at")
    )
    opinions = Short(
        application.opinions.order_by("asked_at", "pk"),
        (
            *("public_id", "who", "asked_at", "due_on", "sense", "words", "author", "given_on", "answered_at"),
            *("file_name", "withdrawn_at", "withdrawn_because"),
        ),
    )
    read = read_together({"requests": asked, "opinions": opinions})
    for one in read["opinions"]:
        one.application = application
    return read["requests"], read["opinions"]


def wanted_of(application: Application, asked: Iterable[Opinion]) -> list[Wanted]:
    """The opinions that the call wants on each of its files, and that are not asked of this one yet."""
    names = {one.who for one in asked if one.withdrawn_at is None}
    return [one for one in purpose_of(application.call.purpose).opinions(application.call) if one.who not in names]


def said_opinion(opinion: Opinion, on: date) -> str:
    """What became of an opinion on a day, in a sentence of French without its words."""
    asked = f"demandé le {said(opinion.asked_at)} pour le {said(opinion.due_on)}"
    match opinion.state(on):
        case OpinionState.ANSWERED:
            late = ", après le délai" if opinion.given_on and opinion.given_on > opinion.due_on else ""
            given = said(opinion.given_on) if opinion.given_on else ""
            return f"{opinion.get_sense_display()}, rendu le {given}{late} par {opinion.author}."
        case OpinionState.WITHDRAWN:
            return f"Demande retirée, {asked}."
        case OpinionState.LATE:
            return f"Non rendu dans le délai ({asked}) : l’examen se poursuit sans lui."
        case OpinionState.PASSED:
            return f"Plus attendu ({asked}) : l’examen est terminé."
    return f"Attendu ({asked})."


def said_whole(opinion: Opinion, on: date) -> str:
    """What became of an opinion on a day, then its words, and the document that came with it."""
    joined = f"Document joint : {opinion.file_name}." if opinion.file_name else ""
    return " ".join(filter(None, (said_opinion(opinion, on), opinion.words, joined)))


@dataclass(frozen=True)
class Shown:
    """An opinion as the service reads it: where it is, in a sentence, and whether it may still be given."""

    opinion: Opinion
    state: OpinionState
    said: str
    waits: bool

    @property
    def level(self) -> str:
        return {OpinionState.ANSWERED: "success", OpinionState.LATE: "warning"}.get(self.state, "info")


def shown_opinions(opinions: Iterable[Opinion], on: date) -> list[Shown]:
    """Opinions as the service reads them on a day; their file comes with them."""
    return [
        Shown(
            one,
            one.state(on),
            said_opinion(one, on),
            one.answered_at is None and one.withdrawn_at is None and one.application.state in DECIDABLE,
        )
        for one in opinions
    ]


def told_opinions(application: Application, on: date) -> list[tuple[str, str]]:
    """What a decision tells of the opinions that were asked: (of whom, what became of it and its words)."""
    return [(one.who, said_whole(one, on)) for one in opinions_of(application) if one.withdrawn_at is None]


def documents_told(decision: Decision) -> list[Opinion]:
    """The opinions that came with a document and that a decision told: those given when it was signed. One query."""
    if decision.signed_at is None:
        return []
    told = Opinion.objects.standing().filter(application=decision.application_id, answered_at__lte=decision.signed_at)
    return list(told.exclude(file="").order_by("asked_at", "pk"))


def opinions_by_file(files: Collection[int]) -> dict[int, list[Opinion]]:
    """Application -> the opinions asked about it and not withdrawn, for these files. One query."""
    found: dict[int, list[Opinion]] = {}
    asked = Opinion.objects.standing().filter(application__in=files).select_related("application")
    for one in asked.order_by("asked_at", "pk"):
        found.setdefault(one.application_id, []).append(one)
    return found


def counted_senses(senses: Sequence[str]) -> str:
    """Several opinions in a few words: "2 favorable, 1 attendu"; "" is one that nobody gave yet."""
    counts = Counter(OpinionSense(one).label.lower() if one else "non rendu" for one in senses)
    return ", ".join(f"{number} {label}" for label, number in sorted(counts.items()))


def to_remind(on: date) -> QuerySet[Opinion]:
    """The awaited opinions whose reminder has come, and not their day yet."""
    return Opinion.objects.awaited().filter(reminded_at__isnull=True, remind_on__lte=on, due_on__gte=on).order_by("pk")


def to_say_late(on: date) -> QuerySet[Opinion]:
    """The awaited opinions whose day is past, and of which nobody was told."""
    return Opinion.objects.awaited().filter(late_told_at__isnull=True, due_on__lt=on).order_by("pk")


def is_of_applicant(application: Application, email: str) -> bool:
    """Whether an address is on the applicant's side: of someone there, of who wrote, of an organisation that applies.

    Those that take part in what is applied with count as the one that applies; so does the record to which one of them
    was united.
    """
    address = email.strip().lower()
    partners: frozenset[int] = frozenset()
    if application.subject:
        told = purpose_of(application.call.purpose).partners([application.subject])
        partners = told.get(application.subject, partners)
    records = {*partners, *([application.organisation_id] if application.organisation_id else [])}
    together = {*records, *living_of(records).values()}
    written = {application.paper.get("email", "").lower()}
    written |= {one.email.lower() for one in (application.person, application.submitted_by) if one and one.email}
    if address in written or _proves(address, together):
        return True
    if Organisation.objects.filter(pk__in=together, contact_email__iexact=address).exists():
        return True
    holder = Person.objects.filter(email__iexact=address).first()
    if holder is None:
        return False
    belongs = Role.objects.current().filter(person=holder, organisation__in=together)
    return belongs.exists() or file_standing_of(holder, application).is_of_applicant


def _proves(address: str, organisations: Collection[int]) -> bool:
    """Whether the domain of an address is one that these organisations alone give."""
    domain: Any = domain_of(address)
    proving = EmailDomain.objects.proving().filter(organisation__in=organisations, domain=domain)
    return bool(domain) and proving.exists()
