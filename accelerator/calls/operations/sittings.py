"""Commissions that conclude, and what laureates are promised."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.timezone import localdate

from accelerator.calls.models import (
    Application,
    Call,
    Commission,
    CommissionItem,
    CommissionMember,
    Promise,
    Recusal,
    Vote,
)
from accelerator.calls.operations.decisions import draft_conclusions
from accelerator.calls.queries.conflicts import bar_between, bars
from accelerator.calls.queries.sittings import left_by_all, tally_of
from accelerator.calls.queries.standing import file_standing_of
from accelerator.calls.rules import judging as rules
from accelerator.calls.rules.applications import examine
from accelerator.calls.sittings import Rules
from accelerator.calls.states import (
    ADJOURN,
    CANCEL_SITTING,
    CLOSE_SITTING,
    CONVENE,
    OPEN_SITTING,
    CommissionState,
    DecisionOutcome,
    MemberQuality,
    PromiseKind,
)
from accelerator.community.models import Organisation
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import MOMENT, said
from accelerator.workflow.transitions import move


@operation
def make_commission(
    *, call: Call, name: str, held_at: datetime, where: str, by: Any, at: datetime, second_of: Commission | None = None
) -> Commission:
    """Prepare a sitting; after one that had no quorum, its second convocation takes its members and its agenda over.

    Refused for a day that no convocation sent today would reach in time: it would only be cancelled later.
    """
    rules.require("calls.run_sittings", by, call)
    if held_at <= at:
        raise Refused("Une commission se prépare pour un jour à venir.", field="held_at")
    if reason := Rules.on(localdate(at)).too_soon(at, held_at):
        raise Refused(reason, field="held_at")
    if second_of is not None:
        first = Commission.objects.select_for_update().get(pk=second_of.pk)
        if first.state != CommissionState.ADJOURNED:
            raise Refused("Une seconde convocation suit une séance sans quorum.")
        if Commission.objects.filter(second_of=first).exists():
            raise Refused("La seconde convocation de cette commission existe déjà.")
    commission = Commission.objects.create(
        call=call, name=name, held_at=held_at, where=where, second_of=second_of, made_at=at
    )
    record("calls.commission_made", call, by=by, at=at, name=name, when=said(held_at, MOMENT))
    if second_of is not None:
        CommissionMember.objects.bulk_create(
            CommissionMember(
                commission=commission, person=one.person, quality=one.quality, title=one.title, voting=one.voting
            )
            for one in second_of.members.order_by("pk")
        )
        CommissionItem.objects.bulk_create(
            CommissionItem(
                commission=commission, application=one.application, position=one.position, proposal=one.proposal
            )
            for one in second_of.items.order_by("position")
        )
    return commission


def _sitting(commission: Commission, *states: CommissionState) -> Commission:
    locked = Commission.objects.select_for_update(of=("self",)).select_related("call").get(pk=commission.pk)
    if locked.state not in states:
        raise Refused(f"Cette commission est {locked.get_state_display().lower()} : cela n’est plus possible.")
    return locked


@operation
def name_member(
    *,
    commission: Commission,
    email: str,
    quality: MemberQuality,
    title: str,
    voting: bool,
    by: Any,
    at: datetime,
) -> CommissionMember:
    """Someone who has an account sits in a commission that is not convened yet."""
    rules.require("calls.run_sittings", by, commission.call)
    locked = _sitting(commission, CommissionState.DRAFT)
    person = rules.required_account(email)
    if locked.members.filter(person=person).exists():
        raise Refused("Cette personne est déjà membre de cette commission.", field="email")
    if quality == MemberQuality.CHAIR and locked.members.filter(quality=MemberQuality.CHAIR).exists():
        raise Refused("Une commission a un seul président.", field="quality")
    votes = voting and quality != MemberQuality.OBSERVER
    member = CommissionMember.objects.create(
        commission=locked, person=person, quality=quality, title=title, voting=votes
    )
    record("calls.commission_composed", locked, person, by=by, at=at)
    return member


@operation
def remove_member(*, member: CommissionMember, by: Any, at: datetime) -> None:
    """Someone no longer sits in a commission that is not convened yet."""
    rules.require("calls.run_sittings", by, member.commission.call)
    locked = _sitting(member.commission, CommissionState.DRAFT)
    record("calls.commission_composed", locked, member.person, by=by, at=at)
    member.delete()


@operation
def put_on_agenda(
    *, commission: Commission, applications: Sequence[Application], proposal: DecisionOutcome, by: Any, at: datetime
) -> int:
    """Add files to the agenda, in their order, each with what is proposed; return how many were added.

    Refused for a second convocation: it asks for no quorum because its agenda is that of the first.
    """
    rules.require("calls.run_sittings", by, commission.call)
    locked = _sitting(commission, CommissionState.DRAFT)
    if locked.second_of_id is not None:
        raise Refused(
            "Une seconde convocation siège sans quorum, sur le même ordre du jour : rien ne s’y ajoute. Préparez une "
            "autre commission pour d’autres dossiers."
        )
    already = set(locked.items.values_list("application", flat=True))
    fresh = [one for one in applications if one.pk not in already]
    for one in fresh:
        if one.call_id != locked.call_id or one.state not in rules.JUDGED_IN:
            raise Refused(f"Le dossier {one.number} n’est pas en instruction.")
    last = locked.items.aggregate(last=Max("position"))["last"] or 0
    CommissionItem.objects.bulk_create(
        CommissionItem(commission=locked, application=one, position=last + number, proposal=proposal)
        for number, one in enumerate(fresh, 1)
    )
    if fresh:
        record("calls.commission_composed", locked, by=by, at=at)
    return len(fresh)


@operation
def convene(*, commission: Commission, by: Any, at: datetime) -> Commission:
    """Send the convocation to every member, early enough; from then on nothing of it changes.

    The rules of sitting in force today are kept with it.
    """
    rules.require("calls.run_sittings", by, commission.call)
    locked = _sitting(commission, CommissionState.DRAFT)
    members = list(locked.members.select_related("person").order_by("pk"))
    items = locked.items.count()
    if reason := rules.reason_against_convening(locked, members, items, at=at):
        raise Refused(reason)
    convened = move(
        locked,
        CONVENE,
        by=by,
        at=at,
        changes={"convened_at": at, "rules": Rules.on(localdate(at)).to_json()},
        about=[locked.call],
        when=said(locked.held_at, MOMENT),
        members=len(members),
        items=items,
    )
    tell(
        "calls/commission_convened",
        to=[Recipient.of(one.person) for one in members],
        at=at,
        data={"call": locked.call, "commission": convened, "items": items, "second": locked.second_of is not None},
        reply_to=locked.call.service_email,
    )
    return convened


@operation
def open_sitting(*, commission: Commission, present: Sequence[CommissionMember], by: Any, at: datetime) -> Commission:
    """Write who is there; the sitting opens when the quorum is reached, otherwise it is adjourned and says so.

    After an adjournment, a second convocation asks for no quorum. Known links make a member leave the files that they
    touch: those déports are written at once.
    """
    rules.require("calls.run_sittings", by, commission.call)
    locked = _sitting(commission, CommissionState.CONVENED)
    if localdate(at) < localdate(locked.held_at):
        raise Refused(f"La séance est convoquée pour le {said(locked.held_at, MOMENT)}.")
    here = {one.pk for one in present}
    members = list(locked.members.select_related("person").order_by("pk"))
    for member in members:
        member.present = member.pk in here
        member.save(update_fields=["present"])
    voting = [one for one in members if one.voting]
    there = sum(1 for one in voting if one.present)
    sitting = Rules.from_json(locked.rules)
    free = locked.second_of is not None and sitting.second_without_quorum
    counts: dict[str, Any] = {"present": there, "voting": len(voting)}
    if there < (1 if free else max(1, sitting.quorum(len(voting)))):
        return move(locked, ADJOURN, by=by, at=at, about=[locked.call], **counts)
    opened = move(locked, OPEN_SITTING, by=by, at=at, changes={"opened_at": at}, about=[locked.call], **counts)
    _write_recusals(opened, members, by, at)
    return opened


def _write_recusals(commission: Commission, members: Sequence[CommissionMember], by: Any, at: datetime) -> None:
    items = {one.application_id: one for one in commission.items.select_related("application")}
    people = {one.person_id: one for one in members}
    kept = bars(Application.objects.filter(pk__in=items), people)
    for (application, person), bar in sorted(kept.items()):
        item, member = items[application], people[person]
        Recusal.objects.create(item=item, member=member, reason=bar.why, left_at=at)
        record(
            "calls.member_recused",
            item.application,
            member.person,
            by=by,
            at=at,
            reason=bar.why,
            person=member.person.name,
        )


@operation
def leave_item(*, item: CommissionItem, member: CommissionMember, reason: str, by: Any, at: datetime) -> Recusal:
    """A member leaves the debate and the vote on a file; a vote already cast is taken out."""
    rules.require("calls.run_sittings", by, item.commission.call)
    _sitting(item.commission, CommissionState.HELD)
    locked = CommissionItem.objects.select_for_update(of=("self",)).select_related("application").get(pk=item.pk)
    if locked.outcome:
        raise Refused("La commission a déjà conclu sur ce dossier.")
    if Recusal.objects.filter(item=locked, member=member).exists():
        raise Refused(f"{member.person.name} s’est déjà déporté pour ce dossier.")
    Vote.objects.filter(item=locked, member=member).delete()
    recusal = Recusal.objects.create(item=locked, member=member, reason=reason, left_at=at)
    record(
        "calls.member_recused",
        locked.application,
        member.person,
        by=by,
        at=at,
        reason=reason,
        person=member.person.name,
    )
    return recusal


@operation
def conclude(
    *,
    item: CommissionItem,
    ballots: Mapping[int, str],
    outcome: DecisionOutcome,
    words: str,
    by: Any,
    at: datetime,
) -> CommissionItem:
    """Write the votes on a file and what the commission concludes.

    ballots  member -> vote; members who left the file, are absent or do not vote are refused.
    A proposal that was adopted is the conclusion; rejected, another one is. A tie that nobody's vote decides concludes
    nothing: it is kept, said by the minutes, and the item comes back without an outcome, to be voted again. Each ballot
    stays, and whose casting vote decided it.
    """
    rules.require("calls.run_sittings", by, item.commission.call)
    commission = _sitting(item.commission, CommissionState.HELD)
    locked = CommissionItem.objects.select_for_update(of=("self",)).select_related("application").get(pk=item.pk)
    if locked.application.state not in rules.JUDGED_IN:
        raise Refused(
            f"Le dossier {locked.application.number} n’est plus en instruction "
            f"({locked.application.get_state_display().lower()}) : la commission n’a pas à conclure."
        )
    rules.require_free_pen(locked.application, by)
    members = {one.pk: one for one in commission.members.select_related("person")}
    gone = set(Recusal.objects.filter(item=locked).values_list("member", flat=True))
    for pk in ballots:
        member = members.get(pk)
        if member is None:
            raise Refused("Ce membre ne siège pas dans cette commission.")
        if reason := rules.reason_against_voting(commission, member, recused=pk in gone):
            raise Refused(reason, field=f"ballot_{pk}")
        if pk not in gone and (bar := bar_between(locked.application, member.person)):
            raise Refused(f"{member.person.name} a un lien avec ce candidat : {bar.why}. Inscrivez son déport.")
    Vote.objects.filter(item=locked).delete()
    Vote.objects.bulk_create(Vote(item=locked, member=members[pk], ballot=ballot) for pk, ballot in ballots.items())
    counted = tally_of(locked, Rules.from_json(commission.rules))
    if not ballots:
        raise Refused("Aucun vote n’est inscrit : la commission n’a pas conclu.")
    chair = next((pk for pk in ballots if members[pk].quality == MemberQuality.CHAIR), None)
    kept = {"at": at.isoformat(), **counted.to_json(), "cast": chair if counted.cast else None}
    # A conclusion that is written again replaces the ballot on which it rested; the ties before it stay.
    before = [one for one in locked.ballots if one["adopted"] is None]
    if counted.is_tie:
        # The reasons that were being written stay: the debate is taken up again, not the text.
        locked.ballots, locked.outcome, locked.words = [*before, kept], "", words.strip()
        locked.concluded_at = None
        locked.save(update_fields=["ballots", "outcome", "words", "concluded_at"])
        record("calls.ballot_tied", locked.application, by=by, at=at, tally=counted.sentence)
        return locked
    if counted.adopted and outcome != locked.proposal:
        raise Refused(
            f"La proposition « {locked.get_proposal_display()} » est adoptée : elle est la conclusion.", field="outcome"
        )
    if not counted.adopted and outcome == locked.proposal:
        raise Refused(
            f"La proposition « {locked.get_proposal_display()} » est rejetée : la conclusion est une autre.",
            field="outcome",
        )
    if not words.strip():
        raise Refused("Une conclusion est motivée : le candidat lira pourquoi.", field="words")
    locked.outcome, locked.words, locked.concluded_at = outcome, words.strip(), at
    locked.ballots = [*before, kept]
    locked.save(update_fields=["outcome", "words", "concluded_at", "ballots"])
    record(
        "calls.item_concluded",
        locked.application,
        by=by,
        at=at,
        outcome=locked.get_outcome_display(),
        tally=counted.sentence,
    )
    return locked


@operation
def close_sitting(*, commission: Commission, by: Any, at: datetime) -> Commission:
    """End a sitting, every file of its agenda concluded upon; the decisions are prepared from the conclusions.

    A file that was withdrawn, or decided otherwise meanwhile, waits for no conclusion; nor does one that everyone who
    votes has left: another commission examines it.
    """
    rules.require("calls.run_sittings", by, commission.call)
    locked = _sitting(commission, CommissionState.HELD)
    waiting = (
        locked.items.filter(outcome="", application__state__in=rules.JUDGED_IN)
        .exclude(pk__in=left_by_all(locked))
        .select_related("application")
        .order_by("position")
    )
    if first := waiting.first():
        left = waiting.count()
        some = f"{left} dossiers restent" if left > 1 else "Un dossier reste"
        raise Refused(
            f"{some} sans conclusion, à commencer par le {first.application.number} : concluez, ou laissez la séance "
            "ouverte."
        )
    closed = move(
        locked,
        CLOSE_SITTING,
        by=by,
        at=at,
        changes={"closed_at": at},
        about=[locked.call],
        count=locked.items.count(),
    )
    draft_conclusions(commission=closed, by=by, at=at)
    return closed


@operation
def cancel_sitting(*, commission: Commission, reason: str, by: Any, at: datetime) -> Commission:
    """A sitting will not take place; its members are told if it was convened."""
    rules.require("calls.run_sittings", by, commission.call)
    was = commission.state
    cancelled = move(commission, CANCEL_SITTING, by=by, at=at, reason=reason, about=[commission.call])
    if was == CommissionState.CONVENED:
        members = cancelled.members.select_related("person")
        tell(
            "calls/commission_cancelled",
            to=[Recipient.of(one.person) for one in members],
            at=at,
            data={"call": commission.call, "commission": cancelled, "reason": reason},
        )
    return cancelled


# Promises


@operation
def promise(
    *,
    application: Application,
    kind: PromiseKind,
    what: str,
    owner: str,
    due_on: date,
    organisation: Organisation | None = None,
    by: Any,
    at: datetime,
) -> Promise:
    """Write what someone promises to a laureate, for a day; an officer who examines its file does."""
    rules.require("calls.keep_promises", by, application.call)
    if reason := examine(file_standing_of(by, application)):
        raise Refused(reason)
    if not application.decisions.notified().filter(outcome=DecisionOutcome.RETAINED).exists():
        raise Refused("Une promesse s’inscrit pour un dossier retenu, une fois la décision notifiée.")
    if due_on <= localdate(at):
        raise Refused("Une promesse est faite pour un jour à venir.", field="due_on")
    Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if Promise.objects.filter(application=application, kind=kind, what=what).exists():
        raise Refused("Cette promesse est déjà inscrite.", field="what")
    made = Promise.objects.create(
        application=application,
        kind=kind,
        what=what,
        owner=owner,
        organisation=organisation,
        due_on=due_on,
        made_at=at,
    )
    record("calls.promise_made", application, by=by, at=at, what=what, owner=owner, due=said(due_on))
    return made


@operation
def settle_promise(*, promise: Promise, kept: bool, words: str, by: Any, at: datetime) -> Promise:
    """Say that a promise was kept, and how; or broken, and why; an officer who examines the laureate's file does."""
    rules.require("calls.keep_promises", by, promise.application.call)
    if reason := examine(file_standing_of(by, promise.application)):
        raise Refused(reason)
    locked = Promise.objects.select_for_update(of=("self",)).select_related("application").get(pk=promise.pk)
    if locked.kept_on or locked.broken_on:
        raise Refused("Cette promesse a déjà été dite tenue ou rompue.")
    if not words.strip():
        raise Refused("Dites comment elle a été tenue, ou pourquoi elle ne l’a pas été.", field="words")
    today = localdate(at)
    locked.kept_on, locked.broken_on = (today, None) if kept else (None, today)
    locked.words = words.strip()
    locked.save(update_fields=["kept_on", "broken_on", "words"])
    record("calls.promise_kept" if kept else "calls.promise_broken", locked.application, by=by, at=at, what=locked.what)
    return locked
