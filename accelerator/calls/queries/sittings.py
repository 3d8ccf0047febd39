"""Juries, commissions, what they are given and what they concluded; promises."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accelerator.calls.documents import calendar
from accelerator.calls.hearings import Day, Dealing, dealt
from accelerator.calls.models import (
    Application,
    Call,
    Commission,
    CommissionItem,
    CommissionMember,
    Jury,
    JuryMember,
    Promise,
    Recusal,
    Slot,
)
from accelerator.calls.queries.conflicts import Side, bars_among, sides_of
from accelerator.calls.queries.judging import JUDGED_IN, grid_of, running_version
from accelerator.calls.queries.ranking import best_first, ranking
from accelerator.calls.queries.standing import CallStanding, judged, of_applicant, own_side
from accelerator.calls.sittings import Rules, Tally, tally
from accelerator.calls.states import ApplicationState, CommissionState, MemberQuality
from accelerator.geography.names import plain
from accelerator.workflow.dates import MOMENT, said
from accelerator.workflow.ordering import alphabetical
from accelerator.workflow.together import Short, read_together

_TOLD: Final = (ApplicationState.NOTIFIED, ApplicationState.APPEALED)
_LEFT: Final = "Aucune : plus personne ne pouvait voter, une autre commission l’examinera"
_KEPT: Final = "lisible une fois notifié : vous avez un lien avec ce candidat, ou ne suivez pas ce dossier"


def tally_of(item: CommissionItem, rules: Rules) -> Tally:
    """The votes on a file."""
    votes = item.votes.order_by("pk").values_list("ballot", "member__quality")
    ballots = [(ballot, quality == MemberQuality.CHAIR) for ballot, quality in votes]
    return tally(ballots, chair_casts=rules.chair_casts)


def juries_of(call: Call) -> list[tuple[Jury, list[JuryMember]]]:
    """The juries of a call, by name, each with those who sit in it; `hears`: a hearing is fixed. Two queries."""
    members = JuryMember.objects.filter(jury__call=call, left_at__isnull=True).select_related("person")
    sitting: dict[int, list[JuryMember]] = {}
    for member in members.order_by("pk"):
        sitting.setdefault(member.jury_id, []).append(member)
    juries = Jury.objects.filter(call=call).annotate(hears=Exists(Slot.objects.filter(jury=OuterRef("pk"))))
    return [(jury, sitting.get(jury.pk, [])) for jury in juries.order_by(alphabetical("name"), "pk")]


def slots_of(standing: CallStanding) -> QuerySet[Slot]:
    """The hearings of a call, but those of a person's own side: what a jury thinks of it is read once it is told."""
    own = own_side(standing.person)
    slots = Slot.objects.filter(jury__call=standing.call).exclude(application__in=own)
    return slots.select_related("application", "jury")


def dealing_for(
    standing: CallStanding, juries: Sequence[Jury], day: Day, *, first: int | None = None
) -> tuple[Dealing, dict[int, Side]]:
    """How the files without a hearing, best first, would be heard on a day by some juries; and each of these files.

    Those of this person's territory, and not of their own side; the `first` ones when it is given. Seven queries or so,
    whatever their number.
    """
    mine = judged(standing.person, roles=standing.reading)
    rows = ranking(standing.call, mine).filter(state__in=JUDGED_IN, slot__isnull=True)
    files = {one.pk: one for one in sides_of(best_first(rows)[:first])}
    members = JuryMember.objects.filter(jury__in=juries, left_at__isnull=True).order_by("pk")
    read = read_together(
        {
            "members": Short(members, ("jury_id", "person__pk", "person__email")),
            "busy": Short(Slot.objects.filter(jury__in=juries).order_by("pk"), ("jury_id", "starts_at", "ends_at")),
        }
    )
    sits: dict[int, set[int]] = {}
    for member in read["members"]:
        sits.setdefault(member.person.pk, set()).add(member.jury_id)
    kept = bars_among(list(files.values()), [member.person for member in read["members"]])
    apart = {(file, jury) for file, person in kept for jury in sits[person]}
    busy: dict[int, list[tuple[datetime, datetime]]] = {}
    for slot in read["busy"]:
        busy.setdefault(slot.jury_id, []).append((slot.starts_at, slot.ends_at))
    peopled = {jury for several in sits.values() for jury in several}
    sitting = [one.pk for one in juries if one.pk in peopled]
    return dealt(list(files), sitting, day, kept_apart=apart, busy=busy), files


