"""Writing a call, publishing it, changing it while people apply."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accelerator.accounts.models import Person
from accelerator.calls.clock import months_after
from accelerator.calls.models import Application, Call, CallRole, CallVersion
from accelerator.calls.operations.calls import (
    cancel_call,
    change_call,
    create_call,
    discard_version,
    end_role,
    give_role,
    publish_version,
    set_wave,
    write_version,
)
from accelerator.calls.operations.founding import WRITTEN
from accelerator.calls.queries.receipt import receipt_of
from accelerator.calls.queries.timing import prospect_of, warnings_of
from accelerator.calls.queries.versions import faults_of, published_version
from accelerator.calls.states import ApplicationState, CallRoleName, CallState, Silence
from accelerator.community.states import RoleName
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from tests import factories
from tests.calls.conftest import ELIGIBILITY, FORM
from tests.client import HostileClient

VALUES = {"title": "Appel neuf", "issuer_name": "Service fictif", "issuer_kind": "state", "purpose": "calls.open"}
SERVICE = {
    "service": "Bureau fictif",
    "service_address": "1 rue de l’Exemple",
    "service_email": "bureau@appels.example",
    "service_phone": "01 99 00 00 00",
}


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def made(perform: Callable[..., Any], at: datetime) -> Call:
    """A call in preparation."""
    administrator = factories.role(None, name=RoleName.ADMINISTRATOR).person
    call: Call = perform(create_call, values=VALUES, author=factories.person(), by=administrator, at=at)
    return call


@pytest.fixture
def writer(made: Call) -> Person:
    return CallRole.objects.get(call=made, name=CallRoleName.AUTHOR).person


def test_only_an_administrator_opens_a_call(perform: Callable[..., Any], at: datetime) -> None:
    with pytest.raises(Refused, match="administrateur"):
        perform(create_call, values=VALUES, author=factories.person(), by=factories.person(), at=at)


def test_a_call_is_published_once_it_can_be_answered(
    made: Call, writer: Person, perform: Callable[..., Any], at: datetime
) -> None:
    given = {"call": made, "by": writer, "at": at}
    with pytest.raises(Refused, match="aucune question"):
        perform(publish_version, why="Première version.", **given)
    perform(write_version, part="form", value=FORM, seen=0, **given)
    with pytest.raises(Refused, match="date d’ouverture"):
        perform(publish_version, why="Première version.", **given)
    perform(change_call, values={"opens_at": at - timedelta(days=1)}, **given)
    with pytest.raises(Refused, match="accusé de réception"):
        perform(publish_version, why="Première version.", **given)
    perform(change_call, values=SERVICE, **given)
    with pytest.raises(Refused, match="pourquoi"):
        perform(publish_version, why=" ", **given)
    version = perform(publish_version, why="Première version.", **given)
    made.refresh_from_db()
    assert (made.state, version.number, version.published_by) == (CallState.PUBLISHED, 1, writer)
    with pytest.raises(Refused, match="Aucune version"):
        perform(publish_version, why="Encore.", **given)


def test_what_is_a_digit_and_no_number_is_refused_beside_its_field(
    client: HostileClient, call: Call, author: Person
) -> None:
    client.force_login(author)
    scale = {"label": "Impact", "weight": 2, "scale": "1 : rien\n² : tout"}
    wrong = send(client, "edit_criterion", call.key, "nouvelle", seen=0, **scale)
    assert (wrong.status_code, "« ² : tout » ne se lit pas" in text(wrong)) == (422, True)
    years = {"label": "Plan", "kind": "table", "choices": "Dons", "years": "2026, 202²"}
    wrong = send(client, "edit_question", call.key, "projet", "nouvelle", seen=0, **years)
    assert (wrong.status_code, "Écrivez des années" in text(wrong)) == (422, True)


def test_contradictory_rules_are_not_published(
    call: Call, author: Person, perform: Callable[..., Any], at: datetime
) -> None:
    rule = ELIGIBILITY["items"][0]
    both = {"items": [rule, {**rule, "code": "small", "label": "Petit", "test": "at_most", "value": 100}]}
    perform(write_version, call=call, part="eligibility", value=both, seen=0, by=author, at=at)
    with pytest.raises(Refused, match="ne peuvent pas être remplies ensemble"):
        perform(publish_version, call=call, why="Deux conditions.", by=author, at=at)


def test_a_rule_on_a_fact_that_nobody_tells_is_a_fault(call: Call, version: CallVersion, at: datetime) -> None:
    unknown = {"items": [{**ELIGIBILITY["items"][0], "fact": "answer.nothing"}]}
    draft = CallVersion(call=call, number=2, form=FORM, eligibility=unknown)
    assert "personne ne donne" in faults_of(draft, at.date())[0]


def test_the_version_in_preparation_is_given_up_and_the_published_one_stays(
    client: HostileClient, call: Call, author: Person, perform: Callable[..., Any], at: datetime
) -> None:
    client.force_login(author)
    address = reverse("calls:discard", args=[call.key])
    assert client.get(address).status_code == 403
    given = {"call": call, "by": author, "at": at}
    perform(write_version, part="form", value={"sections": []}, seen=0, **given)
    assert address in text(client.get(reverse("calls:writing", args=[call.key])))
    assert "La version 2 sera oubliée" in text(client.get(address))
    perform(write_version, part="criteria", value={}, seen=1, **given)
    stale = client.post(address, {"seen": 1})
    assert stale.status_code == 422
    assert "Quelqu’un d’autre" in text(stale)
    with pytest.raises(Refused, match="auteur"):
        perform(discard_version, call=call, seen=2, by=factories.person(), at=at)
    assert client.post(address, {"seen": 2}).status_code == 302
    assert [one.number for one in call.versions.all()] == [1]
    assert Event.objects.get(code="calls.version_discarded").data == {"version": 2}
    # Gone already: there is nothing to give up, and what is written next begins from what is published.
    with pytest.raises(Refused, match="Aucune version"):
        perform(discard_version, seen=0, **given)
    assert perform(write_version, part="delays", value={}, seen=0, **given).form == FORM


def test_whoever_publishes_reads_how_many_drafts_go_with_it(
    client: HostileClient, call: Call, version: CallVersion, author: Person, perform: Callable[..., Any], at: datetime
) -> None:
    perform(write_version, call=call, part="form", value={"sections": []}, seen=0, by=author, at=at)
    client.force_login(author)
    address = reverse("calls:publish", args=[call.key])
    factories.call_application(version, state=ApplicationState.SUBMITTED)
    assert "brouillon" not in text(client.get(address))
    factories.call_application(version)
    assert "Le brouillon en cours passe à cette version" in text(client.get(address))
    factories.call_application(version)
    assert "Les 2 brouillons en cours passent à cette version" in text(client.get(address))


def test_the_first_version_is_not_given_up(
    made: Call, writer: Person, perform: Callable[..., Any], at: datetime
) -> None:
    with pytest.raises(Refused, match="première version"):
        perform(discard_version, call=made, seen=0, by=writer, at=at)


def test_an_alternative_is_written_page_by_page(client: HostileClient, call: Call, author: Person) -> None:
    client.force_login(author)
    rule = {
        "label": "Un petit budget",
        "about": "project",
        "fact": "answer.budget",
        "test": "at_most",
        "value": "100",
        "weight": "law",
        "advice": "Revenez plus tard.",
        "source_what": "Règlement fictif",
        "group": "une autre",
    }
    wrong = send(client, "edit_rule", call.key, "nouvelle", seen=0, **rule)
    assert "Dites l’alternative en une phrase" in text(wrong)
    named = {**rule, "group_label": "Petit, ou accompagné", "group_advice": "Voyez le DLA."}
    done = client.post(reverse("calls:edit_rule", args=[call.key, "nouvelle"]), {**named, "seen": 0}, follow=True)
    # With the condition that stands alone, it can never be fulfilled: it is said.
    assert "aucune de ses conditions ne peut être remplie" in text(done)
    assert "compte au moins deux conditions" in text(done)
    group = call.versions.get(number=2).eligibility["items"][1]
    helped = {
        **named,
        "label": "Un accompagnement",
        "fact": "answer.helped",
        "test": "is",
        "value": "oui",
        "group": group["code"],
    }
    assert send(client, "edit_rule", call.key, "nouvelle", seen=1, **helped).status_code == 302
    page = text(client.get(reverse("calls:writing", args=[call.key])))
    assert "Petit, ou accompagné : une au moins de" in page
    assert "compte au moins deux conditions" not in page
    shown = client.get(reverse("calls:edit_rule", args=[call.key, "un_accompagnement"]))
    assert shown.context["form"].initial["group"] == group["code"]
    [budget, either] = call.versions.get(number=2).eligibility["items"]
    assert budget["code"] == "budget"
    assert [one["label"] for one in either["either"]] == ["Un petit budget", "Un accompagnement"]
    assert either["advice"] == "Voyez le DLA."


def test_two_authors_at_once(call: Call, author: Person, perform: Callable[..., Any], at: datetime) -> None:
    given = {"call": call, "part": "form", "value": FORM, "by": author, "at": at}
    perform(write_version, seen=0, **given)
    with pytest.raises(Refused, match="Quelqu’un d’autre"):
        perform(write_version, seen=0, **given)
    assert perform(write_version, seen=1, **given).revision == 2


def test_a_revision_carries_the_drafts_and_leaves_the_files(
    call: Call,
    author: Person,
    draft: Application,
    perform: Callable[..., Any],
    at: datetime,
    deliver: Callable[[], list[Any]],
) -> None:
    first = published_version(call)
    assert first is not None
    file = factories.call_application(first, state="submitted")
    Application.objects.filter(pk=draft.pk).update(answers={"idea": "Gardée."})
    changed = {"sections": [{**FORM["sections"][0], "title": "Votre grand projet"}]}
    perform(write_version, call=call, part="form", value=changed, seen=0, by=author, at=at)
    deliver()
    second = perform(publish_version, call=call, why="Un autre titre.", by=author, at=at)
    draft.refresh_from_db()
    file.refresh_from_db()
    assert (draft.version, draft.answers, file.version) == (second, {"idea": "Gardée."}, first)
    [mail] = deliver()
    assert mail.to == [draft.person.email]  # type: ignore[union-attr]  # a draft has an author
    assert "Un autre titre." in mail.body


def test_a_question_that_changes_its_type_takes_a_new_code(
    call: Call, author: Person, perform: Callable[..., Any], at: datetime
) -> None:
    questions = [{"code": "idea", "kind": "number", "label": "Votre idée, en nombre"}]
    changed = {"sections": [{"code": "projet", "title": "P", "questions": questions}]}
    perform(write_version, call=call, part="form", value=changed, seen=0, by=author, at=at)
    perform(write_version, call=call, part="eligibility", value={}, seen=1, by=author, at=at)
    with pytest.raises(Refused, match="nouveau code"):
        perform(publish_version, call=call, why="x", by=author, at=at)


def test_what_applications_rest_on_is_settled(
    call: Call, author: Person, perform: Callable[..., Any], at: datetime
) -> None:
    given = {"call": call, "by": author, "at": at}
    assert call.closes_at
    with pytest.raises(Refused, match="ne change plus"):
        perform(change_call, values={"silence": Silence.ACCEPTANCE}, **given)
    with pytest.raises(Refused, match="ne s’avance pas"):
        perform(change_call, values={"closes_at": call.closes_at - timedelta(days=1)}, **given)
    later = call.closes_at + timedelta(days=5)
    assert perform(change_call, values={"closes_at": later}, **given).closes_at == later
    with pytest.raises(Refused, match="il ne rouvre pas"):
        perform(change_call, call=call, values={"closes_at": later + timedelta(days=9)}, by=author, at=later)


def test_waves_belong_to_permanent_calls(call: Call, author: Person, perform: Callable[..., Any], at: datetime) -> None:
    today = timezone.localdate(at)
    given = {"by": author, "at": at, "reads_until": today + timedelta(days=30)}
    with pytest.raises(Refused, match="permanent"):
        perform(set_wave, call=call, decision_expected_on=today + timedelta(days=60), **given)
    Call.objects.filter(pk=call.pk).update(closes_at=None)
    with pytest.raises(Refused, match="vient après"):
        perform(set_wave, call=call, decision_expected_on=today + timedelta(days=30), **given)
    wave = perform(set_wave, call=call, decision_expected_on=today + timedelta(days=60), **given)
    assert wave.number == 1
    with pytest.raises(Refused, match="déjà"):
        perform(set_wave, call=call, decision_expected_on=today + timedelta(days=60), **given)


def test_a_cancelled_call_says_why_and_tells_those_concerned(
    call: Call,
    author: Person,
    draft: Application,
    perform: Callable[..., Any],
    at: datetime,
    deliver: Callable[[], list[Any]],
) -> None:
    with pytest.raises(Refused, match="pourquoi"):
        perform(cancel_call, call=call, reason="", by=author, at=at)
    deliver()
    done = perform(cancel_call, call=call, reason="Les crédits sont repris.", by=author, at=at)
    assert not done.is_open(at)
    assert [mail.to[0] for mail in deliver()] == [draft.person.email]  # type: ignore[union-attr]


def test_roles_are_given_and_ended(call: Call, author: Person, perform: Callable[..., Any], at: datetime) -> None:
    person = factories.person()
    given = {"call": call, "person": person, "by": author, "at": at}
    act = {"act_reference": "Arrêté fictif", "acts_from": date(2026, 1, 1), "acts_until": date(2026, 12, 31)}
    role = perform(give_role, name=CallRoleName.SIGNATORY, act={**act, "most_cents": 100}, **given)
    assert role.covers(date(2026, 6, 1), 100)
    assert not role.covers(date(2026, 6, 1), 101)
    assert not role.covers(date(2027, 1, 1))
    with pytest.raises(Refused, match="déjà ce rôle"):
        perform(give_role, name=CallRoleName.SIGNATORY, act=act, **given)
    officer = perform(give_role, name=CallRoleName.OFFICER, **given)
    file = factories.call_application(published_version(call), state="submitted", officer=person)
    perform(end_role, role=officer, by=author, at=at)
    file.refresh_from_db()
    assert file.officer is None
    last = CallRole.objects.get(call=call, person=author)
    with pytest.raises(Refused, match="dernier auteur"):
        perform(end_role, role=last, by=author, at=at)
    with pytest.raises(Refused, match="auteur"):
        perform(give_role, name=CallRoleName.AUTHOR, call=call, person=person, by=factories.person(), at=at)


def send(client: HostileClient, page: str, /, *arguments: Any, **values: Any) -> Any:
    return client.post(reverse(f"calls:{page}", args=arguments), values)


def test_a_call_is_written_and_published_page_by_page(
    client: HostileClient, made: Call, writer: Person, at: datetime
) -> None:
    client.force_login(writer)
    key = made.key
    assert send(client, "edit_section", key, "nouvelle", seen=0, title="Le projet").status_code == 302
    asked = {"label": "Budget annuel", "kind": "money", "required": "on"}
    assert send(client, "edit_question", key, "le_projet", "nouvelle", seen=1, **asked).status_code == 302
    conditional = {
        "label": "D’où vient l’argent ?",
        "kind": "choices",
        "choices": "Dons\nVentes",
        "when_value": "100 000",
        "when_question": "budget_annuel",
        "when_test": "at_least",
    }
    wrong = send(client, "edit_question", key, "le_projet", "nouvelle", seen=2, **{**conditional, "when_test": "has"})
    assert "la condition peut être" in text(wrong)
    assert send(client, "edit_question", key, "le_projet", "nouvelle", seen=2, **conditional).status_code == 302
    rule = {
        "label": "Au moins 500 000 €",
        "about": "project",
        "fact": "answer.budget_annuel",
        "test": "at_least",
        "value": "500 000",
        "weight": "law",
        "advice": "Revenez plus tard.",
        "source_what": "Règlement fictif",
    }
    wrong = send(client, "edit_rule", key, "nouvelle", seen=3, **{**rule, "test": "touches"})
    assert "on peut demander" in text(wrong)
    wrong = send(client, "edit_rule", key, "nouvelle", seen=3, **{**rule, "value": "beaucoup"})
    assert "Écrivez un montant" in text(wrong)
    assert send(client, "edit_rule", key, "nouvelle", seen=3, **rule).status_code == 302
    against = {**rule, "label": "Au plus 100 €", "test": "at_most", "value": "100"}
    page = text(client.post(reverse("calls:edit_rule", args=[key, "nouvelle"]), {**against, "seen": 4}, follow=True))
    assert "ne peuvent pas être remplies ensemble" in page
    assert send(client, "edit_rule", key, "au_plus_100", seen=5, **against, remove="on").status_code == 302
    scale = "0 : rien\n1 : un peu\n2 : beaucoup"
    wrong = send(client, "edit_criterion", key, "nouvelle", seen=6, label="Impact", weight=2, scale="beaucoup")
    assert "ne se lit pas" in text(wrong)
    assert (
        send(client, "edit_criterion", key, "nouvelle", seen=6, label="Impact", weight=2, scale=scale).status_code
        == 302
    )
    settings = {"readers": 3, "days": 21, "threshold": 60, "pieces_days": 10, "answer_days": 90}
    assert send(client, "settings", key, seen=7, **settings).status_code == 302
    said = {
        "title": "Appel neuf",
        "summary": "Pour essayer.",
        "issuer_name": "S",
        "issuer_kind": "state",
        **SERVICE,
        "silence": "rejection",
        "silence_months": 2,
        "opens_at": "2026-01-01T09:00",
        "silence_law": "CRPA",
    }
    assert "mois" in text(send(client, "edit_call", key, seen=9, **{**said, "silence_months": ""}))
    assert send(client, "edit_call", key, **said).status_code == 302
    tried = reverse("calls:simulator", args=[key])
    assert "Remplie" in text(client.get(tried, {"voir": "1", "answer-budget_annuel": "600 000"}))
    # 90 days are longer than the two months of silence: said where it is written and published, and not barred.
    for page in ("writing", "settings", "publish"):
        assert "Le silence répondrait avant vous" in text(client.get(reverse(f"calls:{page}", args=[key])))
    assert send(client, "publish", key, seen=9, why="Première version.").status_code == 302
    version = published_version(made)
    assert version is not None
    assert version.delays == {"pieces_days": 10, "answer_days": 90}
    assert version.criteria["readers"] == 3
    [section] = version.form["sections"]
    assert [question["code"] for question in section["questions"]] == ["budget_annuel", "d_ou_vient_l_argent"]
    assert section["questions"][1]["when"] == {"question": "budget_annuel", "test": "at_least", "value": 10_000_000}
    made.refresh_from_db()
    assert made.is_open(at)
    assert "Première version." in text(client.get(reverse("calls:writing", args=[key])))


def test_people_are_named_by_their_address(client: HostileClient, call: Call, author: Person) -> None:
    client.force_login(author)
    person = factories.person()
    assert "Aucun compte" in text(send(client, "people", call.key, email="x@personnes.example", name="officer"))
    wrong = send(client, "people", call.key, email=person.email, name="signatory")
    assert "tient sa signature d’un acte" in text(wrong)
    assert send(client, "people", call.key, email=person.email, name="officer").status_code == 302
    role = CallRole.objects.get(person=person)
    assert send(client, "end_role", call.key, role.pk).status_code == 302
    role.refresh_from_db()
    assert role.ended_at is not None


def test_the_simulator_counts_past_files_without_showing_any(
    client: HostileClient, call: Call, version: CallVersion, author: Person
) -> None:
    for budget in (60_000_000, 100, None):
        facts = {"answer.budget": budget} if budget else {}
        factories.call_application(version, state="submitted", facts=facts, title="Dossier secret")
    client.force_login(author)
    page = text(client.get(reverse("calls:simulator", args=[call.key])))
    assert "Dossier secret" not in page
    assert page.count('<td class="fi-number">1</td>') == 3


@pytest.mark.parametrize(
    ("silence", "months", "days", "warned"),
    [
        ("rejection", 2, 59, ""),
        ("rejection", 2, 60, "rejette"),
        ("rejection", 4, 90, ""),
        ("acceptance", 2, 90, "ne pourriez plus refuser"),
        ("none", None, 700, ""),
        ("rejection", 2, None, ""),
    ],
)
def test_an_answer_announced_after_silence_decides_is_warned_of(
    call: Call, version: CallVersion, at: datetime, silence: str, months: int | None, days: int | None, warned: str
) -> None:
    call.silence, call.silence_months = silence, months
    version.delays = {"answer_days": days} if days else {}
    warnings = warnings_of(call, version, timezone.localdate(at))
    assert len(warnings) == bool(warned)
    assert all(warned in one for one in warnings)


@given(st.dates(date(2026, 1, 1), date(2032, 12, 31)), st.dates(date(2026, 1, 1), date(2032, 12, 31)))
def test_what_is_announced_without_a_warning_always_comes_before_silence(today: date, received_on: date) -> None:
    """Whatever the day: fifty-nine days fit in the two months of any of them."""
    call = Call(silence="rejection", silence_months=2)
    announced_on = received_on + timedelta(days=59)
    assert not prospect_of(call, announced_on, received_on).comes_late
    assert prospect_of(call, received_on + timedelta(days=63), received_on).comes_late


def test_a_wave_decided_after_silence_is_warned_of_from_its_first_file(
    call: Call, version: CallVersion, author: Person, perform: Callable[..., Any], at: datetime
) -> None:
    Call.objects.filter(pk=call.pk).update(closes_at=None)
    call.refresh_from_db()
    today = timezone.localdate(at)
    given_on = {"call": call, "by": author, "at": at}
    perform(
        set_wave,
        reads_until=today + timedelta(days=20),
        decision_expected_on=today + timedelta(days=50),
        **given_on,
    )
    assert warnings_of(call, version, today) == []
    # The first of its files comes the day after: two months later, silence has decided.
    perform(
        set_wave,
        reads_until=today + timedelta(days=60),
        decision_expected_on=today + timedelta(days=90),
        **given_on,
    )
    (warning,) = warnings_of(call, version, today)
    assert warning.startswith("Vague 2.")
    assert said(today + timedelta(days=90)) in warning


def test_the_call_and_the_receipt_say_both_dates_and_which_comes_first(
    client: HostileClient, call: Call, at: datetime
) -> None:
    late = factories.call_version(call, form=FORM, delays={"answer_days": 90})
    today = timezone.localdate(at)
    announced, silence = said(today + timedelta(days=90)), said(months_after(today, 2))
    page = " ".join(text(client.get(reverse("calls:call", args=[call.key]))).split())
    for words in (
        "dans les 90 jours",
        f"annoncée pour le {announced}",
        f"sans réponse le {silence}",
        "viendrait après",
    ):
        assert words in page
    file = factories.call_application(late, state="submitted")
    texts = {line.label: line.text for line in receipt_of(file).lines}
    assert f"Le {announced} au plus tard, après le {silence}" in texts["Réponse annoncée"]
    soon = factories.call_application(
        factories.call_version(call, form=FORM, delays={"answer_days": 30}), state="submitted"
    )
    texts = {line.label: line.text for line in receipt_of(soon).lines}
    assert texts["Réponse annoncée"] == f"Le {said(today + timedelta(days=30))} au plus tard."


def test_what_is_written_beforehand_announces_no_answer_after_silence() -> None:
    """The demonstration's; the call of 2018 is a fact: it announced later, and its page says so."""
    for code in ("qualification-permanente", "pionniers-2018"):
        written = json.loads((WRITTEN / f"{code}.json").read_text())
        call = Call(silence=written["call"]["silence"], silence_months=written["call"]["silence_months"])
        received_on = date(2026, 12, 31)
        announced_on = received_on + timedelta(days=written["delays"]["answer_days"])
        is_fact = written["nature"] == "fact"
        assert prospect_of(call, announced_on, received_on).comes_late == is_fact


