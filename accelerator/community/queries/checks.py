"""Whether a record was said exact, when, and the links by which it is said in one click."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.db.models import Exists, F, Min, OuterRef, QuerySet
from django.db.models.functions import Greatest

from accelerator.accounts.models import Person
from accelerator.community.models import Organisation, Role, YearlyCheck
from accelerator.community.states import OrganisationState

_SALT: Final = "community.checks"
# The mail, its reminder, and some time after the public page says that nobody answered.
LINK_LASTS: Final = timedelta(days=90)


@dataclass(frozen=True)
class Exactness:
    """What the public page says: verified by the organisation on a day, or not confirmed since one."""

    verified_at: datetime | None
    unconfirmed_since: datetime | None


def exactness_of(organisation: Organisation) -> Exactness:
    """What is known of a record's exactness; nothing for one that nobody manages or whose first year runs."""
    try:
        check: YearlyCheck = organisation.check_up
    except YearlyCheck.DoesNotExist:
        return Exactness(None, None)
    return Exactness(check.confirmed_at, check.since if check.lapsed_at else None)


def link_for(organisation: Organisation, person: Person) -> str:
    """What stands in the mail's address: signed, for this person and this record, kept nowhere."""
    return signing.dumps([organisation.pk, person.pk], salt=_SALT)


@dataclass(frozen=True)
class Link:
    """Whom and what a link is for.

    is_old  it was sent too long ago, and answers no more.
    """

    organisation: Organisation
    reader: Person
    is_old: bool


def read_link(token: str) -> Link | None:
    """What a link is for; None when it is not ours."""
    try:
        organisation, person = map(int, signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    record = Organisation.objects.select_related("seat", "merged_into").filter(pk=organisation).first()
    reader = Person.objects.filter(pk=person, erased_at__isnull=True, is_active=True).first()
    return Link(record, reader, _is_old(token)) if record and reader else None


def _is_old(token: str) -> bool:
    try:
        signing.loads(token, salt=_SALT, max_age=LINK_LASTS)
    except signing.SignatureExpired:
        return True
    return False


def managed_without_check() -> QuerySet[Organisation]:
    """The living records that someone manages and whose year is not counted yet, with `managed_since`."""
    steering = Role.objects.current().steering().filter(organisation__isnull=False)
    managed = steering.values("organisation").annotate(since=Min("started_at"))
    known = YearlyCheck.objects.filter(organisation=OuterRef("pk"))
    since = managed.filter(organisation=OuterRef("pk")).values("since")
    records = Organisation.objects.filter(pk__in=steering.values("organisation"), state=OrganisationState.ACTIVE)
    records = records.exclude(Exists(known)).annotate(role_since=since)
    return records.annotate(managed_since=Greatest(F("recorded_at"), F("role_since"))).order_by("pk")


def askable() -> QuerySet[YearlyCheck]:
    """Those of living records that someone manages."""
    steered = Role.objects.current().steering().filter(organisation=OuterRef("organisation"))
    living = YearlyCheck.objects.filter(organisation__state=OrganisationState.ACTIVE)
    return living.filter(Exists(steered)).order_by("since", "pk")


def due(at: datetime) -> QuerySet[YearlyCheck]:
    """Those whose year is over and who were not asked yet."""
    year = timedelta(days=settings.CHECK_EVERY_DAYS)
    return askable().filter(since__lte=at - year, asked_at__isnull=True)


def to_remind(at: datetime) -> QuerySet[YearlyCheck]:
    """Those who were asked some time ago and did not answer."""
    wait = timedelta(days=settings.CHECK_REMINDER_DAYS)
    return askable().filter(asked_at__lte=at - wait, reminded_at__isnull=True)


def to_lapse(at: datetime) -> QuerySet[YearlyCheck]:
    """Those who were reminded some time ago and did not answer."""
    wait = timedelta(days=settings.CHECK_REMINDER_DAYS)
    return askable().filter(reminded_at__lte=at - wait, lapsed_at__isnull=True)
