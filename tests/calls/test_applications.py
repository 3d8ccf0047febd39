"""Applying: begin, fill in, submit, withdraw; what must not happen."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Call, Piece
from accelerator.calls.operations.applications import (
    add_piece,
    begin,
    enter_paper,
    remove_piece,
    save_section,
    submit,
    withdraw,
)
from accelerator.calls.purposes import Fact, Purpose, Reusable, Subject, Told, _registered, register
from accelerator.calls.queries.receipt import receipt_of
from accelerator.calls.states import ApplicationState, CallState, FactKind
from accelerator.community.models import Organisation
from accelerator.community.states import RoleName
from accelerator.design.uploads import Document
from accelerator.journal.models import Event
from accelerator.journal.types import ref
from accelerator.workflow import Refused
from tests import factories
from tests.calls.conftest import ANSWERS, ELIGIBILITY, FORM


def codes_of(application: Application) -> list[str]:
    return list(Event.objects.filter(about__contains=[ref(application)]).order_by("pk").values_list("code", flat=True))


def test_what_is_submitted_is_frozen(submitted: Application, representative: Person) -> None:
    assert submitted.state == ApplicationState.SUBMITTED
    assert submitted.number
    assert submitted.number.startswith(f"{timezone.localdate().year}-")
    assert submitted.answers == ANSWERS
    assert [finding["result"] for finding in submitted.findings] == ["holds"]
    assert submitted.facts["answer.budget"] == 60_000_000
    assert submitted.submitted_as == "Représentant légal (déclaré)"
    assert submitted.silence_on is not None
    assert codes_of(submitted) == ["calls.begun", "calls.section_saved", "calls.piece_added", "calls.submitted"]


def test_the_acknowledgement_of_receipt_has_every_mention(
    submitted: Application, call: Call, deliver: Callable[[], list[Any]]
) -> None:
    texts = {line.label: line.text for line in receipt_of(submitted).lines}
    assert texts["Numéro"] == submitted.number
    assert texts["Service chargé du dossier"] == call.service
    assert texts["Adresse"] == call.service_address
    assert texts["Adresse électronique"] == call.service_email
    assert texts["Téléphone"] == call.service_phone
    assert "Reçue le" in texts
    assert "rejet" in texts["Si le service ne répond pas"]
    assert "deux mois" in texts["Voies et délais de recours"]
    [mail] = deliver()
    for text in texts.values():
        assert text in mail.body


def test_sent_in_two_tabs_it_is_submitted_once(
    submitted: Application, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    again = perform(submit, application=submitted, by=representative, at=at + timedelta(seconds=2))
    assert again.number == submitted.number
    assert codes_of(submitted).count("calls.submitted") == 1


def test_the_closing_is_exact_to_the_second(
    complete: Application, call: Call, representative: Person, perform: Callable[..., Any]
) -> None:
    assert call.closes_at is not None
    with pytest.raises(Refused, match="clos depuis"):
        perform(submit, application=complete, by=representative, at=call.closes_at)
    done = perform(submit, application=complete, by=representative, at=call.closes_at - timedelta(seconds=1))
    assert done.state == ApplicationState.SUBMITTED


def test_what_is_missing_is_named(
    draft: Application, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    with pytest.raises(Refused, match="« Votre idée », « Budget annuel », « Êtes-vous accompagné \\? » et 1 autres"):
        perform(submit, application=draft, by=representative, at=at)


def test_only_the_representative_or_a_delegate_submits(
    complete: Application, organisation: Organisation, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    manager = factories.role(organisation, name=RoleName.MANAGER).person
    helper = factories.mandate(organisation, granted_by=manager).helper
    member = factories.role(organisation, name=RoleName.MEMBER).person
    for person in (manager, helper, member, factories.person()):
        with pytest.raises(Refused, match="représentant légal"):
            perform(submit, application=complete, by=person, at=at)
    factories.delegation(organisation, giver=representative, delegate=member)
    done = perform(submit, application=complete, by=member, at=at)
    assert done.submitted_as == "par délégation du représentant légal"


def test_a_rule_that_fails_stops_nobody_and_is_kept(
    complete: Application, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    answers = {**ANSWERS, "budget": 100}
    seen = complete.sections["projet"]["revision"]
    perform(save_section, application=complete, section="projet", answers=answers, seen=seen, by=representative, at=at)
    done = perform(submit, application=complete, by=representative, at=at)
    [finding] = done.findings
    assert (finding["result"], finding["advice"]) == ("fails", "Voyez l’appel d’amorçage.")


def test_the_second_of_two_writers_is_told_and_nothing_is_overwritten(
    draft: Application, organisation: Organisation, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    other = factories.role(organisation, name=RoleName.MANAGER).person
    perform(save_section, application=draft, section="projet", answers=ANSWERS, seen=0, by=other, at=at)
    with pytest.raises(Refused, match=f"{other.name} a enregistré cette partie le"):
        perform(
            save_section, application=draft, section="projet", answers={"idea": "x"}, seen=0, by=representative, at=at
        )
    draft.refresh_from_db()
    assert draft.answers == ANSWERS
    # Other sections are not held up.
    perform(save_section, application=draft, section="pieces", answers={}, seen=0, by=representative, at=at)


def test_an_answer_kept_aside_is_not_sent(
    complete: Application, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    answers = {**ANSWERS, "helped": False, "who": "Une ruche"}
    seen = complete.sections["projet"]["revision"]
    perform(save_section, application=complete, section="projet", answers=answers, seen=seen, by=representative, at=at)
    complete.refresh_from_db()
    assert complete.answers["who"] == "Une ruche"
    assert "who" not in perform(submit, application=complete, by=representative, at=at).answers


def test_files_are_limited_and_taken_out(
    draft: Application,
    representative: Person,
    document: Document,
    perform: Callable[..., Any],
    at: datetime,
    settings: Any,
    tmp_path: Any,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    given = {"application": draft, "question": "statutes", "document": document, "by": representative, "at": at}
    first: Piece = perform(add_piece, **given)
    perform(add_piece, **given)
    with pytest.raises(Refused, match="2 fichiers au plus"):
        perform(add_piece, **given)
    perform(remove_piece, piece=first, by=representative, at=at)
    perform(add_piece, **given)
    assert first.file.name.startswith("pieces/")
    assert "statuts" not in first.file.name


def test_one_does_not_begin_where_it_is_not_time(
    call: Call, representative: Person, organisation: Organisation, perform: Callable[..., Any], at: datetime
) -> None:
    given = {"call": call, "subject": "", "organisation": organisation, "declared": {}, "by": representative}
    assert call.opens_at
    assert call.closes_at
    with pytest.raises(Refused, match="ouvre le"):
        perform(begin, **given, at=call.opens_at - timedelta(seconds=1))
    with pytest.raises(Refused, match="clos depuis"):
        perform(begin, **given, at=call.closes_at)
    with pytest.raises(Refused, match="ne faites pas partie"):
        perform(begin, **{**given, "organisation": factories.organisation()}, at=at)
    Call.objects.filter(pk=call.pk).update(
        state=CallState.CANCELLED, cancelled_at=at, cancelled_because="Crédits repris."
    )
    with pytest.raises(Refused, match="annulé : Crédits repris"):
        perform(begin, **given, at=at)


def test_a_draft_and_a_file_are_withdrawn_by_whom_they_belong_to(
    draft: Application, organisation: Organisation, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    manager = factories.role(organisation, name=RoleName.MANAGER).person
    stranger = factories.person()
    with pytest.raises(Refused):
        perform(withdraw, application=draft, reason="", by=stranger, at=at)
    assert perform(withdraw, application=draft, reason="", by=manager, at=at).state == ApplicationState.WITHDRAWN


def test_what_is_decided_and_not_told_may_still_be_withdrawn_without_a_leak(
    submitted: Application, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    Application.objects.filter(pk=submitted.pk).update(state=ApplicationState.DECIDED, decided_from="review")
    submitted.refresh_from_db()
    assert submitted.told_state == ApplicationState.REVIEW
    done = perform(withdraw, application=submitted, reason="Nous renonçons.", by=representative, at=at)
    assert (done.state, done.decided_from, done.silence_on) == (ApplicationState.WITHDRAWN, "", None)


def test_saving_at_each_sentence_does_not_flood_the_history(
    draft: Application, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    saved = Event.objects.filter(code="calls.section_saved")
    revision = 0
    for number in range(12):
        answers = {"idea": "Un jardin." * (number + 1), "budget": None, "helped": None}
        moment = at + timedelta(minutes=10 * number)
        held = perform(
            save_section,
            application=draft,
            section="projet",
            answers=answers,
            seen=revision,
            by=representative,
            at=moment,
        )
        revision = held.sections["projet"]["revision"]
    # Two hours of typing: what began each of them; the draft itself says when it was saved last.
    assert [one.at for one in saved.order_by("at")] == [at, at + timedelta(minutes=60)]
    assert held.sections["projet"]["at"] == moment.isoformat()
    given = {"application": draft, "section": "projet", "answers": answers, "seen": revision}
    same = perform(save_section, **given, by=representative, at=moment + timedelta(hours=2))
    assert same.sections["projet"]["revision"] == revision
    assert saved.count() == 2
    # Someone else's is told.
    other = factories.role(draft.organisation, name=RoleName.MANAGER).person
    changed = {**given, "answers": {**answers, "idea": "Un four."}}
    perform(save_section, **changed, by=other, at=moment + timedelta(minutes=5))
    assert saved.count() == 3


def test_paper_counts_from_its_arrival_even_too_late(
    call: Call, officer: Person, perform: Callable[..., Any], at: datetime
) -> None:
    assert call.opens_at
    paper = {"name": "Camille Exemple", "address": "1 rue de l’Exemple", "email": "papier@personnes.example"}
    given = {"call": call, "title": "Sur papier", "paper": paper, "organisation": None, "by": officer, "at": at}
    in_time = perform(enter_paper, received_on=timezone.localdate(at) - timedelta(days=3), **given)
    assert in_time.received_on == timezone.localdate(at) - timedelta(days=3)
    assert [finding["code"] for finding in in_time.findings] == ["budget"]
    Call.objects.filter(pk=call.pk).update(closes_at=at - timedelta(days=2))
    given["call"] = Call.objects.get(pk=call.pk)
    late = perform(enter_paper, received_on=timezone.localdate(at), **given)
    assert [finding["code"] for finding in late.findings] == ["calls.in_time", "budget"]
    assert in_time.number != late.number
    with pytest.raises(Refused, match="instructeur"):
        perform(enter_paper, received_on=timezone.localdate(at), **{**given, "by": factories.person()})


@pytest.mark.parametrize(
    ("days", "opened", "said_why"),
    [(1, 30, "Ce jour est à venir"), (-31, 30, "n’a ouvert que le"), (-731, 1000, "plus de deux ans")],
)
def test_paper_does_not_come_on_an_impossible_day(
    days: int, opened: int, said_why: str, call: Call, officer: Person, perform: Callable[..., Any], at: datetime
) -> None:
    call.opens_at = at - timedelta(days=opened)
    given = {"call": call, "title": "Sur papier", "paper": {"name": "Camille Exemple"}, "organisation": None}
    with pytest.raises(Refused, match=said_why) as refused:
        perform(enter_paper, received_on=timezone.localdate(at) + timedelta(days=days), by=officer, at=at, **given)
    assert refused.value.field == "received_on"
    assert not Application.objects.exists()


@pytest.fixture
def garden() -> Any:
    """A purpose with a subject, as a higher subject would register it."""
    told = Told(
        title="Le jardin",
        organisation=None,
        facts={"garden.age": 4},
        answers={"garden.idea": "Un jardin sur le toit."},
        on=timezone.localdate(),
    )
    owners: dict[int, str] = {}
    purpose = Purpose(
        code="calls.garden_tests",
        title="Un jardin",
        asks="un jardin",
        subjects=lambda person, call: [Subject(owners[person.pk], "Le jardin")] if person.pk in owners else [],
        reads=lambda subject: told,
        may_edit=lambda person, subject: owners.get(person.pk) == subject,
        page=lambda subject: "/jardin",
        facts=(Fact("garden.age", "l’âge du jardin", FactKind.NUMBER, unit="ans"),),
        reusable=(Reusable("garden.idea", "L’idée"),),
    )
    register(purpose)
    yield owners
    del _registered[purpose.code]


def test_what_the_subject_says_is_reused_then_frozen(
    garden: dict[int, str], perform: Callable[..., Any], at: datetime
) -> None:
    person = factories.person()
    garden[person.pk] = "garden:1"
    form = {
        "sections": [
            {"code": "a", "title": "A", "questions": [{**FORM["sections"][0]["questions"][0], "reuse": "garden.idea"}]}
        ]
    }
    rule = {**ELIGIBILITY["items"][0], "fact": "garden.age", "value": 3}
    call = factories.call(purpose="calls.garden_tests")
    factories.call_version(call, form=form, eligibility={"items": [rule]})
    given = {"call": call, "subject": "garden:1", "organisation": None, "declared": {}, "by": person, "at": at}
    made = perform(begin, **given)
    assert made.answers == {"idea": "Un jardin sur le toit."}
    assert made.reused["idea"]["from"] == "garden:1"
    with pytest.raises(Refused, match="déjà en cours"):
        perform(begin, **given)
    perform(save_section, application=made, section="a", answers={"idea": "Autre idée."}, seen=0, by=person, at=at)
    made.refresh_from_db()
    assert made.reused == {}
    done = perform(submit, application=made, by=person, at=at)
    assert done.facts == {"garden.age": 4}
    assert done.findings[0]["result"] == "holds"
    with pytest.raises(Refused, match="avec quoi"):
        perform(begin, **{**given, "by": factories.person()})


def test_two_tabs_at_the_same_moment_submit_once(together: Callable[..., list[Any]]) -> None:
    def prepare() -> tuple[int, int]:
        call = factories.call()
        form = {"sections": [{"code": "a", "title": "A", "questions": [{"code": "q", "kind": "text", "label": "Q"}]}]}
        version = factories.call_version(call, form=form)
        person = factories.person()
        made = factories.call_application(version, person=person, answers={"q": "Réponse."})
        return made.pk, person.pk

    [(number, who)] = together(prepare)

    def send() -> Any:
        from accelerator.workflow import transaction

        with transaction():
            one = submit(
                application=Application.objects.get(pk=number), by=Person.objects.get(pk=who), at=timezone.now()
            )
            return one.number

    numbers = together(send, send, send, send)
    assert len(set(numbers)) == 1

    def count() -> int:
        return Event.objects.filter(code="calls.submitted").count()

    assert together(count) == [1]
