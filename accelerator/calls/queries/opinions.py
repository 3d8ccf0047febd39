"""Opinions asked of services: what is awaited, what was said, and the link by which a service answers."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.core import signing
from django.db.models import Exists, OuterRef, Q, QuerySet

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Decision, Lot, Opinion
from accelerator.calls.purposes import Wanted, purpose_of
from accelerator.calls.queries.standing import of_applicant
from accelerator.calls.states import DECIDABLE, OpinionSense, OpinionState
from accelerator.community.domains import domain_of
from accelerator.community.models import EmailDomain, Organisation, Role
from accelerator.community.queries.organisation import living_of
from accelerator.workflow.dates import said

_SALT: Final = "calls.opinions"
# Longer than the longest delay: an opinion that comes late is read as long as nothing is decided.
LINK_LASTS: Final = timedelta(days=180)
LONGEST_DELAY: Final = timedelta(days=120)
# How long before its day an opinion is reminded, or half of its delay when that is shorter.
REMINDED_BEFORE: Final = timedelta(days=7)


@dataclass(frozen=True)
class Asking:
    """What a service is asked about files, whatever their number, and for which day."""

    who: str
    email: str
    question: str
    due_on: date

    def to_json(self) -> dict[str, str]:
        """What a lot keeps of it until each file is done."""
        return {"who": self.who, "email": self.email, "question": self.question, "due_on": self.due_on.isoformat()}

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> "Asking":
        """The same, read back."""
        return cls(kept["who"], kept["email"], kept["question"], date.fromisoformat(kept["due_on"]))


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


def wanted_of(application: Application, asked: Iterable[Opinion]) -> list[Wanted]:
    """The opinions that the call wants on each of its files, and that are not asked of this one yet."""
    names = {one.who for one in asked if one.withdrawn_at is None}
    return [one for one in purpose_of(application.call.purpose).opinions(application.call) if one.who not in names]


def wanted_of_all(applications: Iterable[Application]) -> list[Wanted]:
    """The opinions that the calls of several files want, each service once. A query for each call at most."""
    calls = {one.call_id: one.call for one in applications}
    wanted = [each for call in calls.values() for each in purpose_of(call.purpose).opinions(call)]
    return list({one.who: one for one in reversed(wanted)}.values())[::-1]


def already_asked(applications: Collection[Application], email: str) -> dict[int, Opinion]:
    """Application -> what a service was asked about it at this address and did not refuse to give. One query."""
    asked = Opinion.objects.standing().filter(application__in=applications, email=email.strip().lower())
    return {one.application_id: one for one in asked.order_by("asked_at", "pk")}


def opinions_asked_in(lot: Lot) -> list[Opinion]:
    """The opinions that a lot asked and that are awaited, by number of their files. One query."""
    # A file is settled at the moment at which its opinion is asked, in the same transaction.
    settled = lot.files.filter(application=OuterRef("application"), settled_at=OuterRef("asked_at"), why="")
    asked = Opinion.objects.awaited().filter(Exists(settled), asked_by=lot.asked_by_id)
    return list(asked.select_related("application__call").order_by("application__number", "pk"))


_ENDS: Final = {OpinionState.LATE: " : l’examen se poursuit sans lui", OpinionState.PASSED: " : l’examen est terminé"}


def said_opinion(opinion: Opinion, on: date) -> str:
    """What became of an opinion on a day, in a sentence of French without its words."""
    state, days = opinion.state(on), _days_of(opinion)
    match state:
        case OpinionState.ANSWERED:
            return f"{opinion.get_sense_display()}, {days}."
        case OpinionState.WITHDRAWN:
            return f"{state.label}, {days}."
    return f"{state.label} ({days}){_ENDS.get(state, '')}."


def said_beside(opinion: Opinion, on: date) -> str:
    """The same, beside its state: what is not said by it."""
    state, days = opinion.state(on), _days_of(opinion)
    if state == OpinionState.ANSWERED:
        return said_opinion(opinion, on)
    return f"{days[:1].upper()}{days[1:]}{_ENDS.get(state, '')}."


def _days_of(opinion: Opinion) -> str:
    """When it was given and by whom; before, when it was asked and for which day."""
    if opinion.answered_at is None:
        return f"demandé le {said(opinion.asked_at)} pour le {said(opinion.due_on)}"
    late = ", après le délai" if opinion.given_on and opinion.given_on > opinion.due_on else ""
    given = said(opinion.given_on) if opinion.given_on else ""
    return f"rendu le {given}{late} par {opinion.author}"


def said_whole(opinion: Opinion, on: date) -> str:
    """What became of an opinion on a day, then its words, and the document that came with it."""
    joined = f"Document joint : {opinion.file_name}." if opinion.file_name else ""
    return " ".join(filter(None, (said_opinion(opinion, on), opinion.words, joined)))


@dataclass(frozen=True)
class Shown:
    """An opinion as the service reads it: where it is, what more there is to say of it, and whether it may be given."""

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
            said_beside(one, on),
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
    """Whether an address is on the applicant's side, as `on_applicants_side` says of several files."""
    return application.pk in on_applicants_side([application], email)


def on_applicants_side(applications: Collection[Application], email: str) -> set[int]:
    """The files on whose applicant's side an address is: of someone there, of who wrote, of an organisation applying.

    Those that take part in what is applied with count as the one that applies; so does the record to which one of them
    was united. Ten queries or so, whatever the number of files.
    """
    address = email.strip().lower()
    wrote = Q(paper__email__iexact=address)
    holder = Person.objects.filter(email__iexact=address).first()
    if holder is not None:
        wrote |= of_applicant(holder)
    asked = [one.pk for one in applications]
    found = set(Application.objects.filter(wrote, pk__in=asked).values_list("pk", flat=True))
    taking_part = _taking_part(applications)
    living = living_of({record for records in taking_part.values() for record in records})
    together = {
        number: {*records, *(living[one] for one in records if one in living)}
        for number, records in taking_part.items()
    }
    speaking = _speaking(address, holder, {record for records in together.values() for record in records})
    return found | {number for number, records in together.items() if records & speaking}


def _taking_part(applications: Iterable[Application]) -> dict[int, set[int]]:
    """Application -> the organisations that apply with it, or take part in what it applies with. A query a purpose."""
    found = {one.pk: {one.organisation_id} if one.organisation_id else set() for one in applications}
    of_purpose: dict[str, dict[str, list[int]]] = {}
    for one in applications:
        if one.subject:
            of_purpose.setdefault(one.call.purpose, {}).setdefault(one.subject, []).append(one.pk)
    for code, subjects in of_purpose.items():
        for subject, partners in purpose_of(code).partners(list(subjects)).items():
            for number in subjects[subject]:
                found[number] |= partners
    return found


def _speaking(address: str, holder: Person | None, organisations: Collection[int]) -> set[int]:
    """Of these organisations, those on whose side an address is: its own, its domain, that of someone who belongs."""
    domain: Any = domain_of(address)
    speaking = set(
        Organisation.objects.filter(pk__in=organisations, contact_email__iexact=address).values_list("pk", flat=True)
    )
    if domain:
        proving = EmailDomain.objects.proving().filter(organisation__in=organisations, domain=domain)
        speaking |= set(proving.values_list("organisation", flat=True))
    if holder is not None:
        held = Role.objects.current().filter(person=holder, organisation__in=organisations)
        speaking |= {one for one in held.values_list("organisation", flat=True) if one}
    return speaking
