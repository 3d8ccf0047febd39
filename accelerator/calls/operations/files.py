"""A file held while something of it changes: locked first, and its clock kept true."""

from datetime import datetime

from accelerator.accounts.models import Person
from accelerator.calls.models import Application
from accelerator.calls.queries.standing import FileStanding, file_standing_of
from accelerator.calls.queries.timing import clock_of


def lock_file(application: Application, by: Person) -> tuple[Application, FileStanding]:
    """The file, locked and up to date, and what a person is to it."""
    held = (
        Application.objects.select_for_update(of=("self",))
        .select_related("call", "version", "organisation__seat", "person", "submitted_by", "officer")
        .get(pk=application.pk)
    )
    return held, file_standing_of(by, held)


def end_requests(application: Application, at: datetime) -> None:
    """Ask no more for the pieces that are still missing; the clock runs again."""
    if application.requests.filter(ended_at__isnull=True).update(ended_at=at):
        set_clock(application)


def set_clock(application: Application) -> None:
    """Write the day on which silence decides, as the requests now make it."""
    if application.received_on is None:
        return
    clock = clock_of(application.call, application.received_on, application.requests.order_by("asked_at"))
    application.silence_on = clock.silence_on
    application.save(update_fields=["silence_on"])
