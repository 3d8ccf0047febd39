"""A file that came on paper to the call of a label: tied to its candidacy, then told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Decision
from accelerator.calls.operations.applications import enter_paper
from accelerator.calls.operations.decisions import draft_decisions, notify_decisions, sign_decisions
from accelerator.calls.operations.paper import NEW, name_applicant, tie
from accelerator.calls.states import ApplicationState, CallRoleName, DecisionOutcome
from accelerator.community import search
from accelerator.community.states import OrganisationState, RoleName
from accelerator.journal import ref
from accelerator.journal.queries import history_of
from accelerator.labels.models import Candidacy, Category, Label
from accelerator.labels.states import MemberRole, MemberState
from accelerator.projects.purpose import CODE as PROJECTS
from accelerator.workflow import Refused, transaction
from tests import factories
from tests.client import HostileClient
from tests.labels.conftest import Side

Perform = Callable[..., Any]
PAPER = {"name": "Collectif fictif", "address": "1 rue Fictive, Cahors"}


@pytest.fixture
def officer(category: Category) -> Person:
    assert category.call
    return factories.call_role(category.call).person


@pytest.fixture
def paper(category: Category, officer: Person, lead: Side, perform: Perform, at: datetime) -> Application:
    """Of the lead, entered by the officer."""
    return entered(category, officer, perform, at, organisation=lead.organisation)


def entered(category: Category, officer: Person, perform: Perform, at: datetime, **values: Any) -> Application:
    given = {"title": "Pays fictif sur papier", "paper": PAPER, "received_on": timezone.localdate(at), **values}
    made: Application = perform(enter_paper, call=category.call, by=officer, at=at, **given)
    return made


def signed(paper: Application, officer: Person, perform: Perform, at: datetime) -> Decision:
    signatory = factories.call_role(paper.call, name=CallRoleName.SIGNATORY).person
    given = {"outcome": DecisionOutcome.RETAINED, "reasons": "Retenu.", "advice": ""}
    drafted = perform(draft_decisions, call=paper.call, applications=[paper], by=officer, at=at, **given)
    (decision,) = perform(sign_decisions, call=paper.call, decisions=drafted, by=signatory, at=at)
    return decision


def test_a_paper_file_is_tied_from_its_page_then_its_label_is_awarded(
    paper: Application,
    candidacy: Candidacy,
    officer: Person,
    perform: Perform,
    at: datetime,
    client: HostileClient,
    signing_key: None,
) -> None:
    decision = signed(paper, officer, perform, at)
    telling = {"call": paper.call, "decisions": [decision], "by": officer, "at": at}
    with pytest.raises(Refused, match=f"{paper.number} : .*aucun dossier de label.*se rattache"):
        perform(notify_decisions, **telling)
    client.force_login(officer)
    url = reverse("calls:tie", args=[paper.public_id])
    assert url in client.get(reverse("calls:file", args=[paper.public_id])).content.decode()
    page = client.get(url).content.decode()
    assert candidacy.title in page
    assert "rien de cela : un dossier en ligne, ouvert à partir du papier" in page
    refused = client.post(url, {"subject": "labels.candidacy:0"})
    assert refused.status_code == 422
    done = client.post(url, {"subject": ref(candidacy)})
    assert done.status_code == 302
    paper.refresh_from_db()
    assert (paper.subject, paper.state) == (ref(candidacy), ApplicationState.DECIDED)
    assert paper.facts["label.criteria"] == candidacy.criteria_set.number
    assert "Pays fictif" in history_of(paper).get(code="calls.tied").sentence
    assert client.get(url).status_code == 403
    perform(notify_decisions, **telling)
    label = Label.objects.get()
    assert (label.candidacy, label.application, label.title) == (candidacy, paper, "Pays fictif sur papier")


def test_a_candidacy_is_opened_from_the_paper_in_the_name_of_who_wrote(
    paper: Application, lead: Side, officer: Person, perform: Perform, at: datetime, signing_key: None
) -> None:
    tied = perform(tie, application=paper, subject=NEW, by=officer, at=at)
    opened = Candidacy.objects.get()
    assert (tied.subject, opened.organisation, opened.title) == (ref(opened), lead.organisation, paper.title)
    own = opened.members.get()
    assert (own.role, own.state, own.answered_by) == (MemberRole.LEAD, MemberState.CONFIRMED, None)
    assert own.answered_at <= at
    with pytest.raises(Refused, match="désigne déjà"):
        perform(tie, application=paper, subject=NEW, by=officer, at=at)
    decision = signed(paper, officer, perform, at)
    perform(notify_decisions, call=paper.call, decisions=[decision], by=officer, at=at)
    assert Label.objects.get().organisation == lead.organisation


def test_who_applied_on_paper_is_named_first_and_once(
    category: Category, officer: Person, perform: Perform, at: datetime, client: HostileClient
) -> None:
    unknown = entered(category, officer, perform, at, organisation=None)
    record = factories.organisation(name="Collectif fictif de Cahors")
    with pytest.raises(Refused, match="quelle fiche"):
        perform(tie, application=unknown, subject=NEW, by=officer, at=at)
    client.force_login(officer)
    url = reverse("calls:tie", args=[unknown.public_id])
    assert "quelle fiche de l’annuaire" in client.get(url).content.decode()
    with transaction():
        search.refresh([record])
    missing = client.post(url, {"organisation": "La tribu que personne ne connaît"})
    assert missing.status_code == 422
    assert "La tribu que personne ne connaît" in missing.content.decode()
    assert client.post(url, {"organisation": record.name}).headers["Location"] == url
    assert record.name in client.get(url).content.decode()
    with pytest.raises(Refused, match="déjà dite"):
        perform(name_applicant, application=unknown, organisation=factories.organisation(), by=officer, at=at)
    perform(tie, application=unknown, subject=NEW, by=officer, at=at)
    assert Candidacy.objects.get().organisation == record


def test_nobody_ties_a_file_to_their_own_side(
    category: Category, officer: Person, perform: Perform, at: datetime
) -> None:
    unknown = entered(category, officer, perform, at, organisation=None)
    own = factories.organisation()
    factories.role(own, name=RoleName.MEMBER, holder=officer)
    with pytest.raises(Refused, match="du côté de qui candidate"):
        perform(name_applicant, application=unknown, organisation=own, by=officer, at=at)
    unknown.refresh_from_db()
    assert unknown.organisation is None


def test_a_candidacy_that_has_a_file_in_progress_takes_no_other(
    paper: Application, candidacy: Candidacy, officer: Person, perform: Perform, at: datetime
) -> None:
    waiting = factories.call_application(paper.version, subject=ref(candidacy), state=ApplicationState.REVIEW)
    with pytest.raises(Refused, match=str(waiting.number)):
        perform(tie, application=paper, subject=ref(candidacy), by=officer, at=at)


def test_only_what_came_on_paper_from_someone_living_and_is_not_told_is_tied(
    paper: Application, candidacy: Candidacy, lead: Side, officer: Person, perform: Perform, at: datetime
) -> None:
    other = factories.candidacy(candidacy.category)
    with pytest.raises(Refused, match="Choisissez"):
        perform(tie, application=paper, subject=ref(other), by=officer, at=at)
    with pytest.raises(Refused, match="instructeur"):
        perform(tie, application=paper, subject=ref(candidacy), by=lead.representative, at=at)
    online = factories.call_application(paper.version, state=ApplicationState.REVIEW, organisation=lead.organisation)
    with pytest.raises(Refused, match="reçu sur papier"):
        perform(tie, application=online, subject=ref(candidacy), by=officer, at=at)
    Application.objects.filter(pk=paper.pk).update(state=ApplicationState.NOTIFIED)
    with pytest.raises(Refused, match="pas notifiée"):
        perform(tie, application=paper, subject=ref(candidacy), by=officer, at=at)
    Application.objects.filter(pk=paper.pk).update(state=ApplicationState.SUBMITTED)
    lead.organisation.state = OrganisationState.CEASED
    lead.organisation.save()
    with pytest.raises(Refused, match="cessé"):
        perform(tie, application=paper, subject=NEW, by=officer, at=at)


def test_a_paper_file_to_a_call_for_projects_is_tied_to_a_project_of_its_organisation(
    lead: Side, perform: Perform, at: datetime
) -> None:
    call = factories.call(purpose=PROJECTS, opens_at=at - timedelta(days=2))
    factories.call_version(call)
    officer = factories.call_role(call).person
    project = factories.project(organisation=lead.organisation)
    given = {"title": "Sur papier", "paper": PAPER, "received_on": timezone.localdate(at), "by": officer, "at": at}
    paper = perform(enter_paper, call=call, organisation=lead.organisation, **given)
    with pytest.raises(Refused, match="ceux qui le portent"):
        perform(tie, application=paper, subject=NEW, by=officer, at=at)
    assert perform(tie, application=paper, subject=ref(project), by=officer, at=at).subject == ref(project)
