"""A collective: each organisation says by itself whether it takes part."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.calls.states import ApplicationState
from accelerator.community.states import OrganisationState, RoleName
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.labels import tasks
from accelerator.labels.models import Candidacy, Member
from accelerator.labels.operations.candidacies import change_lead, end, start
from accelerator.labels.operations.members import (
    answer_member,
    ask_member,
    describe_member,
    remind_members,
    remove_member,
)
from accelerator.labels.queries.candidacies import composition_of, confirmed, members_of, members_to_remind
from accelerator.labels.rules.candidacies import belonging_of
from accelerator.labels.states import Belonging, CandidacyState, MemberRole, MemberState
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from tests import factories
from tests.client import HostileClient
from tests.labels.conftest import Side, joined, load, pdf
from tests.labels.following import applied

Perform = Callable[..., Any]


def test_whoever_is_named_is_told_and_answers(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime, deliver: Callable[[], list[Any]]
) -> None:
    member, side = joined(candidacy, lead, perform, at, confirms=False, name="Invitée fictive")
    (asked,) = deliver()
    assert asked.to == [side.representative.email]
    assert f"/membres/{member.pk}/reponse" in asked.body
    perform(answer_member, member=member, takes_part=True, reason="", by=side.representative, at=at)
    (told,) = deliver()
    assert told.to == [lead.representative.email]
    assert "prend part" in told.subject
    held = Member.objects.get(pk=member.pk)
    assert (held.state, held.answered_by) == (MemberState.CONFIRMED, side.representative)
    perform(answer_member, member=member, takes_part=True, reason="", by=side.representative, at=at)
    assert Event.objects.filter(code="labels.member_confirmed").count() == 1


def test_a_member_has_a_day_to_answer_and_one_reminder(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime, deliver: Callable[[], list[Any]]
) -> None:
    member, side = joined(candidacy, lead, perform, at, confirms=False, name="Invitée fictive")
    delegate = factories.role(side.organisation, name=RoleName.MEMBER).person
    factories.delegation(side.organisation, giver=side.representative, delegate=delegate)
    last = timezone.localdate(at) + timedelta(days=21)
    assert member.answer_until == last
    (asked,) = deliver()
    assert said(last) in asked.subject

    def night(days: int) -> int:
        return perform(
            remind_members,
            category=candidacy.category,
            members=[member.pk],
            by=System("labels-clock"),
            at=at + timedelta(days=days),
        )

    assert night(13) == 0
    assert night(14) == 1
    reminders = deliver()
    assert {one.to[0] for one in reminders} == {side.representative.email, delegate.email}
    assert said(last) in reminders[0].subject
    assert [night(day) for day in (14, 15, 21)] == [0, 0, 0]
    assert Event.objects.filter(code="labels.member_reminded").count() == 1
    held = Member.objects.get(pk=member.pk)
    assert held.said_state(last) == f"Réponse attendue jusqu’au {said(last)}"
    assert held.said_state(last + timedelta(days=1)) == f"Sans réponse depuis le {said(last)}"
    # Late, an answer is still received; named again after a refusal, it has a new day and a new reminder.
    late = at + timedelta(days=30)
    perform(answer_member, member=member, takes_part=False, reason="Non.", by=side.representative, at=late)
    again = perform(
        ask_member,
        candidacy=candidacy,
        organisation=side.organisation,
        role=MemberRole.SUPPORT,
        belonging=None,
        by=lead.representative,
        at=late,
    )
    assert (again.answer_until, again.reminded_at) == (timezone.localdate(late) + timedelta(days=21), None)


def test_whoever_answered_or_waits_no_more_is_reminded_of_nothing(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    joined(candidacy, lead, perform, at)
    day = timezone.localdate(at) + timedelta(days=15)
    assert not members_to_remind(candidacy.category, day).exists()
    joined(candidacy, lead, perform, at, confirms=False)
    assert members_to_remind(candidacy.category, day).count() == 1
    assert not members_to_remind(candidacy.category, day + timedelta(days=7)).exists()
    perform(end, candidacy=candidacy, by=lead.representative, at=at)
    assert not members_to_remind(candidacy.category, day).exists()


def test_the_night_reminds_members(elsewhere: Callable[[Callable[[], Any]], Any]) -> None:
    def night() -> tuple[int, int]:
        candidacy = factories.candidacy()
        other = factories.role(name=RoleName.REPRESENTATIVE, organisation=factories.organisation())
        factories.member(candidacy, other.organisation, answer_until=timezone.localdate() + timedelta(days=3))
        return tasks.let_time_pass(0), tasks.let_time_pass(0)

    assert elsewhere(night) == (1, 0)


def test_a_delegate_finds_the_collective_reads_it_and_answers(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime, client: HostileClient
) -> None:
    member, side = joined(candidacy, lead, perform, at, confirms=False)
    delegate = factories.role(side.organisation, name=RoleName.MEMBER).person
    client.force_login(delegate)
    answer = reverse("labels:answer_member", args=[candidacy.key, member.pk])
    assert client.get(answer).status_code == 404
    factories.delegation(side.organisation, giver=side.representative, delegate=delegate)
    listed = client.get(reverse("labels:candidacies")).text
    assert f"réponse attendue jusqu’au {said(member.answer_until)}" in listed
    assert said(member.answer_until) in client.get(answer).text
    assert client.get(reverse("labels:candidacy", args=[candidacy.key])).status_code == 200
    client.post(answer, {"answer": "oui", "reason": ""})
    assert Member.objects.get(pk=member.pk).answered_by == delegate


def test_a_refusal_takes_the_member_out_and_is_told_with_its_reason(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime, deliver: Callable[[], list[Any]]
) -> None:
    member, side = joined(candidacy, lead, perform, at, confirms=False)
    deliver()
    with pytest.raises(Refused, match="pourquoi"):
        perform(answer_member, member=member, takes_part=False, reason=" ", by=side.representative, at=at)
    perform(answer_member, member=member, takes_part=False, reason="Trop loin.", by=side.representative, at=at)
    (told,) = deliver()
    assert told.to == [lead.representative.email]
    assert "ne prend pas part" in told.subject
    assert "Trop loin." in told.body
    assert [one.organisation for one in confirmed(members_of(candidacy))] == [lead.organisation]
    # Asked again, it may change its mind.
    again = perform(
        ask_member,
        candidacy=candidacy,
        organisation=side.organisation,
        role=MemberRole.FUNDING,
        belonging=None,
        by=lead.representative,
        at=at,
    )
    assert again.pk == member.pk
    assert (again.state, again.reason) == (MemberState.ASKED, "")


def test_only_who_may_bind_the_organisation_answers_for_it(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    member, side = joined(candidacy, lead, perform, at, confirms=False)
    manager = factories.role(side.organisation).person
    delegate = factories.role(side.organisation).person
    factories.delegation(side.organisation, giver=side.representative, delegate=delegate)
    for person in (lead.representative, manager, factories.person()):
        with pytest.raises(Refused, match="représentant légal"):
            perform(answer_member, member=member, takes_part=True, reason="", by=person, at=at)
    perform(answer_member, member=member, takes_part=True, reason="", by=delegate, at=at)
    assert Member.objects.get(pk=member.pk).state == MemberState.CONFIRMED


def test_a_member_leaves_as_it_came(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> None:
    member, side = joined(candidacy, lead, perform, at)
    perform(answer_member, member=member, takes_part=False, reason="Fusion.", by=side.representative, at=at)
    assert Member.objects.get(pk=member.pk).state == MemberState.LEFT


@pytest.mark.parametrize("confirms", [True, False])
def test_whoever_left_or_refused_reads_nothing_more_and_may_still_answer(
    confirms: bool, candidacy: Candidacy, lead: Side, perform: Perform, at: datetime, client: HostileClient
) -> None:
    member, side = joined(candidacy, lead, perform, at, confirms=confirms)
    page, answer = (
        reverse(f"labels:{name}", args=arguments)
        for name, arguments in (("candidacy", [candidacy.key]), ("answer_member", [candidacy.key, member.pk]))
    )
    client.force_login(side.representative)
    assert client.get(page).status_code == 200
    done = client.post(answer, {"answer": "non", "reason": "Trop loin."})
    assert done["Location"] == reverse("labels:candidacies")
    assert client.get(page).status_code == 403
    assert client.get(answer).status_code == 200


def test_a_helper_does_not_close_what_nothing_reopens(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    helper = factories.mandate(lead.organisation, granted_by=lead.representative).helper
    with pytest.raises(Refused, match="pas de le clore"):
        perform(end, candidacy=candidacy, by=helper, at=at)
    assert perform(end, candidacy=candidacy, by=lead.representative, at=at).state == CandidacyState.ENDED


def test_whoever_was_removed_does_not_come_back_alone(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    member, side = joined(candidacy, lead, perform, at)
    perform(remove_member, member=member, reason="Trop loin du territoire.", by=lead.representative, at=at)
    # It is told, once, with the reason.
    perform(remove_member, member=member, reason="", by=lead.representative, at=at)
    told = Notice.objects.get(template="labels/member_removed")
    assert told.email == side.representative.email
    assert "Trop loin du territoire." in told.body
    answer = {"member": member, "takes_part": True, "reason": "", "by": side.representative, "at": at}
    with pytest.raises(Refused, match="nommer à nouveau"):
        perform(answer_member, **answer)
    assert Member.objects.get(pk=member.pk).state == MemberState.LEFT
    perform(
        ask_member,
        candidacy=candidacy,
        organisation=side.organisation,
        role=MemberRole.SUPPORT,
        belonging=None,
        by=lead.representative,
        at=at,
    )
    assert perform(answer_member, **answer).state == MemberState.CONFIRMED


def test_the_lead_does_not_leave(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> None:
    own = candidacy.members.get()
    with pytest.raises(Refused, match="confiez d’abord ce rôle"):
        perform(answer_member, member=own, takes_part=False, reason="Non.", by=lead.representative, at=at)
    with pytest.raises(Refused, match="confiez d’abord ce rôle"):
        perform(remove_member, member=own, reason="", by=lead.representative, at=at)


def test_the_same_organisation_is_named_once(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> None:
    _, side = joined(candidacy, lead, perform, at, confirms=False)
    ask = {"role": MemberRole.SUPPORT, "belonging": None, "by": lead.representative, "at": at}
    with pytest.raises(Refused, match="déjà nommée"):
        perform(ask_member, candidacy=candidacy, organisation=side.organisation, **ask)
    old = factories.organisation()
    factories.merge(old, side.organisation)
    with pytest.raises(Refused, match="déjà nommée"):
        perform(ask_member, candidacy=candidacy, organisation=old, **ask)
    with pytest.raises(Refused, match="déjà nommée"):
        perform(ask_member, candidacy=candidacy, organisation=lead.organisation, **ask)
    ask["role"] = MemberRole.LEAD
    with pytest.raises(Refused, match="déjà nommé"):
        perform(ask_member, candidacy=candidacy, organisation=factories.organisation(), **ask)


def test_who_ceased_neither_leads_nor_joins(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> None:
    ceased = Side.new(name="Finie fictive", state=OrganisationState.CEASED)
    with pytest.raises(Refused, match="a cessé"):
        perform(
            ask_member,
            candidacy=candidacy,
            organisation=ceased.organisation,
            role=MemberRole.SUPPORT,
            belonging=None,
            by=lead.representative,
            at=at,
        )
    with pytest.raises(Refused, match="a cessé"):
        perform(
            start,
            category=candidacy.category,
            organisation=ceased.organisation,
            title="T",
            summary="",
            by=ceased.representative,
            at=at,
        )


def test_a_lead_that_ceased_is_replaced_by_a_member_that_confirmed(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    member, side = joined(candidacy, lead, perform, at)
    waiting, other = joined(candidacy, lead, perform, at, confirms=False)
    with pytest.raises(Refused):
        perform(change_lead, candidacy=candidacy, member=member, by=side.representative, at=at)
    lead.organisation.state = OrganisationState.CEASED
    lead.organisation.save()
    with pytest.raises(Refused, match="a confirmé"):
        perform(change_lead, candidacy=candidacy, member=waiting, by=other.representative, at=at)
    with pytest.raises(Refused, match="représentant légal"):
        perform(change_lead, candidacy=candidacy, member=member, by=factories.person(), at=at)
    changed = perform(change_lead, candidacy=candidacy, member=member, by=side.representative, at=at)
    assert changed.organisation == side.organisation
    assert [one.organisation for one in confirmed(members_of(changed))] == [side.organisation]
    perform(change_lead, candidacy=candidacy, member=member, by=side.representative, at=at)
    assert Event.objects.filter(code="labels.lead_changed").count() == 1


def test_who_joined_since_a_file_was_submitted_leads_it_only_when_its_lead_ceased(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime, client: HostileClient
) -> None:
    known, other = joined(candidacy, lead, perform, at)
    waiting = applied(candidacy, state=ApplicationState.REVIEW, submitted_at=at + timedelta(hours=1))
    newcomer, side = joined(candidacy, lead, perform, at + timedelta(days=2))
    change = {"candidacy": candidacy, "at": at + timedelta(days=3)}
    with pytest.raises(Refused, match=f"{waiting.number}.*retirez la candidature"):
        perform(change_lead, member=newcomer, by=lead.representative, **change)
    client.force_login(lead.representative)
    page = client.get(reverse("labels:members", args=[candidacy.key])).content.decode()
    assert page.count("Pas chef de file pour le moment") == 1
    assert reverse("labels:lead", args=[candidacy.key, known.pk]) in page
    refused = client.get(reverse("labels:lead", args=[candidacy.key, newcomer.pk]))
    assert refused.status_code == 403
    assert "n’a confirmé que le" in refused.content.decode()
    perform(change_lead, member=known, by=lead.representative, **change)
    first = candidacy.members.get(organisation=lead.organisation)
    perform(change_lead, member=first, by=other.representative, **change)

    lead.organisation.state = OrganisationState.CEASED
    lead.organisation.save()
    assert perform(change_lead, member=newcomer, by=side.representative, **change).organisation == side.organisation


def test_who_joined_since_leads_once_the_decision_is_told(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    applied(candidacy, state=ApplicationState.NOTIFIED, submitted_at=at)
    newcomer, side = joined(candidacy, lead, perform, at + timedelta(days=2))
    given = {"candidacy": candidacy, "member": newcomer, "by": lead.representative, "at": at + timedelta(days=3)}
    assert perform(change_lead, **given).organisation == side.organisation


def test_the_shares_never_pass_a_hundred(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> None:
    own = candidacy.members.get()
    member, side = joined(candidacy, lead, perform, at)
    told: dict[str, Any] = {"role": None, "belonging": Belonging.OTHER, "engagement": "Un mi-temps.", "agreement": None}
    perform(describe_member, member=own, share=70, by=lead.representative, at=at, **told)
    with pytest.raises(Refused, match="il en reste 30"):
        perform(describe_member, member=member, share=31, by=side.representative, at=at, **told)
    told["agreement"] = pdf("accord")
    said = perform(describe_member, member=member, share=30, by=side.representative, at=at, **told)
    assert said.agreement.name == "piece.pdf"
    with pytest.raises(Refused):
        perform(describe_member, member=member, share=1, by=factories.person(), at=at, **told)


def test_two_members_share_the_last_points_at_once(together: Callable[..., list[Any]], perform: Perform) -> None:
    from django.utils import timezone

    made: dict[str, Any] = {}

    def prepare() -> None:
        lead = Side.new()
        candidacy = factories.candidacy(organisation=lead.organisation)
        made["by"] = lead.representative
        made["members"] = [candidacy.members.get(), factories.member(candidacy, factories.organisation())]

    def take(index: int) -> Any:
        return perform(
            describe_member,
            member=made["members"][index],
            role=None,
            belonging=None,
            share=60,
            engagement="",
            agreement=None,
            by=made["by"],
            at=timezone.now(),
        )

    together(prepare)
    results = together(lambda: take(0), lambda: take(1))
    assert sorted(type(one) is Refused for one in results) == [False, True]


def test_the_composition_counts_those_that_confirmed_and_still_exist(perform: Perform, at: datetime) -> None:
    ptce = load("ptce", perform, at)
    lead = Side.new(is_ess=True)
    candidacy = perform(
        start, category=ptce, organisation=lead.organisation, title="P", summary="", by=lead.representative, at=at
    )
    joined(candidacy, lead, perform, at, legal_family="societe", is_ess=False)
    joined(candidacy, lead, perform, at, confirms=False, legal_family="public")

    def found() -> list[bool | None]:
        read = Candidacy.objects.select_related("category").get(pk=candidacy.pk)
        rule = composition_of(read, members_of(read))
        assert rule is not None
        return [line.holds for line in rule[1]]

    assert found() == [False, True, True, False]
    _, authority = joined(candidacy, lead, perform, at, legal_family="public")
    assert found() == [True, True, True, True]
    authority.organisation.state = OrganisationState.CEASED
    authority.organisation.save()
    assert found() == [False, True, True, False]


@pytest.mark.parametrize(
    ("values", "nature"),
    [
        ({"legal_family": "association"}, Belonging.ESS),
        ({"legal_family": "societe", "is_ess": True}, Belonging.ESS),
        ({"legal_family": "societe", "is_ess": False}, Belonging.COMPANY),
        ({"legal_family": "societe"}, ""),
        ({"legal_family": "public"}, Belonging.OTHER),
        ({}, ""),
    ],
)
def test_the_nature_of_a_member_comes_from_its_record(values: dict[str, Any], nature: str) -> None:
    assert belonging_of(factories.organisation(**values)) == nature


@pytest.mark.parametrize("out", ["refused", "removed"])
def test_a_member_that_is_out_says_nothing_more_of_itself_and_joins_no_file(
    out: str, candidacy: Candidacy, lead: Side, perform: Perform, at: datetime, client: HostileClient
) -> None:
    member, side = joined(candidacy, lead, perform, at, confirms=out == "removed")
    if out == "removed":
        perform(remove_member, member=member, reason="Désaccord.", by=lead.representative, at=at)
    else:
        perform(answer_member, member=member, takes_part=False, reason="Non.", by=side.representative, at=at)
    said: dict[str, Any] = {"role": None, "belonging": None, "share": 90, "engagement": "Tout.", "agreement": pdf()}
    with pytest.raises(Refused, match="ne fait plus partie du collectif"):
        perform(describe_member, member=member, **said, by=side.representative, at=at)
    assert not candidacy.files.exists()
    client.force_login(side.representative)
    assert client.get(reverse("labels:member", args=[candidacy.key, member.pk])).status_code == 403
    # Those who lead the file still may.
    perform(describe_member, member=member, **said, by=lead.representative, at=at)
    assert Member.objects.get(pk=member.pk).share == 90


def test_nobody_joins_a_file_that_is_closed_and_a_member_still_leaves_it(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    asked, invited = joined(candidacy, lead, perform, at, confirms=False)
    there, side = joined(candidacy, lead, perform, at)
    perform(end, candidacy=candidacy, by=lead.representative, at=at)
    with pytest.raises(Refused, match="clos"):
        perform(answer_member, member=asked, takes_part=True, reason="", by=invited.representative, at=at)
    said: dict[str, Any] = {"role": None, "belonging": None, "share": 1, "engagement": "Plus.", "agreement": None}
    for by in (side.representative, lead.representative):
        with pytest.raises(Refused, match="clos"):
            perform(describe_member, member=there, **said, by=by, at=at)
    left = perform(answer_member, member=there, takes_part=False, reason="Fini.", by=side.representative, at=at)
    assert left.state == MemberState.LEFT


def test_naming_again_those_that_left_does_not_pass_the_limit(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accelerator.labels.operations.members.MOST_MEMBERS", 2)
    gone, side = joined(candidacy, lead, perform, at)
    perform(answer_member, member=gone, takes_part=False, reason="Non.", by=side.representative, at=at)
    joined(candidacy, lead, perform, at)
    asked: dict[str, Any] = {"organisation": side.organisation, "role": MemberRole.SUPPORT, "belonging": None}
    with pytest.raises(Refused, match="2 organisations au plus"):
        perform(ask_member, candidacy=candidacy, **asked, by=lead.representative, at=at)
