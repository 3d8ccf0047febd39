"""Reviewers: appointed, given files, kept from some, and what they say."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accelerator.calls import solving
from accelerator.calls.models import (
    Application,
    Assignment,
    AssignmentProposal,
    Call,
    Conflict,
    Review,
    Reviewer,
)
from accelerator.calls.operations import assigning
from accelerator.calls.operations import reviewing as operations
from accelerator.calls.personal_data import erase, export
from accelerator.calls.queries.assigning import Proposal, kept_proposal, latest_proposal, proposal_for
from accelerator.calls.queries.conflicts import bar_between, bars
from accelerator.calls.states import ApplicationState, AssignmentState, ConflictState
from accelerator.community.states import RoleName
from accelerator.geography.models import Place
from accelerator.geography.perimeters import Perimeter, perimeter_of
from accelerator.journal.models import Event
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from tests import factories
from tests.calls.judging import Campaign, review

Perform = Callable[..., Any]
NOWHERE = Perimeter()


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


def details(**values: Any) -> dict[str, Any]:
    return {"themes": ["A01"], "where": NOWHERE, "most": 5, "absences": [], **values}


def proposed(campaign: Campaign) -> Any:
    return proposal_for(campaign.call, today=timezone.localdate())


# Who reads


def test_a_reviewer_is_appointed_and_told(campaign: Campaign, perform: Perform, at: datetime) -> None:
    person = factories.person()
    where = perimeter_of(["departement-46"])
    reviewer = perform(
        operations.appoint_reviewer,
        call=campaign.call,
        email=(person.email or "").upper(),
        **details(where=where),
        by=campaign.officer,
        at=at,
    )
    assert reviewer.person == person
    assert reviewer.perimeter == ["departement-46"]
    assert Notice.objects.get(template="calls/reviewer_appointed").email == person.email
    assert Event.objects.filter(code="calls.reviewer_appointed").count() == 1


@pytest.mark.parametrize("who", ["stranger", "signatory", "unknown", "twice", "backwards"])
def test_an_appointment_that_cannot_be_says_why(campaign: Campaign, perform: Perform, at: datetime, who: str) -> None:
    person = factories.person()
    by: Any = campaign.officer
    values = details()
    email = person.email
    if who == "stranger":
        by = factories.person()
    elif who == "signatory":
        by = campaign.signatory
    elif who == "unknown":
        email = "personne@inconnu.example"
    elif who == "twice":
        campaign.reviewer(person)
    else:
        values["absences"] = [(at.date(), at.date() - timedelta(days=1))]
    with pytest.raises(Refused):
        perform(operations.appoint_reviewer, call=campaign.call, email=email, **values, by=by, at=at)


def test_two_officers_appoint_the_same_person_at_once(together: Callable[..., list[Any]], perform: Perform) -> None:
    def prepare() -> tuple[Campaign, Proposal]:
        return Campaign(), factories.person().email or ""

    campaign, email = together(prepare)[0]

    def appoint() -> Reviewer:
        return perform(
            operations.appoint_reviewer,
            call=campaign.call,
            email=email,
            **details(),
            by=campaign.officer,
            at=timezone.now(),
        )

    results = together(appoint, appoint)
    assert sorted(type(one).__name__ for one in results) == ["Refused", "Reviewer"]


def test_a_reviewer_changes_their_own_absences_and_nobody_elses(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    mine, other = campaign.reviewer(), campaign.reviewer()
    perform(operations.change_reviewer, reviewer=mine, **details(most=3), by=mine.person, at=at)
    mine.refresh_from_db()
    assert mine.most == 3
    with pytest.raises(Refused):
        perform(operations.change_reviewer, reviewer=other, **details(), by=mine.person, at=at)


def test_the_role_of_a_reviewer_ends_mid_way(campaign: Campaign, perform: Perform, at: datetime) -> None:
    """What was to be read is taken back, what was judged stays and counts, and the page is gone for them."""
    reviewer = campaign.reviewer()
    waiting = campaign.given(campaign.file(), reviewer)
    done = campaign.read(campaign.file(), 2, reviewer)
    perform(operations.end_reviewer, reviewer=reviewer, reason="Change de poste.", by=campaign.officer, at=at)
    waiting.refresh_from_db()
    done.refresh_from_db()
    assert (waiting.state, done.state) == (AssignmentState.TAKEN_BACK, AssignmentState.DONE)
    with pytest.raises(Refused, match="plus expert"):
        perform(operations.save_review, assignment=waiting, **review(), by=reviewer.person, at=at)
    with pytest.raises(Refused, match="n’est plus experte"):
        perform(operations.end_reviewer, reviewer=reviewer, reason="Encore.", by=campaign.officer, at=at)
    assert "1" in Notice.objects.get(template="calls/reviewer_ended").body


# What keeps them away


def test_links_are_looked_for_whatever_is_declared(campaign: Campaign) -> None:
    organisation = factories.organisation()
    file = campaign.file(organisation=organisation)
    now = timezone.now()
    member = factories.role(organisation, name=RoleName.MEMBER).person
    former = factories.role(organisation, name=RoleName.MEMBER, ended_at=now).person
    manager = factories.role(organisation).person
    helper = factories.mandate(organisation, granted_by=manager).helper
    old_helper = factories.mandate(organisation, granted_by=manager, revoked_at=now).helper
    united = factories.organisation()
    of_united = factories.role(united, name=RoleName.MEMBER).person
    factories.merge(united, into=organisation)
    domain = factories.email_domain(organisation, added_by=manager, confirmed=True)
    colleague = factories.person(email=f"dominique@{domain.domain}")
    stranger, free = factories.person(), factories.person(email="quelqu.un@gmail.com")
    people = [member, former, helper, old_helper, of_united, colleague, stranger, free, file.person]
    found = bars(Application.objects.filter(pk=file.pk), [person.pk for person in people if person])
    told = {person: [hint.code for hint in bar.hints] for (_, person), bar in found.items()}
    assert told == {
        member.pk: ["member"],
        former.pk: ["former"],
        helper.pk: ["mandate"],
        old_helper.pk: ["former_mandate"],
        of_united.pk: ["member"],
        colleague.pk: ["domain"],
        file.person_id: ["applicant"],
    }


def test_links_are_found_in_the_same_number_of_queries(
    campaign: Campaign, django_assert_num_queries: Callable[..., Any]
) -> None:
    def linked() -> Any:
        organisation = factories.organisation()
        campaign.file(organisation=organisation)
        return factories.role(organisation).person

    one = [linked().pk]
    with django_assert_num_queries(4):
        assert len(bars(Application.objects.filter(call=campaign.call), one)) == 1
    three = [*one, linked().pk, linked().pk]
    with django_assert_num_queries(4):
        assert len(bars(Application.objects.filter(call=campaign.call), three)) == 3


def test_a_link_is_set_aside_with_a_reason_by_someone_else(campaign: Campaign, perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    file = campaign.file(organisation=organisation)
    person = factories.role(organisation, name=RoleName.MEMBER, ended_at=at - timedelta(days=3000)).person
    arguments = {"application": file, "person": person, "reason": "Il y a huit ans, un an de bénévolat."}
    with pytest.raises(Refused):
        perform(operations.dismiss_hint, **arguments, by=person, at=at)
    perform(operations.dismiss_hint, **arguments, by=campaign.officer, at=at)
    assert bar_between(file, person) is None
    with pytest.raises(Refused, match="Aucun lien"):
        perform(operations.dismiss_hint, **arguments, by=campaign.officer, at=at)
    # They come back: a link of another kind stands again.
    factories.role(organisation, name=RoleName.MEMBER, holder=person)
    bar = bar_between(file, person)
    assert bar is not None
    assert [hint.code for hint in bar.hints] == ["member"]


def test_an_officer_does_not_set_aside_their_own_link(campaign: Campaign, perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    file = campaign.file(organisation=organisation)
    factories.role(organisation, name=RoleName.MEMBER, holder=campaign.officer, ended_at=at)
    with pytest.raises(Refused, match="vous concerne"):
        perform(
            operations.dismiss_hint,
            application=file,
            person=campaign.officer,
            reason="Cela ne compte pas.",
            by=campaign.officer,
            at=at,
        )
    with pytest.raises(IntegrityError, match="conflict_dismissed_by_another"), transaction.atomic():
        Conflict.objects.create(
            application=file,
            person=campaign.officer,
            state=ConflictState.DISMISSED,
            reason="Non.",
            decided_at=at,
            decided_by=campaign.officer,
        )


def test_whoever_leaves_a_file_gives_it_back_for_good(campaign: Campaign, perform: Perform, at: datetime) -> None:
    reviewer = campaign.reviewer()
    given = campaign.given(campaign.file(), reviewer)
    file = given.application
    perform(operations.declare_conflict, application=file, reason="Une amie y travaille.", by=reviewer.person, at=at)
    given.refresh_from_db()
    assert given.state == AssignmentState.DECLINED
    with pytest.raises(Refused, match="déjà inscrit"):
        perform(operations.declare_conflict, application=file, reason="Encore.", by=reviewer.person, at=at)
    with pytest.raises(Refused, match="ne s’écarte pas"):
        perform(
            operations.dismiss_hint,
            application=file,
            person=reviewer.person,
            reason="Ce n’est rien du tout.",
            by=campaign.officer,
            at=at,
        )
    assert proposed(campaign).plan.pairings == ()


# Who reads what


def test_files_are_given_as_they_were_proposed(campaign: Campaign, perform: Perform, at: datetime) -> None:
    files = [campaign.file() for _ in range(3)]
    people = [campaign.reviewer() for _ in range(3)]
    proposal = proposed(campaign)
    result = perform(assigning.assign_files, call=campaign.call, proposal=proposal, by=campaign.officer, at=at)
    assert len(result) == Assignment.objects.standing().count() == 6
    assert {one.state for one in Application.objects.filter(pk__in=[file.pk for file in files])} == {
        ApplicationState.REVIEW
    }
    assert Notice.objects.filter(template="calls/files_assigned").count() == len(people)
    assert all(one.why["most"] == 10 for one in Assignment.objects.all())
    with pytest.raises(Refused, match="rien à confier"):
        perform(assigning.assign_files, call=campaign.call, proposal=proposed(campaign), by=campaign.officer, at=at)


def test_what_changed_since_the_preview_is_read_again(campaign: Campaign, perform: Perform, at: datetime) -> None:
    campaign.file()
    people = [campaign.reviewer() for _ in range(2)]
    proposal = proposed(campaign)
    perform(operations.end_reviewer, reviewer=people[0], reason="Part à la retraite.", by=campaign.officer, at=at)
    with pytest.raises(Refused, match="a changé depuis cette proposition"):
        perform(assigning.assign_files, call=campaign.call, proposal=proposal, by=campaign.officer, at=at)
    assert Assignment.objects.count() == 0


def test_two_officers_apply_at_once(together: Callable[..., list[Any]], perform: Perform) -> None:
    def prepare() -> tuple[Campaign, Proposal]:
        campaign = Campaign()
        campaign.file()
        for _ in range(2):
            campaign.reviewer()
        return campaign, proposed(campaign)

    campaign, proposal = together(prepare)[0]

    def apply() -> Any:
        return perform(
            assigning.assign_files, call=campaign.call, proposal=proposal, by=campaign.officer, at=timezone.now()
        )

    results = together(apply, apply)
    assert sorted(type(one).__name__ for one in results) == ["Refused", "list"]
    assert together(Assignment.objects.count) == [2]


def test_a_proposal_is_made_by_the_worker_and_kept_with_its_reasons(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    campaign.file()
    campaign.reviewer()
    asked = perform(assigning.ask_proposal, call=campaign.call, by=campaign.officer, at=at)
    # A second click finds the one that is being made; one job waits.
    again = perform(assigning.ask_proposal, call=campaign.call, by=campaign.officer, at=at)
    assert again.pk == asked.pk
    assert ProcrastinateJob.objects.filter(task_name=assigning.PROPOSE).count() == 1
    assert solving.solve(asked.pk) is True
    assert solving.solve(asked.pk) is False
    row = latest_proposal(campaign.call)
    assert row is not None
    assert row.is_made
    kept, fresh = kept_proposal(row), proposed(campaign)
    assert (kept.plan, kept.world, kept.due_on) == (fresh.plan, fresh.world, fresh.due_on)
    assert kept.reason(kept.plan.pairings[0].to_json()).startswith("parce que")
    perform(assigning.assign_files, call=campaign.call, proposal=kept, by=campaign.officer, at=at)
    assert latest_proposal(campaign.call) is None
    assert AssignmentProposal.objects.get().applied_at == at


def test_a_proposal_that_fails_says_so_and_a_lost_one_is_asked_again(
    campaign: Campaign, perform: Perform, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(call: Call, *, today: date) -> Proposal:
        raise MemoryError

    asked = perform(assigning.ask_proposal, call=campaign.call, by=campaign.officer, at=at)
    with monkeypatch.context() as patched:
        patched.setattr(solving, "proposal_for", fail)
        with pytest.raises(MemoryError):
            solving.solve(asked.pk)
    asked.refresh_from_db()
    assert (asked.failed, asked.is_made, asked.is_running(at)) == (True, False, False)
    lost = perform(assigning.ask_proposal, call=campaign.call, by=campaign.officer, at=at)
    assert lost.pk != asked.pk
    later = at + timedelta(minutes=11)
    taken_up = perform(assigning.ask_proposal, call=campaign.call, by=campaign.officer, at=later)
    assert taken_up.pk != lost.pk
    # The worker that comes back late makes nothing of the one that gave way.
    assert solving.solve(lost.pk) is False


def test_an_officer_gives_nothing_of_their_own_side(campaign: Campaign, perform: Perform, at: datetime) -> None:
    own = factories.organisation()
    factories.role(own, name=RoleName.MEMBER, holder=campaign.officer)
    theirs, other, declared = campaign.file(organisation=own), campaign.file(), campaign.file()
    Conflict.objects.create(
        application=declared,
        person=campaign.officer,
        state=ConflictState.RECUSED,
        reason="Une amie y travaille.",
        decided_at=at,
        decided_by=campaign.officer,
    )
    for _ in range(2):
        campaign.reviewer()
    given = perform(assigning.assign_files, call=campaign.call, proposal=proposed(campaign), by=campaign.officer, at=at)
    assert {one.file for one in given} == {other.pk}
    colleague = factories.call_role(campaign.call).person
    rest = perform(assigning.assign_files, call=campaign.call, proposal=proposed(campaign), by=colleague, at=at)
    assert {one.file for one in rest} == {theirs.pk, declared.pk}


def test_whoever_represents_the_commune_of_an_applicant_is_linked_to_them(campaign: Campaign, at: datetime) -> None:
    figeac, cahors = Place.objects.get(key="commune-46102"), Place.objects.get(key="commune-46042")
    near = campaign.file(organisation=factories.organisation(seat=figeac))
    far = campaign.file(organisation=factories.organisation(seat=cahors))
    commune = factories.organisation(name="Commune de Figeac", legal_category="7210", seat=figeac)
    role = factories.role(commune, name=RoleName.REPRESENTATIVE)
    clerk = factories.role(commune, name=RoleName.MANAGER).person
    bar = bar_between(near, role.person)
    assert bar is not None
    assert bar.why == "représente Commune de Figeac, sur le territoire de qui est le candidat"
    assert bar_between(far, role.person) is None
    assert bar_between(near, clerk) is None
    # A group of communes governs those around too; an association of the same seat governs nothing.
    group = next(key for key in figeac.cover if key.startswith("epci-"))
    assert group not in cahors.cover
    commune.legal_category = "7346"
    commune.save()
    assert bar_between(near, role.person) is not None
    commune.legal_category = "9220"
    commune.save()
    assert bar_between(near, role.person) is None
    commune.legal_category = "7210"
    commune.save()
    role.ended_at = at
    role.save()
    assert bar_between(near, role.person) is None


def test_a_link_keeps_a_file_from_a_reviewer(campaign: Campaign) -> None:
    organisation = factories.organisation()
    file = campaign.file(organisation=organisation)
    linked = campaign.reviewer(factories.role(organisation).person)
    free = campaign.reviewer()
    plan = proposed(campaign).plan
    assert [(one.file, one.reader) for one in plan.pairings] == [(file.pk, free.pk)]
    assert plan.lacks[0].missing == 1
    assert linked.pk not in {one.reader for one in plan.pairings}


def test_a_file_taken_back_goes_to_someone_else(campaign: Campaign, perform: Perform, at: datetime) -> None:
    file = campaign.file()
    first, second, third = (campaign.reviewer() for _ in range(3))
    given = campaign.given(file, first)
    campaign.given(file, second)
    perform(operations.take_back, assignment=given, reason="Trop de retard.", by=campaign.officer, at=at)
    assert [(one.file, one.reader) for one in proposed(campaign).plan.pairings] == [(file.pk, third.pk)]


def test_expertise_and_territory_come_from_what_was_frozen(campaign: Campaign) -> None:
    file = campaign.file(
        facts={"project.themes": ["A01"], "organisation.territories": {"keys": ["departement-46"], "cover": []}}
    )
    where = perimeter_of(["region-76"])
    knows = campaign.reviewer(themes=["A01"], perimeter=list(where.keys), perimeter_cover=list(where.cover))
    campaign.reviewer()
    proposal = proposed(campaign)
    pairing = next(one for one in proposal.plan.pairings if one.reader == knows.pk)
    assert pairing.file == file.pk
    assert pairing.themes == ("A01",)
    assert "territoire Occitanie" in proposal.reason(pairing.to_json())


# What they say


def test_a_draft_is_kept_then_given(campaign: Campaign, perform: Perform, at: datetime) -> None:
    given = campaign.given(campaign.file())
    person = given.reviewer.person
    draft = perform(
        operations.save_review, assignment=given, **review(scores={"impact": {"score": None}}), by=person, at=at
    )
    assert draft.mean is None
    final = perform(operations.give_review, assignment=given, **review(revision=draft.revision), by=person, at=at)
    assert final.mean == pytest.approx(200 / 3)
    given.refresh_from_db()
    assert given.state == AssignmentState.DONE
    with pytest.raises(Refused, match="n’est plus à lire"):
        perform(operations.save_review, assignment=given, **review(revision=2), by=person, at=at)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scores": {"modele": {"score": 1, "comment": ""}}}, "score_impact"),
        ({"scores": {"impact": {"score": 2, "comment": ""}, "modele": {"score": 1}}}, "score_impact"),
        ({"scores": {"impact": {"score": 9, "comment": "Oui."}, "modele": {"score": 1}}}, "score_impact"),
        ({"for_applicant": "  "}, "for_applicant"),
    ],
)
def test_a_review_that_is_not_whole_is_not_given(
    campaign: Campaign, perform: Perform, at: datetime, change: dict[str, Any], field: str
) -> None:
    given = campaign.given(campaign.file())
    with pytest.raises(Refused) as refusal:
        perform(operations.give_review, assignment=given, **review(**change), by=given.reviewer.person, at=at)
    assert refusal.value.field == field
    assert Review.objects.count() == 0


def test_what_was_written_in_another_tab_is_not_overwritten(campaign: Campaign, perform: Perform, at: datetime) -> None:
    given = campaign.given(campaign.file())
    person = given.reviewer.person
    perform(operations.save_review, assignment=given, **review(for_service="Premier."), by=person, at=at)
    with pytest.raises(Refused, match="autre onglet"):
        perform(operations.save_review, assignment=given, **review(for_service="Second."), by=person, at=at)
    assert Review.objects.get().for_service == "Premier."


def test_a_link_that_appears_stops_the_review(campaign: Campaign, perform: Perform, at: datetime) -> None:
    """They join the applicant after the file was given to them."""
    given = campaign.given(campaign.file())
    factories.role(given.application.organisation, name=RoleName.MEMBER, holder=given.reviewer.person)
    with pytest.raises(Refused, match="Déportez-vous"):
        perform(operations.give_review, assignment=given, **review(), by=given.reviewer.person, at=at)


def test_nobody_writes_the_review_of_someone_else(campaign: Campaign, perform: Perform, at: datetime) -> None:
    given = campaign.given(campaign.file())
    for act in (operations.save_review, operations.give_review):
        with pytest.raises(Refused):
            perform(act, assignment=given, **review(), by=campaign.officer, at=at)


def test_a_withdrawn_file_is_not_judged(campaign: Campaign, perform: Perform, at: datetime) -> None:
    given = campaign.given(campaign.file())
    Application.objects.filter(pk=given.application_id).update(state=ApplicationState.WITHDRAWN, withdrawn_at=at)
    with pytest.raises(Refused, match="pas en instruction"):
        perform(operations.give_review, assignment=given, **review(), by=given.reviewer.person, at=at)


def test_a_review_is_reopened_until_the_commission_concludes(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    done = campaign.read(campaign.file(), 3)
    perform(operations.reopen_review, assignment=done, by=done.reviewer.person, at=at)
    done.refresh_from_db()
    assert done.state == AssignmentState.GIVEN
    assert Review.objects.get().mean is None


def test_the_account_of_a_reviewer_is_erased(campaign: Campaign, perform: Perform, at: datetime) -> None:
    reviewer = campaign.reviewer()
    waiting = campaign.given(campaign.file(), reviewer)
    campaign.read(campaign.file(), 2, reviewer)
    told = export(reviewer.person)
    assert len(told["dossiers confiés"]) == 2
    assert len(told["avis rendus"]) == 1
    perform(erase, person=reviewer.person, by=reviewer.person, at=at)
    waiting.refresh_from_db()
    assert waiting.state == AssignmentState.TAKEN_BACK
    assert not Reviewer.objects.current().filter(pk=reviewer.pk).exists()
