"""Sessions: noted when they open, ended."""

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from accelerator.accounts import events
from accelerator.accounts.models import OpenSession, Person
from accelerator.accounts.states import Door
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.workflow import operation


@operation
def note_session(
    *, person: Person, session_key: str, door: Door, two_factors: bool, browser: str, by: Actor, at: datetime
) -> OpenSession:
    """Note that a session opens, so that its person may see it and end it."""
    return OpenSession.objects.create(
        person=person, session_key=session_key, door=door, two_factors=two_factors, browser=browser, opened_at=at
    )


@operation
def end_sessions(*, person: Person, by: Actor, at: datetime, keep: str = "", only: OpenSession | None = None) -> int:
    """End the sessions of a person, all but the one to keep, or only one; return how many.

    Whoever is in one of them is asked who they are at the next page.
    """
    ended = OpenSession.objects.filter(person=person).exclude(session_key=keep)
    if only is not None:
        ended = ended.filter(pk=only.pk)
    keys = list(ended.select_for_update().order_by("pk").values_list("session_key", flat=True))
    for key in keys:
        SessionStore(key).delete()
    OpenSession.objects.filter(session_key__in=keys).delete()
    if keys:
        record(events.SESSIONS_ENDED, person, by=by, at=at, number=len(keys))
    return len(keys)


@operation
def forget_ended_sessions(*, by: Actor, at: datetime) -> int:
    """Forget the sessions that ended by themselves; return how many (a nightly job)."""
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    return OpenSession.objects.exclude(session_key__in=alive).delete()[0]