def sitting_juries_of(person: Any) -> QuerySet[JuryMember]:
    """The juries in which a person sits."""
    return JuryMember.objects.filter(person=person, left_at__isnull=True).select_related("jury__call").order_by("pk")


def events_of(slots: list[Slot], url: str, *, for_applicant: bool) -> list[dict[str, Any]]:
    """What the calendar of a jury, or of an applicant, says of slots."""
    return [
        {
            "id": f"audition-{one.public_id}",
            "title": (
                f"Audition par le jury {one.jury.name}"
                if for_applicant
                else f"Audition du dossier {one.application.number}"
            ),
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "where": one.where,
            "text": f"{one.jury.call.title}. {one.application.number}, {one.application.title}.",
            "url": url,
            "revision": one.revision,
        }
        for one in slots
    ]


def calendar_of(name: str, events: list[dict[str, Any]], at: Any) -> bytes:
    """The calendar file."""
    return calendar(name, events, at=at)


def commissions_of(call: Call) -> QuerySet[Commission]:
    """The commissions of a call, with `files` and `concluded`."""
    return Commission.objects.filter(call=call).annotate(
        files=Count("items", distinct=True), concluded=Count("items", filter=~Q(items__outcome=""), distinct=True)
    )


def commissions_for(person: Any) -> QuerySet[Commission]:
    """The commissions in which a person sits, once they are convened."""
    return (
        Commission.objects.filter(members__person=person)
        .exclude(state=CommissionState.DRAFT)
        .select_related("call")
        .distinct()
    )


def left_by_all(commission: Commission) -> set[int]:
    """The items of an agenda that everyone who votes and is there has left: nobody can conclude. Two queries."""
    voting = set(commission.members.filter(voting=True, present=True).values_list("pk", flat=True))
    gone: dict[int, set[int]] = {}
    for item, member in Recusal.objects.filter(item__commission=commission).values_list("item", "member"):
        gone.setdefault(item, set()).add(member)
    return {item for item, members in gone.items() if voting <= members}


def quorum_said(commission: Commission, members: Sequence[CommissionMember]) -> str:
    """Who is there, and whether it is enough, as the minutes say it."""
    if not commission.rules:
        return ""
    rules = Rules.from_json(commission.rules)
    voting = [one for one in members if one.voting]
    there = sum(1 for one in voting if one.present)
    needed = rules.quorum(len(voting))
    one, among = there < 2, f"sur {len(voting)} qui vote{'nt' if len(voting) > 1 else ''}"
    counted = f"{there} membre présent {among}" if one else f"{there} membres présents {among}"
    if commission.second_of_id and rules.second_without_quorum:
        return f"{counted}. Seconde convocation sur le même ordre du jour : aucun quorum n’est exigé ({rules.source})."
    verdict = "Le quorum est atteint" if there >= needed else "Le quorum n’est pas atteint"
    return f"{counted} ; il en faut {needed}. {verdict} ({rules.source})."


def kept_from(commission: Commission, standing: CallStanding, *, runs: bool, serves: bool) -> set[int]:
    """The files of an agenda of which a person reads neither score nor conclusion before it is told.

    Those of their own side and, unless they keep the minutes, those that they left; for the service, those of
    elsewhere. One query.
    """
    person = standing.person
    waiting = Application.objects.filter(items__commission=commission).exclude(state__in=_TOLD)
    theirs = of_applicant(person)
    if not runs:
        left = Recusal.objects.filter(item__commission=commission, member__person=person)
        theirs |= Q(pk__in=left.values("item__application"))
    if serves:
        theirs |= ~Q(pk__in=judged(person, roles=standing.reading).values("pk"))
    return set(waiting.filter(theirs).values_list("pk", flat=True))


def files_opened(commission: Commission, standing: CallStanding) -> set[int]:
    """The files of an agenda of which a person of the service may read how they are judged. One query."""
    mine = judged(standing.person, roles=standing.reading)
    return set(mine.filter(items__commission=commission).values_list("pk", flat=True))


