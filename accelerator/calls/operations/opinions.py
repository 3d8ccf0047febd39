"""Opinions: asked of a service, given by its link or recorded for it, withdrawn, reminded, said late."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.accounts.models import Person, new_token
from accelerator.calls.models import Application, Opinion
from accelerator.calls.operations.files import lock_file
from accelerator.calls.queries.opinions import REMINDED_BEFORE, link_for, to_remind, to_say_late
from accelerator.calls.queries.recipients import examining
from accelerator.calls.rules import opinions as rules
from accelerator.calls.rules.registry import require
from accelerator.calls.states import OpinionSense
from accelerator.design.uploads import Document
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said


@operation
def ask_opinion(
    *,
    application: Application,
    who: str,
    email: str,
    question: str,
    due_on: date,
    tells: bool = True,
    by: Person,
    at: datetime,
) -> Opinion:
    """Ask a service what it thinks of a file, for a day; its mail holds the link by which it answers.

    tells  False: it is asked about other files too, and whoever asks tells it of all of them (`tell_asked`).

    The file stops for nobody: not given in time, the examination goes on without it. Raises `Refused` for an address on
    the applicant's side, and when the same address is asked already.
    """
    held, standing = lock_file(application, by)
    require("calls.examine", standing)
    if reason := rules.reason_against_asking(held):
        raise Refused(reason)
    today, address = localdate(at), email.strip().lower()
    if not who.strip() or not question.strip():
        raise Refused("Dites à quel service, et ce qui lui est demandé.")
    if reason := rules.reason_against_day(due_on, today):
        raise Refused(reason, field="due_on")
    if reason := rules.reason_against_address(held, address):
        raise Refused(reason, field="email")
    if known := held.opinions.awaited().filter(email=address).first():
        raise Refused(rules.reason_against_asking_again(known), field="email")
    opinion = Opinion.objects.create(
        application=held,
        who=who.strip(),
        email=address,
        question=question.strip(),
        asked_at=at,
        asked_by=by,
        due_on=due_on,
        remind_on=due_on - min(REMINDED_BEFORE, (due_on - today) // 2),
    )
    record("calls.opinion_asked", held, by=by, at=at, who=opinion.who, due=said(due_on))
    if tells:
        _tell_service("calls/opinion_asked", opinion, at)
    return opinion


@operation
def tell_asked(*, opinions: Sequence[Opinion], by: Actor, at: datetime) -> None:
    """Tell a service what it is asked, the same, about several files: one mail, a link for each file.

    One mail for each service that asks, when their calls are of several: each says to whom one writes.
    """
    asking: dict[tuple[str, str, str], list[Opinion]] = {}
    for one in opinions:
        call = one.application.call
        asking.setdefault((call.service, call.issuer_name, call.service_email), []).append(one)
    for together in asking.values():
        if len(together) == 1:
            _tell_service("calls/opinion_asked", together[0], at)
            continue
        first = together[0]
        data = {"opinion": first, "call": first.application.call, "asked": [(one, _link(one)) for one in together]}
        _mail_service("calls/opinions_asked", first, data, at)


@operation
def answer_opinion(
    *,
    opinion: Opinion,
    sense: OpinionSense,
    words: str,
    author: str,
    document: Document | None,
    by: Actor,
    at: datetime,
) -> Opinion:
    """Say what the service thinks, by its link; once. After its day it still counts, as long as nothing is decided.

    The address that was asked is told of it: a link may be forwarded, and someone else have answered.
    """
    held = _held(opinion)
    if reason := rules.reason_against_giving(held) or rules.reason_against_address(held.application, held.email):
        raise Refused(reason)
    _answer(held, sense, words, author, localdate(at), document, at)
    record("calls.opinion_given", held.application, by=by, at=at, who=held.who, sense=_sense(held))
    _tell_officer("calls/opinion_given", held, at)
    data = {"opinion": held, "application": held.application, "call": held.application.call}
    reply_to = held.application.call.service_email
    tell("calls/opinion_received", to=Recipient(held.email), at=at, data=data, reply_to=reply_to)
    return held


@operation
def record_opinion(
    *,
    opinion: Opinion,
    sense: OpinionSense,
    words: str,
    author: str,
    given_on: date,
    document: Document,
    by: Person,
    at: datetime,
) -> Opinion:
    """Enter an opinion that came otherwise than by the link, with the document that holds it."""
    held = _held(opinion)
    _, standing = lock_file(held.application, by)
    require("calls.examine", standing)
    if reason := rules.reason_against_giving(held):
        raise Refused(reason)
    if not localdate(held.asked_at) <= given_on <= localdate(at):
        raise Refused(
            f"Un avis se rend après avoir été demandé (le {said(held.asked_at)}), et pas plus tard qu’aujourd’hui.",
            field="given_on",
        )
    held.recorded_by = by
    _answer(held, sense, words, author, given_on, document, at)
    values = {"who": held.who, "on": said(given_on), "sense": _sense(held)}
    record("calls.opinion_recorded", held.application, by=by, at=at, **values)
    return held


@operation
def withdraw_opinion(*, opinion: Opinion, reason: str, by: Person, at: datetime) -> Opinion:
    """Ask a service for its opinion no more, and tell it; withdrawn already, nothing happens."""
    held = _held(opinion)
    _, standing = lock_file(held.application, by)
    require("calls.examine", standing)
    if held.withdrawn_at is not None:
        return held
    if held.answered_at is not None:
        raise Refused("Cet avis est déjà rendu.")
    if not reason.strip():
        raise Refused("Dites pourquoi : le service le lira.", field="reason")
    held.withdrawn_at, held.withdrawn_because = at, reason.strip()
    held.save(update_fields=["withdrawn_at", "withdrawn_because"])
    record("calls.opinion_withdrawn", held.application, by=by, at=at, reason=held.withdrawn_because, who=held.who)
    _tell_service("calls/opinion_withdrawn", held, at)
    return held


@operation
def remind_opinion(*, opinion: Opinion, by: Actor, at: datetime) -> Opinion | None:
    """Remind a service of the opinion that is awaited, once; None when it is not to be reminded any more."""
    held = _held(opinion)
    if not to_remind(localdate(at)).filter(pk=held.pk).exists():
        return None
    held.reminded_at = at
    held.save(update_fields=["reminded_at"])
    record("calls.opinion_reminded", held.application, by=by, at=at, who=held.who, due=said(held.due_on))
    _tell_service("calls/opinion_reminder", held, at)
    return held


@operation
def say_opinion_late(*, opinion: Opinion, by: Actor, at: datetime) -> Opinion | None:
    """Tell whoever examines the file that an opinion did not come in time, once; None when it came, or is said."""
    held = _held(opinion)
    if not to_say_late(localdate(at)).filter(pk=held.pk).exists():
        return None
    held.late_told_at = at
    held.save(update_fields=["late_told_at"])
    record("calls.opinion_late", held.application, by=by, at=at, who=held.who, due=said(held.due_on))
    _tell_officer("calls/opinion_late", held, at)
    return held


def _held(opinion: Opinion) -> Opinion:
    """The opinion, its file locked first: what is decided and what is said of it do not pass each other."""
    related = ("call", "version", "organisation__seat", "person", "submitted_by", "officer")
    files = Application.objects.select_for_update(of=("self",)).select_related(*related)
    application = files.get(pk=opinion.application_id)
    held = Opinion.objects.select_for_update(of=("self",)).get(pk=opinion.pk)
    held.application = application
    return held


def _answer(
    held: Opinion,
    sense: OpinionSense,
    words: str,
    author: str,
    given_on: date,
    document: Document | None,
    at: datetime,
) -> None:
    if sense not in OpinionSense.values:
        raise Refused("Dites le sens de l’avis.", field="sense")
    if not author.strip():
        raise Refused("Dites qui rend cet avis : un nom et une qualité.", field="author")
    if not words.strip() and document is None:
        raise Refused("Écrivez l’avis, ou joignez le document qui le porte.", field="words")
    held.sense, held.words, held.author = sense, words.strip(), author.strip()
    held.given_on, held.answered_at = given_on, at
    if document is not None:
        held.file_name, held.file_kind = document.name, document.kind
        held.file.save(f"{new_token()}.{document.name.rpartition('.')[2]}", document.file, save=False)
    held.save()


def _sense(opinion: Opinion) -> str:
    return OpinionSense(opinion.sense).label.lower()


def _tell_service(template: str, opinion: Opinion, at: datetime) -> None:
    """Tell the service that was asked: the link opens its answer, so the text is forgotten once it left."""
    application = opinion.application
    data = {"opinion": opinion, "application": application, "call": application.call, "link": _link(opinion)}
    _mail_service(template, opinion, data, at)


def _link(opinion: Opinion) -> str:
    return f"{settings.BASE_URL}{reverse('calls:give_opinion', args=[link_for(opinion)])}"


def _mail_service(template: str, opinion: Opinion, data: Mapping[str, Any], at: datetime) -> None:
    expires_at = at + timedelta(days=max(1, (opinion.due_on - localdate(at)).days))
    tell(
        template,
        to=Recipient(opinion.email),
        at=at,
        data=data,
        reply_to=opinion.application.call.service_email,
        secret=True,
        expires_at=expires_at,
    )


def _tell_officer(template: str, opinion: Opinion, at: datetime) -> None:
    application = opinion.application
    shown = {"opinion": opinion, "application": application, "call": application.call}
    tell(template, to=examining(application), at=at, data=shown)
