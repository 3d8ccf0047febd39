"""Juries and commissions: slots, notice, quorum, déports, votes, minutes; promises."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.documents import PAPERS
from accelerator.calls.models import (
    Application,
    Commission,
    CommissionItem,
    CommissionMember,
    Decision,
    Jury,
    JuryMember,
    Promise,
    Recusal,
    Slot,
    Vote,
)
from accelerator.calls.operations import juries
from accelerator.calls.operations import sittings as operations
from accelerator.calls.queries.sittings import minutes_of, quorum_said
from accelerator.calls.sittings import Rules
from accelerator.calls.states import (
    ApplicationState,
    Ballot,
    CommissionState,
    DecisionOutcome,
    JuryOpinion,
    MemberQuality,
    PromiseKind,
    PromiseState,
)
from accelerator.community.states import RoleName
from accelerator.design.papers import pdf
from accelerator.journal.models import Event
from accelerator.journal.queries import history_of
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from tests import factories
from tests.calls.judging import Campaign

Perform = Callable[..., Any]
WEEK = timedelta(days=7)


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


def sitting(campaign: Campaign, *, members: int = 3, files: int = 1, **values: Any) -> Commission:
    """A commission with a chair, its members and its agenda, in the state asked."""
    now = timezone.now()
    state = values.get("state", CommissionState.DRAFT)
    dates: dict[str, Any] = {}
    if state != CommissionState.DRAFT:
        dates["convened_at"] = now - WEEK
        dates["rules"] = Rules.on(timezone.localdate()).to_json()
    if state in (CommissionState.HELD, CommissionState.CLOSED):
        dates["opened_at"] = now
    given = {"name": "Commission", "held_at": now + WEEK, "where": "Salle 1", "made_at": now, **dates, **values}
    commission = Commission.objects.create(call=campaign.call, **given)
    for number in range(members):
        CommissionMember.objects.create(
            commission=commission,
            person=factories.person(),
            quality=MemberQuality.MEMBER if number else MemberQuality.CHAIR,
            present=True if state == CommissionState.HELD else None,
        )
    for number in range(files):
        CommissionItem.objects.create(
            commission=commission,
            application=campaign.file(ApplicationState.REVIEW),
            position=number + 1,
            proposal=DecisionOutcome.RETAINED,
        )
    return commission


def members_of(commission: Commission) -> list[CommissionMember]:
    return list(commission.members.select_related("person").order_by("pk"))


def jury(campaign: Campaign, *people: Person) -> Jury:
    made = Jury.objects.create(call=campaign.call, name=f"Jury {Jury.objects.count() + 1}", made_at=timezone.now())
    for person in people or (factories.person(),):
        JuryMember.objects.create(jury=made, person=person, joined_at=timezone.now())
    return made


# Juries


def test_a_jury_is_made_and_joined(campaign: Campaign, perform: Perform, at: datetime) -> None:
    made = perform(juries.make_jury, call=campaign.call, name="Jury 1", by=campaign.chair, at=at)
    person = factories.person()
    member = perform(juries.join_jury, jury=made, email=person.email, by=campaign.officer, at=at)
    assert Notice.objects.get(template="calls/jury_joined").email == person.email
    with pytest.raises(Refused, match="déjà membre"):
        perform(juries.join_jury, jury=made, email=person.email, by=campaign.officer, at=at)
    with pytest.raises(Refused, match="porte déjà ce nom"):
        perform(juries.make_jury, call=campaign.call, name="jury 1", by=campaign.officer, at=at)
    with pytest.raises(Refused):
        perform(juries.make_jury, call=campaign.call, name="Jury 2", by=person, at=at)
    perform(juries.leave_jury, member=member, reason="Indisponible ce jour.", by=campaign.officer, at=at)
    with pytest.raises(Refused, match="n’est plus membre"):
        perform(juries.leave_jury, member=member, reason="Indisponible ce jour.", by=campaign.officer, at=at)


def slot(campaign: Campaign, of: Jury, file: Application, at: datetime, **values: Any) -> dict[str, Any]:
    given = {"jury": of, "application": file, "starts_at": at + WEEK, "minutes": 30, "where": "Salle 2"}
    return {**given, "by": campaign.officer, "at": at, **values}


def test_an_applicant_is_told_when_they_are_heard(campaign: Campaign, perform: Perform, at: datetime) -> None:
    file, of = campaign.file(ApplicationState.REVIEW), jury(campaign)
    first = perform(juries.set_slot, **slot(campaign, of, file, at))
    file.refresh_from_db()
    assert file.state == ApplicationState.HEARING
    assert "Salle 2" in Notice.objects.get(template="calls/slot_set").body
    moved = perform(juries.set_slot, **slot(campaign, of, file, at, where="Salle 3"))
    assert (moved.pk, moved.revision) == (first.pk, 1)
    # One event for each gesture.
    latest, before = history_of(file)[:2]
    assert (before.code, latest.code) == ("calls.hearing_set", "calls.slot_set")
    assert re.fullmatch(r"a retenu la candidature pour une audition, le .+, Salle 2", before.sentence)
    assert re.fullmatch(r"a fixé l’audition au .+, Salle 3", latest.sentence)


def test_a_jury_hears_one_applicant_at_a_time(campaign: Campaign, perform: Perform, at: datetime) -> None:
    of = jury(campaign)
    perform(juries.set_slot, **slot(campaign, of, campaign.file(ApplicationState.REVIEW), at))
    other = campaign.file(ApplicationState.REVIEW)
    half = at + WEEK + timedelta(minutes=15)
    with pytest.raises(Refused, match="entend déjà quelqu’un"):
        perform(juries.set_slot, **slot(campaign, of, other, at, starts_at=half))
    with pytest.raises(IntegrityError, match="jury_hears_one_at_a_time"), transaction.atomic():
        Slot.objects.create(
            jury=of, application=other, starts_at=half, ends_at=half + timedelta(minutes=5), where="Salle 2"
        )
    # Right after is free, and another jury is too.
    perform(juries.set_slot, **slot(campaign, of, other, at, starts_at=at + WEEK + timedelta(minutes=30)))
    perform(
        juries.set_slot,
        **slot(campaign, jury(campaign), campaign.file(ApplicationState.REVIEW), at, starts_at=half),
    )


def test_two_officers_fix_the_same_hour_at_once(together: Callable[..., list[Any]], perform: Perform) -> None:
    def prepare() -> tuple[Campaign, Jury, list[Application]]:
        campaign = Campaign()
        return campaign, jury(campaign), [campaign.file(ApplicationState.REVIEW) for _ in range(2)]

    campaign, of, files = together(prepare)[0]
    at = timezone.now()
    acts = [
        lambda file=file: perform(juries.set_slot, **slot(campaign, of, file, at))  # type: ignore[misc]
        for file in files
    ]
    assert sorted(type(one).__name__ for one in together(*acts)) == ["Refused", "Slot"]


def test_nobody_is_heard_by_someone_they_know(campaign: Campaign, perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    file = campaign.file(ApplicationState.REVIEW, organisation=organisation)
    linked = factories.role(organisation, name=RoleName.MEMBER, ended_at=at).person
    with pytest.raises(Refused, match="a été membre de"):
        perform(juries.set_slot, **slot(campaign, jury(campaign, linked), file, at))
    of = jury(campaign)
    perform(juries.set_slot, **slot(campaign, of, file, at))
    with pytest.raises(Refused, match="Un lien est connu"):
        perform(juries.join_jury, jury=of, email=linked.email, by=campaign.officer, at=at)


def test_the_opinion_of_a_jury_comes_after_the_hearing(campaign: Campaign, perform: Perform, at: datetime) -> None:
    heard = perform(juries.set_slot, **slot(campaign, jury(campaign), campaign.file(ApplicationState.REVIEW), at))
    opinion = {"slot": heard, "opinion": JuryOpinion.FAVOURABLE, "words": "Une équipe solide.", "by": campaign.officer}
    with pytest.raises(Refused, match="l’avis vient après"):
        perform(juries.keep_opinion, **opinion, at=at)
    with pytest.raises(Refused, match="quelques phrases"):
        perform(juries.keep_opinion, **{**opinion, "words": " "}, at=at + 2 * WEEK)
    kept = perform(juries.keep_opinion, **opinion, at=at + 2 * WEEK)
    assert kept.heard_at == at + 2 * WEEK


def test_nobody_holds_the_pen_for_an_applicant_whom_they_know(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    commission = sitting(campaign, state=CommissionState.HELD)
    item = commission.items.select_related("application__organisation").get()
    heard = Slot.objects.create(
        jury=jury(campaign),
        application=item.application,
        starts_at=at - WEEK,
        ends_at=at - WEEK + timedelta(minutes=30),
        where="Salle 2",
    )
    factories.role(item.application.organisation, name=RoleName.MEMBER, holder=campaign.officer)
    opinion = {"slot": heard, "opinion": JuryOpinion.FAVOURABLE, "words": "Une équipe solide.", "at": at}
    votes = {one.pk: Ballot.FOR for one in members_of(commission)}
    words = {"outcome": DecisionOutcome.RETAINED, "words": "Un projet mûr.", "at": at}
    with pytest.raises(Refused, match="tient la plume"):
        perform(juries.keep_opinion, **opinion, by=campaign.officer)
    with pytest.raises(Refused, match="tient la plume"):
        perform(operations.conclude, item=item, ballots=votes, **words, by=campaign.officer)
    perform(juries.keep_opinion, **opinion, by=campaign.chair)
    perform(operations.conclude, item=item, ballots=votes, **words, by=campaign.chair)


def test_a_second_convocation_has_the_agenda_of_the_first(campaign: Campaign, perform: Perform, at: datetime) -> None:
    first = sitting(campaign, state=CommissionState.ADJOURNED)
    given = {"call": campaign.call, "name": "Commission", "held_at": at + WEEK, "where": "Salle 1", "at": at}
    second = perform(operations.make_commission, **given, second_of=first, by=campaign.officer)
    added = {"applications": [campaign.file(ApplicationState.REVIEW)], "proposal": DecisionOutcome.RETAINED}
    with pytest.raises(Refused, match="même ordre du jour"):
        perform(operations.put_on_agenda, commission=second, **added, by=campaign.officer, at=at)
    assert second.items.count() == 1


def test_a_file_withdrawn_meanwhile_waits_for_no_conclusion(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, state=CommissionState.HELD)
    item = commission.items.get()
    Application.objects.filter(pk=item.application_id).update(state=ApplicationState.WITHDRAWN, withdrawn_at=at)
    votes = {one.pk: Ballot.FOR for one in members_of(commission)}
    words = {"outcome": DecisionOutcome.RETAINED, "words": "Un projet mûr.", "by": campaign.chair, "at": at}
    with pytest.raises(Refused, match="plus en instruction"):
        perform(operations.conclude, item=item, ballots=votes, **words)
    perform(operations.close_sitting, commission=commission, by=campaign.chair, at=at)
    assert not Decision.objects.exists()


# Convocation and quorum


def test_a_commission_is_convened_with_notice(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, held_at=at + WEEK)
    convened = perform(operations.convene, commission=commission, by=campaign.chair, at=at)
    assert convened.state == CommissionState.CONVENED
    assert convened.rules["notice_days"] == 5
    assert Notice.objects.filter(template="calls/commission_convened").count() == 3
    with pytest.raises(Refused, match="n’est plus possible"):
        perform(operations.convene, commission=commission, by=campaign.chair, at=at)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"held_at": timezone.now() + timedelta(days=4)}, "5 jours au moins"),
        ({"files": 0}, "inscrivez des dossiers"),
        ({"members": 0}, "nommez au moins un membre qui vote"),
    ],
)
def test_what_is_missing_to_convene_is_said(
    campaign: Campaign, perform: Perform, at: datetime, change: dict[str, Any], said: str
) -> None:
    commission = sitting(campaign, **change)
    with pytest.raises(Refused, match=said):
        perform(operations.convene, commission=commission, by=campaign.officer, at=at)


def test_a_day_too_near_to_be_convened_is_refused_as_it_is_prepared(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    given = {"call": campaign.call, "name": "Sélection", "where": "Salle 1", "by": campaign.officer, "at": at}
    with pytest.raises(Refused, match="au plus tôt") as refusal:
        perform(operations.make_commission, held_at=at + timedelta(days=4), **given)
    assert refusal.value.field == "held_at"
    perform(operations.make_commission, held_at=at + timedelta(days=5), **given)


def test_a_commission_without_quorum_sits_the_second_time(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, members=5, files=2, held_at=at, state=CommissionState.CONVENED)
    chair, second, third, *_ = members_of(commission)
    adjourned = perform(
        operations.open_sitting, commission=commission, present=[chair, second], by=campaign.chair, at=at
    )
    assert adjourned.state == CommissionState.ADJOURNED
    assert "Le quorum n’est pas atteint" in quorum_said(adjourned, list(adjourned.members.all()))
    again = perform(
        operations.make_commission,
        call=campaign.call,
        name="Seconde",
        held_at=at + WEEK,
        where="Salle 1",
        second_of=adjourned,
        by=campaign.officer,
        at=at,
    )
    assert again.members.count() == 5
    assert list(again.items.values_list("application", flat=True)) == list(
        commission.items.values_list("application", flat=True)
    )
    with pytest.raises(Refused, match="existe déjà"):
        perform(
            operations.make_commission,
            call=campaign.call,
            name="Troisième",
            held_at=at + WEEK,
            where="Salle 1",
            second_of=adjourned,
            by=campaign.officer,
            at=at,
        )
    perform(operations.convene, commission=again, by=campaign.officer, at=at)
    assert "aucun quorum ne sera exigé" in Notice.objects.filter(template="calls/commission_convened").last().body
    opened = perform(
        operations.open_sitting, commission=again, present=[members_of(again)[0]], by=campaign.chair, at=at + WEEK
    )
    assert opened.state == CommissionState.HELD
    assert "aucun quorum n’est exigé" in quorum_said(opened, list(opened.members.all()))
    assert third.present is None


def test_nobody_at_all_is_not_a_sitting(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, held_at=at, state=CommissionState.CONVENED)
    result = perform(operations.open_sitting, commission=commission, present=[], by=campaign.officer, at=at)
    assert result.state == CommissionState.ADJOURNED


def test_a_sitting_does_not_open_before_its_day(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, state=CommissionState.CONVENED)
    with pytest.raises(Refused, match="convoquée pour le"):
        perform(
            operations.open_sitting,
            commission=commission,
            present=members_of(commission),
            by=campaign.officer,
            at=at,
        )


def test_a_commission_is_composed_before_it_is_convened(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, members=1, files=0)
    person = factories.person()
    named = {
        "commission": commission,
        "email": person.email,
        "quality": MemberQuality.OBSERVER,
        "title": "",
        "voting": True,
        "by": campaign.officer,
        "at": at,
    }
    member = perform(operations.name_member, **named)
    assert member.voting is False
    with pytest.raises(Refused, match="déjà membre"):
        perform(operations.name_member, **named)
    other = factories.person()
    with pytest.raises(Refused, match="un seul président"):
        perform(operations.name_member, **{**named, "email": other.email, "quality": MemberQuality.CHAIR})
    file = campaign.file(ApplicationState.REVIEW)
    agenda = {"commission": commission, "applications": [file], "proposal": DecisionOutcome.RETAINED}
    assert perform(operations.put_on_agenda, **agenda, by=campaign.officer, at=at) == 1
    assert perform(operations.put_on_agenda, **agenda, by=campaign.officer, at=at) == 0
    draft = campaign.file(ApplicationState.SUBMITTED)
    with pytest.raises(Refused, match="pas en instruction"):
        perform(operations.put_on_agenda, **{**agenda, "applications": [draft]}, by=campaign.officer, at=at)
    perform(operations.remove_member, member=member, by=campaign.officer, at=at)
    perform(operations.convene, commission=commission, by=campaign.officer, at=at)
    for act in (
        lambda: perform(operations.name_member, **{**named, "email": other.email}),
        lambda: perform(operations.put_on_agenda, **agenda, by=campaign.officer, at=at),
    ):
        with pytest.raises(Refused, match="n’est plus possible"):
            act()


# Debate and vote


def conclusion(commission: Commission, ballots: list[str], **values: Any) -> dict[str, Any]:
    item = commission.items.get(position=1)
    votes = {member.pk: ballot for member, ballot in zip(members_of(commission), ballots, strict=False)}
    return {
        "item": item,
        "ballots": votes,
        "outcome": DecisionOutcome.RETAINED,
        "words": "Le projet répond au besoin.",
        **values,
    }


def test_a_file_is_voted_and_the_sitting_drafts_the_decisions(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    commission = sitting(campaign, files=2, state=CommissionState.HELD)
    with pytest.raises(Refused, match="sans conclusion"):
        perform(operations.close_sitting, commission=commission, by=campaign.chair, at=at)
    perform(operations.conclude, **conclusion(commission, ["for", "for", "against"]), by=campaign.chair, at=at)
    second = commission.items.get(position=2)
    perform(
        operations.conclude,
        **conclusion(
            commission, ["against", "against", "for"], item=second, outcome=DecisionOutcome.DEEPEN, words="Trop tôt."
        ),
        by=campaign.chair,
        at=at,
    )
    closed = perform(operations.close_sitting, commission=commission, by=campaign.chair, at=at)
    assert closed.state == CommissionState.CLOSED
    drafted = {one.application_id: (one.outcome, one.reasons) for one in Decision.objects.all()}
    first = commission.items.get(position=1)
    assert drafted == {
        first.application_id: ("retained", "Le projet répond au besoin."),
        second.application_id: ("deepen", "Trop tôt."),
    }
    told = minutes_of(closed)
    assert "2 pour, 1 contre, 0 abstention : proposition adoptée" in told["items"][0]["facts"][3][1]
    assert pdf("minutes", told, at=at, folder=PAPERS).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("ballots", "change", "said"),
    [
        ([], {}, "Aucun vote"),
        (["for", "for", "for"], {"outcome": DecisionOutcome.REJECTED}, "est adoptée"),
        (["against", "against", "for"], {}, "est rejetée"),
        (["for", "for", "for"], {"words": " "}, "est motivée"),
    ],
)
def test_a_conclusion_that_does_not_follow_the_votes_is_refused(
    campaign: Campaign, perform: Perform, at: datetime, ballots: list[str], change: dict[str, Any], said: str
) -> None:
    commission = sitting(campaign, state=CommissionState.HELD)
    with pytest.raises(Refused, match=said):
        perform(operations.conclude, **conclusion(commission, ballots, **change), by=campaign.officer, at=at)
    assert Vote.objects.count() == 0


def test_the_chair_decides_a_tie(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, members=2, state=CommissionState.HELD)
    done = perform(operations.conclude, **conclusion(commission, ["for", "against"]), by=campaign.officer, at=at)
    assert done.outcome == DecisionOutcome.RETAINED
    assert "voix prépondérante" in minutes_of(commission)["items"][0]["facts"][3][1]


def test_a_tie_stays_in_the_minutes_then_how_it_was_broken_and_by_whom(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    commission = sitting(campaign, state=CommissionState.HELD)
    chair = members_of(commission)[0]

    def concluding(*ballots: str, words: str = "Un projet mûr.") -> CommissionItem:
        given = conclusion(commission, list(ballots), words=words)
        return cast(CommissionItem, perform(operations.conclude, **given, by=campaign.officer, at=at))

    tied = concluding("abstain", "for", "against", words="Ce qui se dit.")
    assert (tied.outcome, tied.concluded_at, tied.words) == ("", None, "Ce qui se dit.")
    assert Event.objects.get(code="calls.ballot_tied").data["tally"].endswith("partage des voix")
    with pytest.raises(Refused, match="sans conclusion"):
        perform(operations.close_sitting, commission=commission, by=campaign.chair, at=at)
    done = concluding("for", "abstain", "against")
    assert done.outcome == DecisionOutcome.RETAINED
    told = minutes_of(commission)["items"][0]["facts"][3][1]
    assert "1 pour, 1 contre, 1 abstention : partage des voix." in told
    broken = f"proposition adoptée, par la voix prépondérante du président ({chair.person.name})."
    assert told.endswith(broken)
    # A conclusion written again has its own ballot; the tie stays.
    again = concluding("for", "for", "against")
    assert [one["adopted"] for one in again.ballots] == [None, True]


def test_the_minutes_name_who_voted_how_only_where_votes_are_public(perform: Perform, at: datetime) -> None:
    for named in (False, True):
        campaign = Campaign(named=named)
        commission = sitting(campaign, members=3, state=CommissionState.HELD)
        given = conclusion(commission, ["for", "for", "against"])
        perform(operations.conclude, **given, by=campaign.officer, at=at)
        told = minutes_of(commission)["items"][0]["facts"][3][1]
        assert "2 pour, 1 contre, 0 abstention : proposition adoptée" in told
        voter = members_of(commission)[2].person.name
        assert (f"{voter} : contre" in told) is named


def test_whoever_knows_the_applicant_leaves_debate_and_vote(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, held_at=at, state=CommissionState.CONVENED)
    item = commission.items.get()
    chair, linked, third = members_of(commission)
    factories.role(item.application.organisation, name=RoleName.MEMBER, holder=linked.person, ended_at=at)
    perform(operations.open_sitting, commission=commission, present=[chair, linked, third], by=campaign.officer, at=at)
    recusal = Recusal.objects.get()
    assert (recusal.member, recusal.item) == (linked, item)
    assert "a été membre de" in recusal.reason
    with pytest.raises(Refused, match="s’est déporté"):
        perform(operations.conclude, **conclusion(commission, ["for", "for", "for"]), by=campaign.officer, at=at)
    perform(
        operations.leave_item,
        item=item,
        member=third,
        reason="Je conseille ce porteur depuis mars.",
        by=campaign.officer,
        at=at,
    )
    with pytest.raises(Refused, match="déjà déporté"):
        perform(operations.leave_item, item=item, member=third, reason="Encore une fois.", by=campaign.officer, at=at)
    perform(operations.conclude, **conclusion(commission, ["for"]), by=campaign.officer, at=at)
    told = minutes_of(commission)
    assert len(told["recusals"]) == 2
    with pytest.raises(Refused, match="déjà conclu"):
        perform(
            operations.leave_item, item=item, member=chair, reason="Trop tard pour partir.", by=campaign.officer, at=at
        )


def test_a_link_that_appears_in_session_stops_the_vote(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, state=CommissionState.HELD)
    item, member = commission.items.get(), members_of(commission)[1]
    factories.role(item.application.organisation, name=RoleName.MEMBER, holder=member.person)
    with pytest.raises(Refused, match="Inscrivez son déport"):
        perform(operations.conclude, **conclusion(commission, ["for", "for"]), by=campaign.officer, at=at)


@pytest.mark.parametrize("who", ["absent", "observer", "elsewhere"])
def test_only_those_who_vote_and_are_there_vote(campaign: Campaign, perform: Perform, at: datetime, who: str) -> None:
    commission = sitting(campaign, state=CommissionState.HELD)
    member = members_of(commission)[1]
    values = conclusion(commission, ["for"])
    if who == "elsewhere":
        member = members_of(sitting(campaign, state=CommissionState.HELD))[0]
    else:
        change = {"present": False} if who == "absent" else {"voting": False}
        CommissionMember.objects.filter(pk=member.pk).update(**change)
    values["ballots"][member.pk] = Ballot.FOR
    with pytest.raises(Refused):
        perform(operations.conclude, **values, by=campaign.officer, at=at)


def test_a_commission_is_cancelled_with_a_reason(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, state=CommissionState.CONVENED)
    perform(operations.cancel_sitting, commission=commission, reason="Grève.", by=campaign.officer, at=at)
    assert Notice.objects.filter(template="calls/commission_cancelled").count() == 3
    with pytest.raises(Refused):
        perform(operations.cancel_sitting, commission=commission, reason="Encore.", by=campaign.officer, at=at)


def test_a_withdrawn_file_gets_no_decision(campaign: Campaign, perform: Perform, at: datetime) -> None:
    commission = sitting(campaign, state=CommissionState.HELD)
    perform(operations.conclude, **conclusion(commission, ["for", "for"]), by=campaign.officer, at=at)
    Application.objects.filter(pk=commission.items.get().application_id).update(
        state=ApplicationState.WITHDRAWN, withdrawn_at=at
    )
    perform(operations.close_sitting, commission=commission, by=campaign.officer, at=at)
    assert Decision.objects.count() == 0


# Promises


def laureate(campaign: Campaign, at: datetime) -> Application:
    file = campaign.file(ApplicationState.NOTIFIED)
    role = campaign.call.roles.get(person=campaign.signatory)
    Decision.objects.create(
        application=file,
        outcome=DecisionOutcome.RETAINED,
        reasons="Retenu.",
        drafted_at=at,
        drafted_by=campaign.officer,
        signed_at=at,
        signatory=role,
        notified_at=at,
    )
    return file


def test_a_promise_is_late_then_kept_or_broken(campaign: Campaign, perform: Perform, at: datetime) -> None:
    file, today = laureate(campaign, at), timezone.localdate()
    promised = {
        "application": file,
        "kind": PromiseKind.HACKER,
        "what": "Un hacker public au ministère fictif.",
        "owner": "Ministère fictif",
        "due_on": today + timedelta(days=30),
        "by": campaign.officer,
    }
    made = perform(operations.promise, **promised, at=at)
    assert made.state(today) == PromiseState.RUNNING
    assert made.state(today + timedelta(days=31)) == PromiseState.LATE
    with pytest.raises(Refused, match="déjà inscrite"):
        perform(operations.promise, **promised, at=at)
    with pytest.raises(Refused, match="Dites comment"):
        perform(operations.settle_promise, promise=made, kept=True, words=" ", by=campaign.officer, at=at)
    kept = perform(operations.settle_promise, promise=made, kept=True, words="Nommé.", by=campaign.officer, at=at)
    assert kept.state(today) == PromiseState.KEPT
    with pytest.raises(Refused, match="déjà été dite"):
        perform(operations.settle_promise, promise=made, kept=False, words="Non.", by=campaign.officer, at=at)


def test_only_a_laureate_is_promised_anything(campaign: Campaign, perform: Perform, at: datetime) -> None:
    with pytest.raises(Refused, match="dossier retenu"):
        perform(
            operations.promise,
            application=campaign.file(ApplicationState.REVIEW),
            kind=PromiseKind.MONEY,
            what="De l’argent.",
            owner="Fonds fictif",
            due_on=timezone.localdate() + WEEK,
            by=campaign.officer,
            at=at,
        )
    assert Promise.objects.count() == 0