def minutes_of(commission: Commission, *, kept: Collection[int] = ()) -> dict[str, Any]:
    """What the minutes say, for the template "minutes" of `calls.documents`. Seven queries.

    kept  the files of which whoever asks reads no conclusion (`kept_from`).
    """
    members = list(commission.members.select_related("person").order_by("quality", "pk"))
    items = list(
        commission.items.select_related("application__organisation")
        .prefetch_related("votes__member__person", "recusals__member__person")
        .order_by("position")
    )
    rules = Rules.from_json(commission.rules) if commission.rules else None
    names = {one.pk: one.person.name for one in members}
    version = running_version(commission.call)
    named = version is not None and grid_of(version).named
    left = left_by_all(commission)
    recusals = [
        [one.member.person.name, str(item.application.number), one.reason]
        for item in items
        for one in sorted(item.recusals.all(), key=lambda one: one.pk)
    ]
    return {
        "title": f"Procès-verbal : {commission.name}",
        "running": f"{commission.call.title}, séance du {said(commission.held_at)}",
        "facts": [
            ["Appel", commission.call.title],
            ["Convoquée le", said(commission.convened_at, MOMENT) if commission.convened_at else "—"],
            ["Séance ouverte le", said(commission.opened_at, MOMENT) if commission.opened_at else "—"],
            ["Lieu", commission.where],
            ["Règles de séance", rules.source if rules else "—"],
        ],
        "members": [
            [
                one.person.name,
                f"{one.get_quality_display()}{f', {one.title}' if one.title else ''}",
                "oui" if one.voting else "non",
                {True: "présent", False: "absent", None: "—"}[one.present],
            ]
            for one in members
        ],
        "quorum": quorum_said(commission, members),
        "recusals": recusals,
        "items": [
            {
                "title": f"{item.position}. {item.application.title}",
                "facts": [
                    ["Dossier", str(item.application.number)],
                    ["Candidat", item.application.organisation.name if item.application.organisation else "—"],
                    ["Proposition", item.get_proposal_display()],
                    ["Vote", _KEPT if item.application_id in kept else _votes(item, names, named=named)],
                    [
                        "Conclusion",
                        _KEPT
                        if item.application_id in kept
                        else item.get_outcome_display() or (_LEFT if item.pk in left else "Aucune"),
                    ],
                ],
                "words": "" if item.application_id in kept else item.words,
            }
            for item in items
        ],
        "outcomes": [
            [str(item.position), f"{item.application.number}, {item.application.title}", item.get_outcome_display()]
            for item in items
            if item.outcome and item.application_id not in kept
        ],
        "closing": f"Séance close le {said(commission.closed_at, MOMENT)}."
        if commission.closed_at
        else "Séance non close.",
    }


def ballots_said(item: CommissionItem) -> list[str]:
    """Each ballot on a file, a sentence each: the ties too, and by whose vote one was broken. One query when it was."""
    cast = {one["cast"] for one in item.ballots if one["cast"]}
    members = CommissionMember.objects.filter(pk__in=cast).select_related("person") if cast else []
    names = {one.pk: one.person.name for one in members}
    return [_ballot_said(one, names) for one in item.ballots]


def _ballot_said(kept: dict[str, Any], names: Mapping[int, str]) -> str:
    sentence = Tally.from_json(kept).sentence
    by = f" ({names[kept['cast']]})" if kept["cast"] in names else ""
    return f"Le {said(datetime.fromisoformat(kept['at']), MOMENT)} : {sentence}{by}."


def _votes(item: CommissionItem, names: Mapping[int, str], *, named: bool) -> str:
    """How the commission voted on a file: how many, and how each did only where the call has public votes."""
    if not item.ballots:
        return "Aucun"
    told = " ".join(_ballot_said(one, names) for one in item.ballots)
    if not named:
        return told
    votes = sorted(item.votes.all(), key=lambda one: one.pk)
    each = "; ".join(f"{one.member.person.name} : {one.get_ballot_display().lower()}" for one in votes)
    return f"{told} Dernier vote : {each}." if each else told


def promises_of(call: Call) -> QuerySet[Promise]:
    """What was promised to the laureates of a call."""
    related = ("application__organisation", "application__person", "organisation")
    return Promise.objects.filter(application__call=call).select_related(*related)


# The promises whose title the public may look for: what else would answer tells a name by answering.
NAMED: Final = Q(application__organisation__publishable=True) | (
    Q(application__organisation__isnull=True) & ~Q(application__subject="")
)


def laureate_of(application: Application, *, whole: bool) -> str:
    """To whom a promise is made, as it is read: the public is told the name of no person, nor of an organisation that
    is not shown to it. Who applies for themself has an application that is called after them: it is said by its number.

    whole  whether who reads is of the service.
    """
    title, organisation, person = application.title, application.organisation, application.person
    if organisation and (whole or organisation.publishable):
        return title if organisation.name == title else f"{title} ({organisation.name})"
    alone = person.name if person else str(application.paper.get("name", ""))
    name = organisation.name if organisation else alone
    told = not whole and name and plain(name) in plain(title)
    return f"Lauréat n° {application.number}" if told else title
