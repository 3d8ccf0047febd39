"""What calls put on paper (`design.papers`): minutes of a commission, packs of files; and in calendars."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from accelerator.design.papers import clean

# Where the templates "minutes" and "pack" are.
PAPERS: Final = Path(__file__).resolve().parent


def calendar(name: str, events: Sequence[Mapping[str, Any]], *, at: datetime) -> bytes:
    """A calendar file (RFC 5545) that people's calendars take in.

    events  each {"id": what never changes of it, "title", "starts_at", "ends_at", "where", "text", "url", "revision"}.
    A file taken in again replaces what it brought before, for `id` and `revision` say so.
    """
    made = Calendar()
    made.add("prodid", f"-//{settings.SITE_NAME}//Auditions//FR")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    host = settings.BASE_URL.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
    for one in events:
        event = Event()
        event.add("uid", f"{one['id']}@{host}")
        event.add("sequence", one.get("revision", 0))
        event.add("dtstamp", at)
        event.add("dtstart", one["starts_at"])
        event.add("dtend", one["ends_at"])
        event.add("summary", clean(one["title"]))
        if one.get("where"):
            event.add("location", vText(clean(one["where"])))
        if one.get("text"):
            event.add("description", clean(one["text"]))
        if one.get("url"):
            event.add("url", one["url"])
        if one.get("service"):
            organiser = vCalAddress(f"mailto:{one['service']}")
            event.add("organizer", organiser)
        made.add_component(event)
    return bytes(made.to_ical())