def test_a_system_may_publish(made: Call, perform: Callable[..., Any], at: datetime) -> None:
    CallVersion.objects.filter(call=made).update(form=FORM)
    Call.objects.filter(pk=made.pk).update(opens_at=at, **SERVICE)
    version = perform(publish_version, call=made, why="Par la plateforme.", by=System("tests"), at=at)
    assert version.published_by is None


def test_the_author_finds_the_call_in_their_own_space_until_it_is_cancelled(client: HostileClient, made: Call) -> None:
    role = CallRole.objects.get(call=made, name=CallRoleName.AUTHOR)
    client.force_login(role.person)
    link = reverse("calls:writing", args=[made.key])
    assert link in text(client.get(reverse("portal:dashboard")))
    client.force_login(factories.call_role(made).person)
    assert link not in text(client.get(reverse("portal:dashboard")))
    Call.objects.filter(pk=made.pk).update(
        state=CallState.CANCELLED, cancelled_because="Plus de crédits.", cancelled_at=timezone.now()
    )
    client.force_login(role.person)
    assert link not in text(client.get(reverse("portal:dashboard")))


def test_what_is_new_is_not_offered_to_be_removed(client: HostileClient, call: Call, author: Person) -> None:
    client.force_login(author)
    for name, rest, known in (
        ("edit_section", [], "projet"),
        ("edit_question", ["projet"], "idea"),
        ("edit_rule", [], "budget"),
    ):
        fresh, old = (
            client.get(reverse(f"calls:{name}", args=[call.key, *rest, code])).context["form"].fields
            for code in ("nouvelle", known)
        )
        assert "remove" not in fresh
        assert "remove" in old
