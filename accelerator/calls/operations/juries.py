"""Juries: who sits, whom they hear, when, and what they thought."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError

from accelerator.calls.hearings import Hearing
from accelerator.calls.models import Application, Call, Jury, JuryMember, Slot
from accelerator.calls.queries.conflicts import bars
from accelerator.calls.queries.recipients import told_of
from accelerator.calls.rules import judging as rules
from accelerator.calls.states import HEAR, ApplicationState, JuryOpinion
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import MOMENT, said
from accelerator.workflow.transitions import move


@operation
def make_jury(*, call: Call, name: str, by: Any, at: datetime) -> Jury:
    """A jury, without anyone yet."""
    rules.require("calls.run_sittings", by, call)
    Call.objects.select_for_update().get(pk=call.pk)
    if Jury.objects.filter(call=call, name__iexact=name).exists():
        raise Refused("Un jury de cet appel porte déjà ce nom.", field="name")
    jury = Jury.objects.create(call=call, name=name, made_at=at)
    record("calls.jury_made", call, by=by, at=at, name=name)
    return jury


@operation
def join_jury(*, jury: Jury, email: str, by: Any, at: datetime) -> JuryMember:
    """Someone who has an account sits in a jury, and is told."""
    rules.require("calls.run_sittings", by, jury.call)
    person = rules.required_account(email)
    Jury.objects.select_for_update().get(pk=jury.pk)
    if JuryMember.objects.filter(jury=jury, person=person, left_at__isnull=True).exists():
        raise Refused("Cette personne est déjà membre de ce jury.", field="email")
    heard = Application.objects.filter(slot__jury=jury)
    if barred := bars(heard, [person.pk]):
        numbers = Application.objects.filter(pk__in=[pk for pk, _ in barred]).values_list("number", flat=True)
        raise Refused(
            f"Un lien est connu avec un candidat que ce jury entend ({', '.join(sorted(map(str, numbers)))}) : "
            "écartez-le s’il ne tient pas, ou nommez cette personne à un autre jury.",
            field="email",
        )
    member = JuryMember.objects.create(jury=jury, person=person, joined_at=at)
    record("calls.jury_joined", jury.call, person, by=by, at=at, person=person.name, name=jury.name)
    tell("calls/jury_joined", to=Recipient.of(person), at=at, data={"call": jury.call, "jury": jury})
    return member


@operation
def leave_jury(*, member: JuryMember, reason: str, by: Any, at: datetime) -> JuryMember:
    """Someone sits in a jury no more."""
    rules.require("calls.run_sittings", by, member.jury.call)
    locked = JuryMember.objects.select_for_update(of=("self",)).select_related("jury__call", "person").get(pk=member.pk)
    if locked.left_at:
        raise Refused("Cette personne n’est plus membre de ce jury.")
    locked.left_at = at
    locked.save(update_fields=["left_at"])
    record(
        "calls.jury_left",
        locked.jury.call,
        locked.person,
        by=by,
        at=at,
        reason=reason,
        person=locked.person.name,
        name=locked.jury.name,
    )
    return locked


@operation
def set_slot(
    *, jury: Jury, application: Application, starts_at: datetime, minutes: int, where: str, by: Any, at: datetime
) -> Slot:
    """A jury will hear an applicant then, or at another time than it was said: both are told, with a calendar file.

    Raises `Refused` when a member of the jury is linked to the applicant, when the jury hears someone else then, or
    when the file is not being judged.
    """
    rules.require("calls.run_sittings", by, jury.call)
    locked = (
        Application.objects.select_for_update(of=("self",))
        .select_related("call", "organisation", "person", "submitted_by")
        .get(pk=application.pk)
    )
    if locked.state not in rules.JUDGED_IN or locked.call_id != jury.call_id:
        raise Refused("On n’entend que les candidats dont le dossier est en instruction.", field="application")
    if starts_at <= at:
        raise Refused("Une audition se fixe à un moment à venir.", field="starts_at")
    people = list(JuryMember.objects.filter(jury=jury, left_at__isnull=True).select_related("person"))
    if not people:
        raise Refused("Nommez d’abord les membres de ce jury.")
    barred = bars(Application.objects.filter(pk=locked.pk), [one.person_id for one in people])
    if barred:
        names = {one.person_id: one.person.name for one in people}
        said_all = " ; ".join(f"{names[person]} {bar.why}" for (_, person), bar in sorted(barred.items()))
        raise Refused(f"Un membre de ce jury a un lien avec ce candidat : {said_all}.", field="application")
    slot = Slot.objects.select_for_update(of=("self",)).filter(application=locked).first()
    if slot and slot.heard_at:
        raise Refused("Ce candidat a déjà été entendu.")
    ends_at = starts_at + timedelta(minutes=minutes)
    busy = Slot.objects.filter(jury=jury, starts_at__lt=ends_at, ends_at__gt=starts_at).exclude(application=locked)
    if busy.exists():
        raise Refused("Ce jury entend déjà quelqu’un à ce moment-là.", field="starts_at")
    if slot is None:
        slot = Slot(jury=jury, application=locked, starts_at=starts_at, ends_at=ends_at, where=where)
    else:
        slot.jury, slot.starts_at, slot.ends_at, slot.where = jury, starts_at, ends_at, where
        slot.revision += 1
    try:
        slot.save()
    except IntegrityError as fault:
        # Two people fixed the same hour at the same moment: the database kept the first.
        raise Refused("Ce jury entend déjà quelqu’un à ce moment-là.", field="starts_at") from fault
    if locked.state == ApplicationState.REVIEW:
        move(locked, HEAR, by=by, at=at, slot=f", le {said(starts_at, MOMENT)}, {where}")
    else:
        record("calls.slot_set", locked, by=by, at=at, when=said(starts_at, MOMENT), where=where)
    data = {"call": jury.call, "application": locked, "slot": slot, "jury": jury}
    tell("calls/slot_set", to=told_of(locked), at=at, data=data, reply_to=jury.call.service_email)
    return slot


@operation
def set_slots(
    *, call: Call, hearings: Sequence[Hearing], minutes: int, where: str, by: Any, at: datetime
) -> list[Slot]:
    """Fix several hearings, all of them or none, each as `set_slot` does; every applicant is told of theirs.

    Raises `Refused`, naming the file, when one cannot be heard by this jury then: it changed since it was dealt out.
    """
    rules.require("calls.run_sittings", by, call)
    if not hearings:
        raise Refused("Gardez au moins une audition.")
    juries = Jury.objects.filter(call=call).in_bulk()
    files = Application.objects.filter(call=call).in_bulk([one.file for one in hearings])
    made = []
    # Files are locked in the one order.
    for one in sorted(hearings, key=lambda one: one.file):
        if one.jury not in juries or one.file not in files:
            raise Refused("Ce jury, ou ce dossier, n’est pas de cet appel.")
        jury, application = juries[one.jury], files[one.file]
        jury.call = call
        if Slot.objects.filter(application=application).exists():
            raise Refused(f"Dossier {application.number} : son audition est déjà fixée. Rien n’a été fait.")
        try:
            slot = set_slot(
                jury=jury, application=application, starts_at=one.starts_at, minutes=minutes, where=where, by=by, at=at
            )
        except Refused as refusal:
            raise Refused(f"Dossier {application.number} : {refusal.message} Rien n’a été fait.") from refusal
        made.append(slot)
    return made


@operation
def keep_opinion(*, slot: Slot, opinion: JuryOpinion, words: str, by: Any, at: datetime) -> Slot:
    """What a jury thought of an applicant whom it heard, with why."""
    rules.require("calls.run_sittings", by, slot.jury.call)
    locked = Slot.objects.select_for_update(of=("self",)).select_related("application").get(pk=slot.pk)
    if at < locked.starts_at:
        raise Refused(f"L’audition commence le {said(locked.starts_at, MOMENT)} : l’avis vient après.")
    if not words.strip():
        raise Refused("Dites en quelques phrases ce que le jury en pense.", field="words")
    rules.require_free_pen(locked.application, by)
    locked.opinion, locked.words, locked.heard_at = opinion, words.strip(), at
    locked.save(update_fields=["opinion", "words", "heard_at"])
    record("calls.slot_heard", locked.application, by=by, at=at, opinion=locked.get_opinion_display())
    return locked
