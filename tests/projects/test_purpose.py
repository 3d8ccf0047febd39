"""What calls are told of a project: facts for their rules, answers for their forms."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.urls import reverse

from accelerator.calls.models import Application, Decision
from accelerator.calls.operations.applications import begin, submit, take_up
from accelerator.calls.purposes import purpose_of
from accelerator.calls.queries.conflicts import bar_between
from accelerator.calls.queries.standing import judged
from accelerator.calls.questions import Questionnaire
from accelerator.calls.states import FactKind
from accelerator.community.states import RoleName
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.journal.types import ref
from accelerator.projects.models import ProjectPartner
from accelerator.projects.purpose import CODE
from accelerator.projects.queries.projects import history_of, public_history
from accelerator.projects.states import PartnerRole
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from config import embedded
from tests import factories
from tests.client import HostileClient


def whole(**values: Any) -> Any:
    told = {
        "began_on": date(2020, 5, 1),
        "budget": [
            {"year": 2025, "budget": 61_000_000, "resources": None},
            {"year": 2024, "budget": 50_000_000, "resources": 40_000_000},
        ],
        "jobs": 35,
        "needs": ["financement"],
        "proof_territories": ["commune-46102"],
        "private": ["budget", "needs"],
        **values,
    }
    return factories.project(**told)


def test_the_facts_of_a_project_are_told_in_their_kinds() -> None:
    lead = factories.organisation()
    one = whole(organisation=lead)
    told = purpose_of(CODE).reads(ref(one))
    assert told.organisation == lead
    assert told.facts["project.began_on"] == date(2020, 5, 1)
    assert told.facts["project.budget"] == 61_000_000
    assert told.facts["project.resources"] == 40_000_000
    assert told.facts["project.jobs"] == 3.5
    assert told.facts["project.proof_territories"] == ("commune-46102",)
    assert told.facts["project.carrier"] == "organisation"
    kinds = {fact.code: fact.kind for fact in purpose_of(CODE).facts}
    shapes = {
        FactKind.MONEY: int,
        FactKind.NUMBER: float,
        FactKind.DATE: date,
        FactKind.TEXT: str,
        FactKind.CHOICE: str,
        FactKind.YES_NO: bool,
        FactKind.CHOICES: tuple,
        FactKind.PLACES: tuple,
    }
    assert told.facts.keys() <= kinds.keys()
    assert all(isinstance(value, shapes[kinds[code]]) for code, value in told.facts.items())


def test_what_is_not_known_is_left_out() -> None:
    told = purpose_of(CODE).reads(ref(factories.project(maturity="", families=[])))
    assert not {"project.budget", "project.began_on", "project.maturity", "project.families"} & told.facts.keys()
    assert "project.novelty" not in told.answers
    assert told.organisation is None


def test_what_was_told_once_fills_the_form() -> None:
    told = purpose_of(CODE).reads(ref(whole()))
    assert told.answers["project.problem"] == "Un besoin fictif."
    assert told.answers["project.began_on"] == "2020-05-01"
    assert told.answers["project.budget_by_year"] == {
        "depenses": {"2025": 61_000_000, "2024": 50_000_000},
        "ressources": {"2024": 40_000_000},
    }
    assert told.answers.keys() <= {one.code for one in purpose_of(CODE).reusable}


def test_one_applies_with_what_one_carries_only() -> None:
    one, other = whole(), whole()
    factories.project(person=one.person, state="ended")
    draft = factories.project(person=one.person, state="draft")
    purpose = purpose_of(CODE)
    assert {subject.ref for subject in purpose.subjects(one.person, None)} == {ref(one), ref(draft)}
    assert purpose.may_edit(one.person, ref(one))
    assert not purpose.may_edit(one.person, ref(other))
    assert purpose.page(ref(one)) == f"/projets/{one.key}"


@pytest.mark.parametrize("subject", ["", "projects.project:0", "projects.project:x", "community.organisation:1"])
def test_what_is_no_project_is_gone(subject: str) -> None:
    purpose = purpose_of(CODE)
    with pytest.raises(LookupError):
        purpose.reads(subject)
    assert not purpose.may_edit(factories.person(), subject)
    assert purpose.page(subject) == ""


def test_a_proposal_is_not_applied_with() -> None:
    proposal = factories.proposal()
    with pytest.raises(LookupError):
        purpose_of(CODE).reads(ref(proposal))


def test_an_application_begins_with_what_the_file_says(perform: Callable[..., Any], at: datetime) -> None:
    """Nothing is typed twice: the form of the pioneers of 2018 is filled from the project."""
    form = json.loads((embedded.ROOT / "data" / "calls" / "pionniers-2018.json").read_text())["form"]
    call = factories.call(purpose=CODE)
    factories.call_version(call, form=form)
    one = whole(
        organisation=factories.organisation(), person=factories.person(), model="Des ventes", proof="Une enquête."
    )
    made = perform(begin, call=call, subject=ref(one), organisation=None, declared={}, by=one.person, at=at)
    assert (made.organisation, made.title) == (one.organisation, one.title)
    assert made.answers["probleme"] == "Un besoin fictif."
    assert made.answers["territoires"] == ["departement-46"]
    assert made.answers["modele"] == "Des ventes"
    assert made.answers["preuves"] == "Une enquête."
    assert made.answers["besoins"] == ["financement"]
    assert made.answers["emplois"] == 3.5
    assert made.reused["probleme"]["from"] == ref(one)
    asked = Questionnaire.from_json(form)
    offered = {reusable.code for reusable in purpose_of(CODE).reusable}
    assert {question.reuse for question in asked.questions if question.reuse} <= offered
    with pytest.raises(Refused, match="déjà en cours"):
        perform(begin, call=call, subject=ref(one), organisation=None, declared={}, by=one.person, at=at)


def test_a_draft_begun_too_early_takes_up_what_the_file_says_since_and_leaves_what_was_written(
    client: HostileClient, perform: Callable[..., Any], at: datetime
) -> None:
    form = json.loads((embedded.ROOT / "data" / "calls" / "pionniers-2018.json").read_text())["form"]
    call = factories.call(purpose=CODE)
    factories.call_version(call, form=form)
    one = factories.project(problem="", model="", needs=[], territories=["departement-46"])
    made = perform(begin, call=call, subject=ref(one), organisation=None, declared={}, by=one.person, at=at)
    assert "probleme" not in made.answers
    Application.objects.filter(pk=made.pk).update(answers={**made.answers, "modele": "Écrit ici."})
    one.problem, one.model = "Un besoin dit depuis.", "Un modèle dit depuis."
    one.save()
    client.force_login(one.person)
    draft, taking = (reverse(f"calls:{name}", args=[made.public_id]) for name in ("application", "take_up"))
    assert "Votre dossier en dit plus que ce brouillon" in client.get(draft).content.decode()
    assert "Le besoin social" in client.get(taking).content.decode()
    page = client.post(taking, follow=True).content.decode()
    made.refresh_from_db()
    assert (made.answers["probleme"], made.answers["modele"]) == ("Un besoin dit depuis.", "Écrit ici.")
    assert made.reused["probleme"]["from"] == ref(one)
    assert "modele" not in made.reused
    assert made.sections["projet"]["revision"] == made.revision
    assert "1 réponse reprise de votre projet" in page
    assert "Votre dossier en dit plus" not in page
    assert f"repris de votre projet, tel qu’il était le {said(one.changed_at.date())}" in page
    with pytest.raises(Refused, match="déjà tout"):
        perform(take_up, application=made, by=one.person, at=at)


def test_those_who_carry_a_project_together_judge_nothing_of_it(client: HostileClient, at: datetime) -> None:
    lead, partner = factories.organisation(), factories.organisation()
    project = factories.project(organisation=lead)
    ProjectPartner.objects.create(
        project=project, organisation=partner, role=PartnerRole.CARRIER, invited_at=at, confirmed_at=at
    )
    call = factories.call(purpose=CODE)
    version = factories.call_version(call)
    file = factories.call_application(version, state="review", organisation=lead, subject=ref(project))
    other = factories.call_application(version, state="review", organisation=factories.organisation())
    officer = factories.call_role(call).person
    assert set(judged(officer)) == {file, other}
    role = factories.role(partner, name=RoleName.MANAGER, holder=officer)
    # In no list of the service any more than on its pages.
    assert set(judged(officer)) == {other}
    client.force_login(officer)
    desk = client.get(reverse("calls:desk")).content.decode()
    assert str(other.number) in desk
    assert str(file.number) not in desk
    bar = bar_between(file, officer)
    assert bar is not None
    assert "d’une structure qui porte ce projet avec" in bar.why
    # Who left is still linked, and who takes part in nothing is not.
    role.ended_at = at
    role.save()
    left = bar_between(file, officer)
    assert left is not None
    assert left.hints[0].code == "former_partner"
    assert bar_between(other, officer) is None


def test_whoever_has_no_project_yet_is_led_to_tell_one(client: HostileClient) -> None:
    call = factories.call(purpose=CODE)
    factories.call_version(call)
    client.force_login(factories.person())
    for address in (reverse("calls:begin", args=[call.key]), "/mon-espace", reverse("projects:directory")):
        assert f'href="{reverse("projects:start")}"' in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("outcome", "kind", "said", "public"),
    [
        ("retained", "express", "a retenu le projet à l’appel « Appel fictif »", True),
        ("rejected", "express", "a répondu à la candidature du projet à l’appel « Appel fictif » : non retenu", False),
        (
            *("rejected", "implicit"),
            "a répondu à la candidature du projet à l’appel « Appel fictif » : non retenu (par son silence)",
            False,
        ),
    ],
)
def test_a_project_remembers_what_was_decided(
    perform: Callable[..., Any], at: datetime, outcome: str, kind: str, said: str, public: bool
) -> None:
    one = whole()
    call = factories.call(purpose=CODE, title="Appel fictif")
    decided = Decision(outcome=outcome, kind=kind)
    application = Application(call=call, subject=ref(one))
    perform(purpose_of(CODE).on_decided, application=application, decision=decided, by=System("calls"), at=at)
    assert said in [line.sentence for line in history_of(one)]
    assert (said in [line.sentence for line in public_history(one)]) is public


@pytest.mark.parametrize("subject", ["projects.project:0", ""])
def test_a_project_that_is_gone_or_that_paper_does_not_name_remembers_nothing(
    perform: Callable[..., Any], at: datetime, subject: str
) -> None:
    application = Application(call=factories.call(purpose=CODE), subject=subject)
    decided = Decision(outcome="retained", kind="express")
    before = Event.objects.count()
    perform(purpose_of(CODE).on_decided, application=application, decision=decided, by=System("calls"), at=at)
    assert Event.objects.count() == before


def test_what_the_project_tells_at_length_is_shown_whole_and_said_too_long(
    client: HostileClient, perform: Callable[..., Any], at: datetime
) -> None:
    """A call may ask for less than the file tells: nothing is cut, its author shortens it before it leaves."""
    person = factories.person()
    one = factories.project(person=person, problem="mot " * 100 + "fin")
    questions = [{"code": "need", "kind": "long", "label": "Le besoin", "limit": 300, "reuse": "project.problem"}]
    form = {"sections": [{"code": "projet", "title": "Le projet", "help": "", "questions": questions}]}
    call = factories.call(purpose=CODE)
    factories.call_version(call, form=form)
    draft = perform(begin, call=call, subject=ref(one), organisation=None, declared={}, by=person, at=at)
    assert draft.answers["need"] == one.problem
    client.force_login(person)
    section = reverse("calls:section", args=[draft.public_id, "projet"])
    page = client.get(section).content.decode()
    assert one.problem in page
    assert re.search(r'id="id_need_error".*300 caractères.*403', page, re.DOTALL)
    assert "103 caractères de trop" in client.get(reverse("calls:application", args=[draft.public_id])).content.decode()
    leaving = client.get(reverse("calls:submit", args=[draft.public_id])).content.decode()
    assert "Le besoin : 103 caractères de trop" in leaving
    with pytest.raises(Refused, match=r"« Le besoin »\. Raccourcissez"):
        perform(submit, application=draft, by=person, at=at)
    refused = client.post(section, {"seen": "0", "need": one.problem})
    assert refused.status_code == 422
    assert one.problem in refused.content.decode()
    assert client.post(section, {"seen": "0", "need": "Plus court."}).status_code == 302
    perform(submit, application=draft, by=person, at=at)
    draft.refresh_from_db()
    assert draft.answers == {"need": "Plus court."}
