"""The pages of a candidacy: walked from the category to the application, and what they say when something is wrong."""

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.operations.applications import begin, remove_piece, take_up
from accelerator.community import search
from accelerator.community.models import Organisation
from accelerator.community.states import OrganisationState
from accelerator.journal import System
from accelerator.labels import personal_data
from accelerator.labels.models import Candidacy, Category, Challenge, Member, UnsavedStep
from accelerator.labels.operations.members import describe_member
from accelerator.labels.operations.roadmaps import keep_minutes
from accelerator.labels.operations.unsaved import forget_old_unsaved
from accelerator.labels.queries.renewals import subject_of
from accelerator.labels.rules.candidacies import OF_A_CANDIDACY
from accelerator.labels.rules.labels import OF_A_LABEL
from accelerator.labels.rules.registry import names
from accelerator.labels.tasks import forget_unsaved
from accelerator.workflow import Refused, transaction
from accelerator.workflow.dates import said
from accelerator.workflow.prints import print_of
from accelerator.workflow.steps import LONGEST
from config import embedded
from tests import factories
from tests.client import HostileClient
from tests.labels.conftest import Side, joined, pdf, wave
from tests.registers.register_server import Register, company

Perform = Callable[..., Any]
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def page_of(candidacy: Candidacy, name: str = "candidacy", *arguments: Any) -> str:
    return reverse(f"labels:{name}", args=[candidacy.key, *arguments])


def test_a_category_says_its_criteria_who_decides_and_when_it_is_read(
    category: Category, client: HostileClient
) -> None:
    address = reverse("labels:category", args=["territoire"])
    text = client.get(address).text
    assert "la date de la prochaine lecture n’est pas encore fixée" in text.lower()
    coming = wave(category.call, 20)  # type: ignore[arg-type]  # opened by the fixture
    text = client.get(address).text
    assert said(coming.reads_until) in text
    assert said(coming.decision_expected_on) in text
    for told in ("Une zone territoriale pertinente", "environnement-magazine.fr", "trois ans", "valeurs par défaut"):
        assert told in text
    assert "Le silence vaut rejet" in text
    listed = client.get(reverse("labels:categories")).text
    assert said(coming.reads_until) in listed
    data = client.get(reverse("labels:category_data", args=["territoire"])).json()
    assert data["prochaine_lecture"] == coming.reads_until.isoformat()
    assert [one["version"] for one in data["criteres"]] == [1]


def test_a_category_that_is_not_open_says_so(client: HostileClient) -> None:
    category = factories.category()
    assert "l’appel n’est pas ouvert" in client.get(reverse("labels:category", args=[category.code])).text
    assert client.get("/labels/inconnue").status_code == 404
    assert client.get("/labels/inconnue.json").status_code == 404


def test_no_category_at_all(client: HostileClient) -> None:
    assert "Aucune catégorie" in client.get(reverse("labels:categories")).text


def test_opening_a_file(category: Category, lead: Side, client: HostileClient) -> None:
    address = reverse("labels:start", args=["territoire"])
    client.force_login(factories.person())
    assert "Vous ne gérez encore aucune organisation" in client.get(address).text
    client.force_login(lead.representative)
    empty = client.post(address, {"organisation": lead.organisation.public_id, "title": "", "summary": "Gardé."})
    assert empty.status_code == 422
    assert "Gardé." in empty.text
    response = client.post(address, {"organisation": lead.organisation.public_id, "title": "Pays", "summary": "Oui."})
    candidacy = Candidacy.objects.get()
    assert response["Location"] == page_of(candidacy)
    text = client.get(page_of(candidacy)).text
    assert "3 défis prioritaires" in text
    assert "Pays" in client.get(reverse("labels:candidacies")).text


def test_a_step_keeps_what_one_types(candidacy: Candidacy, lead: Side, client: HostileClient) -> None:
    client.force_login(lead.representative)
    address = page_of(candidacy, "step", "presentation")
    keep = page_of(candidacy, "keep", "presentation")
    assert client.post(keep, {"presentation": "En cours…"}).json()["garde"] is True
    assert "En cours…" in client.get(address).text
    assert client.post(keep, {"presentation": "x" * (LONGEST + 1)}).status_code == 422
    client.post(page_of(candidacy, "forget", "presentation"))
    assert "En cours…" not in client.get(address).text
    client.post(keep, {"presentation": "Encore."})
    seen = {f"seen_{name}": print_of("") for name in ("presentation", "governance", "ambition")}
    saved = client.post(address, {**seen, "presentation": "Dit.", "governance": "", "ambition": ""})
    assert saved["Location"] == page_of(candidacy)
    assert not UnsavedStep.objects.exists()
    assert client.get(page_of(candidacy, "step", "inconnue")).status_code == 404
    assert client.post(page_of(candidacy, "keep", "inconnue")).status_code == 404
    clash = client.post(address, {**seen, "presentation": "Autre.", "governance": "", "ambition": ""})
    assert "quelqu’un d’autre a modifié" in clash.text
    assert "Autre." in clash.text


@pytest.mark.parametrize(
    ("name", "step", "typed"),
    [
        ("step", "presentation", {"presentation": "Un long texte", "seen_presentation": "x"}),
        ("assessment", "evaluation", {"text_zone": "Un long texte"}),
    ],
)
def test_what_is_posted_once_the_session_is_lost_waits_for_its_author(
    candidacy: Candidacy, lead: Side, client: HostileClient, name: str, step: str, typed: dict[str, str]
) -> None:
    address = page_of(candidacy, name, *([step] if name == "step" else []))
    client.force_login(lead.representative)
    (whose,) = re.findall(r'name="_whose" value="([^"]+)"', client.get(address).text)
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    lost = client.post(address, {**typed, "_whose": whose}, follow=True)
    assert "Votre texte est gardé" in lost.text
    client.force_login(lead.representative)
    back = client.get(address).text
    assert "Vous aviez commencé à écrire ici" in back
    assert "Un long texte" in back
    client.post(page_of(candidacy, "forget", step))
    assert "Un long texte" not in client.get(address).text


def test_a_territory_that_is_no_place_is_said_beside_the_field(
    candidacy: Candidacy, lead: Side, client: HostileClient
) -> None:
    client.force_login(lead.representative)
    response = client.post(page_of(candidacy, "step", "territoire"), {"perimeter": "Nullepartville-sur-Rien"})
    assert response.status_code == 422
    assert "Nullepartville-sur-Rien" in response.text


def test_a_collective_is_named_answers_and_is_described(
    candidacy: Candidacy, lead: Side, client: HostileClient
) -> None:
    side = Side.new(name="Invitée fictive")
    client.force_login(lead.representative)
    ask = page_of(candidacy, "ask_member")
    link = f"https://exemple.example/organisations/{side.organisation.key}"
    client.post(ask, {"organisation": link, "role": "support", "belonging": "other"})
    member = Member.objects.get(organisation=side.organisation)
    answer = page_of(candidacy, "answer_member", member.pk)
    assert client.get(answer).status_code == 403
    client.force_login(side.representative)
    assert "prend-elle part" in client.get(reverse("labels:candidacies")).text
    assert "Pays fictif" in client.get(answer).text
    missing = client.post(answer, {"answer": "non", "reason": ""})
    assert "le chef de file le lira" in missing.text
    client.post(answer, {"answer": "non", "reason": "Trop loin."})
    client.force_login(lead.representative)
    assert "Trop loin." in client.get(page_of(candidacy, "members")).text
    client.post(ask, {"organisation": link, "role": "funding", "belonging": ""})
    client.force_login(side.representative)
    client.post(answer, {"answer": "oui", "reason": ""})
    describe = page_of(candidacy, "member", member.pk)
    told = {"role": "funding", "belonging": "other", "share": "101", "engagement": "Un mi-temps."}
    assert client.post(describe, told).status_code == 422
    sent = {**told, "share": "40", "agreement": SimpleUploadedFile("accord.pdf", PDF)}
    client.post(describe, sent)
    shown = client.get(page_of(candidacy, "members"))
    assert "40 / 100" in shown.text
    assert "accord.pdf" in shown.text
    assert "40 points sur 100" in shown.text
    (held,) = Candidacy.objects.get(pk=candidacy.pk).files.all()
    served = client.get(page_of(candidacy, "candidacy_file", held.pk))
    assert b"".join(served).startswith(b"%PDF")  # to the end, as a browser does
    assert served["Content-Disposition"].startswith("attachment")
    client.force_login(lead.representative)
    client.post(page_of(candidacy, "remove_member", member.pk), {"reason": "Départ."})
    assert Member.objects.get(pk=member.pk).state == "left"


def test_a_member_is_named_by_its_name_and_the_right_one_is_chosen(
    candidacy: Candidacy, lead: Side, client: HostileClient, perform: Perform, at: datetime
) -> None:
    one, other = (Side.new(name="Les Jardins fictifs").organisation for _ in range(2))
    with transaction():
        search.refresh([one, other])
    client.force_login(lead.representative)
    ask, said_of = page_of(candidacy, "ask_member"), {"role": "support", "belonging": ""}
    several = client.post(ask, {**said_of, "organisation": "jardins FICTIFS"})
    assert several.status_code == 422
    assert "laquelle de ces organisations" in several.text
    for organisation in (one, other):
        assert f'value="{organisation.public_id}"' in several.text
    chosen = {"organisation": "jardins FICTIFS", "organisation_key": one.public_id}
    changed = client.post(ask, {**said_of, **chosen, "organisation_key_of": "tout autre chose"})
    assert changed.status_code == 422
    done = client.post(ask, {**said_of, **chosen, "organisation_key_of": "jardins fictifs"}, follow=True)
    assert "répondront jusqu’au" in done.text
    assert Member.objects.get(candidacy=candidacy, organisation=one).answer_until
    nothing = client.post(ask, {**said_of, "organisation": "Zibeline inconnue"})
    assert "Aucune organisation de l’annuaire ne répond à « Zibeline inconnue »" in nothing.text
    wrong = client.post(ask, {**said_of, "organisation": "732 829 32"})
    assert "Il manque un chiffre" in wrong.text
    alone = factories.organisation(name="Sans personne fictive")
    with transaction():
        search.refresh([alone])
    told = client.post(ask, {**said_of, "organisation": "Sans personne fictive"}, follow=True)
    assert "personne ne gère sa fiche" in told.text
    assert "Envoyez-lui vous-même l’adresse de sa fiche, http" in told.text


def test_a_number_that_no_record_bears_is_asked_of_the_register_and_its_absence_is_said(
    candidacy: Candidacy, lead: Side, client: HostileClient, register: Register
) -> None:
    client.force_login(lead.representative)
    ask = page_of(candidacy, "ask_member")
    sent = {"organisation": "732 829 320", "role": "support", "belonging": ""}
    known = client.post(ask, sent)
    assert known.status_code == 422
    assert "LES JARDINS D" in known.text
    assert "/organisations/nouvelle?numero=732829320" in known.text
    assert "Nous ne connaissons" not in known.text
    register.known["552100554"] = company("552100554", etat_administratif="C")
    assert "a cessé son activité" in client.post(ask, {**sent, "organisation": "552100554"}).text
    absent = client.post(ask, {**sent, "organisation": "443061841"})
    assert "Ni l’annuaire ni le registre" in absent.text
    register.always(lambda handler: handler.send_error(503))
    away = client.post(ask, {**sent, "organisation": "784671695"})
    assert "le registre des entreprises ne répond pas" in away.text
    assert not Member.objects.filter(candidacy=candidacy).exclude(role="lead").exists()


def test_the_documents_of_the_file_are_joined_to_the_application(
    candidacy: Candidacy, lead: Side, client: HostileClient, perform: Perform, at: datetime
) -> None:
    def signed(member: Member, by: Person, text: str) -> None:
        perform(
            describe_member,
            member=member,
            role=None,
            belonging=None,
            share=None,
            engagement="",
            agreement=pdf(text),
            by=by,
            at=at,
        )

    member, side = joined(candidacy, lead, perform, at, name="Fabrique fictive")
    signed(member, side.representative, "un")
    minutes = {"held_on": timezone.localdate(), "summary": "Décidé.", "is_public": False, "by": lead.representative}
    perform(keep_minutes, candidacy=candidacy, document=pdf("comité"), at=at, **minutes)
    call = candidacy.category.call
    assert call is not None
    subject = subject_of(candidacy.pk)
    given = {"call": call, "subject": subject, "organisation": None, "declared": {}, "by": lead.representative}
    draft = perform(begin, at=at, **given)
    assert [one.name for one in draft.pieces.filter(question="engagement")] == ["Fabrique fictive - piece.pdf"]
    (pv,) = draft.pieces.filter(question="pilotage")
    with pv.file.open() as kept:
        assert b"comit" in kept.read()
    client.force_login(lead.representative)
    section = reverse("calls:section", args=[draft.public_id, "pieces"])
    assert "Repris de" in client.get(section).text
    # A second member signs meanwhile: its agreement is offered; the one that was taken out does not come back.
    first = draft.pieces.get(question="engagement")
    perform(remove_piece, piece=first, by=lead.representative, at=at)
    page = reverse("calls:application", args=[draft.public_id])
    assert "reprendre ce que dit ce dossier" not in client.get(page).text
    second, other = joined(candidacy, lead, perform, at, name="Atelier fictif")
    signed(second, other.representative, "deux")
    assert "reprendre ce que dit ce dossier" in client.get(page).text
    client.post(reverse("calls:take_up", args=[draft.public_id]))
    joined_now = draft.pieces.filter(question="engagement", removed_at__isnull=True)
    assert [one.name for one in joined_now] == ["Atelier fictif - piece.pdf"]
    with pytest.raises(Refused, match="dit déjà tout"):
        perform(take_up, application=draft, by=lead.representative, at=at)


def test_one_opens_a_file_with_the_organisation_that_one_just_entered(
    category: Category, client: HostileClient
) -> None:
    start = reverse("labels:start", args=[category.code])
    person = factories.person()
    client.force_login(person)
    assert f"suite={quote(start, safe='')}" in client.get(start).text
    sent = {"name": "Toute nouvelle fictive", "legal_family": "association", "is_natural_person": ""}
    details = f"{reverse('community:register_details')}?{urlencode({'suite': start})}"
    done = client.post(details, sent)
    entered = Organisation.objects.get(name="Toute nouvelle fictive")
    assert done["Location"] == f"{start}?organisation={entered.public_id}"
    factories.role(holder=person, organisation=factories.organisation())
    form = client.get(done["Location"]).context["form"]
    assert form.initial["organisation"] == entered.public_id


def test_a_lead_that_ceased_is_said_with_what_to_do(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime, client: HostileClient
) -> None:
    member, side = joined(candidacy, lead, perform, at)
    lead.organisation.state = OrganisationState.CEASED
    lead.organisation.save()
    client.force_login(side.representative)
    for name in ("candidacy", "members"):
        assert "Le chef de file a cessé son activité" in client.get(page_of(candidacy, name)).text
    change = page_of(candidacy, "lead", member.pk)
    assert change in client.get(page_of(candidacy, "members")).text
    client.post(change)
    assert Candidacy.objects.get(pk=candidacy.pk).organisation == side.organisation
    assert "a cessé son activité" not in client.get(page_of(candidacy)).text


def test_the_assessment_draws_the_gap_and_joins_proofs(candidacy: Candidacy, lead: Side, client: HostileClient) -> None:
    client.force_login(lead.representative)
    address = page_of(candidacy, "assessment")
    assert "Pas encore dit." in client.get(address).text
    criteria = ("zone", "ecosysteme", "strategie", "gouvernance", "communaute")
    said_of = {f"text_{code}": "" for code in criteria} | {f"level_{code}": "" for code in criteria}
    client.post(address, {**said_of, "level_zone": "3", "level_strategie": "1", "text_zone": "On y vit."})
    text = client.get(address).text
    assert "gaps__box--said" in text
    assert "Il manque un niveau : attendu, « En place »." in text
    assert "On y vit." in text
    proof = page_of(candidacy, "add_proof", "zone")
    nothing = client.post(proof, {"what": "La carte", "link": ""})
    assert "Joignez un fichier" in nothing.text
    client.post(proof, {"what": "La carte", "document": SimpleUploadedFile("carte.pdf", PDF), "link": ""})
    assert "La carte" in client.get(address).text
    # Given once, it is offered to the other criteria.
    again = client.get(page_of(candidacy, "add_proof", "strategie")).text
    assert "carte.pdf (ce dossier)" in again
    both = {"what": "X", "reused": "candidacy:1", "link": "https://carte.example/"}
    assert client.post(page_of(candidacy, "add_proof", "strategie"), both).status_code == 422
    assert client.get(page_of(candidacy, "add_proof", "inconnu")).status_code == 404
    held = candidacy.proofs.get()
    client.post(page_of(candidacy, "remove_proof", held.pk))
    assert not candidacy.proofs.exists()
    assert client.get(page_of(candidacy, "remove_proof", held.pk)).status_code == 404


def test_newer_criteria_are_said_and_followed(lead: Side, client: HostileClient) -> None:
    category = factories.category()
    candidacy = factories.candidacy(category, organisation=lead.organisation)
    category.criteria_sets.update(until=timezone.localdate())
    factories.criteria_set(category, since=timezone.localdate(), why="Plus clairs.")
    client.force_login(lead.representative)
    assert "Plus clairs." in client.get(page_of(candidacy, "assessment")).text
    assert "Les critères ont changé" in client.get(page_of(candidacy)).text
    client.post(page_of(candidacy, "follow_criteria"))
    assert "Les critères ont changé" not in client.get(page_of(candidacy)).text


def test_a_road_map_is_told(candidacy: Candidacy, lead: Side, client: HostileClient) -> None:
    client.force_login(lead.representative)
    plan = page_of(candidacy, "plan")
    assert "Ce défi n’est pas encore dit." in client.get(plan).text
    say = page_of(candidacy, "challenge", 1)
    client.post(say, {"title": "Manger bien", "kind": "social", "text": "Parce que."})
    assert client.get(page_of(candidacy, "challenge", 4)).status_code == 404
    pilot = candidacy.members.get()
    add = page_of(candidacy, "plan_action", 1)
    assert client.get(page_of(candidacy, "plan_action", 2)).status_code == 404
    told = {"title": "Une action", "pilot": pilot.pk, "due_on": "2027-05-04", "indicator": "", "unit": ""}
    wrong = client.post(add, {**told, "target": "12,5", "baseline": ""})
    assert "nommez-le" in wrong.text
    for year in ("0001", "9999"):
        assert "Vérifiez l’année" in client.post(add, {**told, "due_on": f"{year}-05-04"}).text
    client.post(add, {**told, "indicator": "paniers", "target": "12,5", "baseline": "1"})
    text = client.get(plan).text
    assert "Une action" in text
    assert "4 mai 2027" in text
    action = Challenge.objects.get().actions.get()
    change = page_of(candidacy, "action", action.pk)
    assert "12,5" in client.get(change).text
    client.post(change, {**told, "title": "Mieux dite", "indicator": "paniers", "target": "13", "baseline": ""})
    assert "Mieux dite" in client.get(plan).text
    minutes = page_of(candidacy, "keep_minutes")
    tomorrow = timezone.localdate() + timedelta(days=1)
    late = client.post(minutes, {"held_on": tomorrow.isoformat(), "summary": "Décidé."})
    assert "Cette date est à venir" in late.text
    client.post(minutes, {"held_on": "2026-05-04", "summary": "Décidé.", "is_public": "on"})
    assert "Décidé." in client.get(plan).text
    client.post(page_of(candidacy, "remove_action", action.pk))
    client.post(page_of(candidacy, "remove_challenge", 1))
    assert not Challenge.objects.exists()


def test_one_applies_with_the_file_to_the_call_of_its_label_alone(
    candidacy: Candidacy, lead: Side, client: HostileClient
) -> None:
    call = candidacy.category.call
    assert call is not None
    client.force_login(lead.representative)
    begin = reverse("calls:begin", args=[call.key])
    assert begin in client.get(page_of(candidacy)).text
    assert "Pays fictif" in client.get(begin).text
    other = factories.call(purpose="labels.award", closes_at=None)
    factories.call_version(other, form={"sections": []})
    assert "Vous n’avez encore rien à présenter" in client.get(reverse("calls:begin", args=[other.key])).text
    client.post(page_of(candidacy, "end_candidacy"))
    text = client.get(begin).text
    assert "Pays fictif" not in text
    assert reverse("labels:start", args=["territoire"]) in text
    assert client.get(page_of(candidacy, "step", "essentiel")).status_code == 403
    assert "a clos le dossier" in client.get(page_of(candidacy, "candidacy_history")).text


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "most"), [("candidacy", 14), ("members", 12), ("plan", 14)])
def test_a_page_reads_as_much_whatever_the_collective(
    candidacy: Candidacy,
    lead: Side,
    client: HostileClient,
    perform: Perform,
    at: datetime,
    count: int,
    name: str,
    most: int,
    django_assert_max_num_queries: Any,
) -> None:
    for position in range(1, count + 1):
        joined(candidacy, lead, perform, at)
        challenge = Challenge.objects.create(candidacy=candidacy, position=position, kind="social", title="D")
        challenge.actions.create(title="A", pilot=candidacy.members.first(), due_on=timezone.localdate())
    client.force_login(lead.representative)
    client.get(page_of(candidacy, name))
    with django_assert_max_num_queries(most):
        client.get(page_of(candidacy, name))


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_read_as_much_whatever_they_hold(
    lead: Side, client: HostileClient, count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        candidacy = factories.candidacy(organisation=lead.organisation)
        factories.member(factories.candidacy(candidacy.category), lead.organisation)
    client.force_login(lead.representative)
    for name in ("categories", "candidacies"):
        client.get(reverse(f"labels:{name}"))
        with django_assert_max_num_queries(12):
            client.get(reverse(f"labels:{name}"))


def test_what_is_held_of_a_person_is_exported_and_forgotten(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    person: Person = lead.representative
    UnsavedStep.objects.create(candidacy=candidacy, person=person, step="essentiel", values={"a": ["b"]}, typed_at=at)
    exported = personal_data.export(person)
    assert exported["réponses données pour une organisation nommée dans un collectif"][0]["collectif"] == "Pays fictif"
    assert exported["textes de candidature non enregistrés"][0]["texte"] == {"a": ["b"]}
    perform(personal_data.erase, person=person, by=person, at=at)
    assert not UnsavedStep.objects.exists()


def test_old_texts_are_forgotten_at_night(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime, elsewhere: Callable[[Callable[[], Any]], Any]
) -> None:
    kept = {"candidacy": candidacy, "person": lead.representative, "values": {}}
    UnsavedStep.objects.create(**kept, step="essentiel", typed_at=at - timedelta(days=31))
    UnsavedStep.objects.create(**kept, step="territoire", typed_at=at)
    assert perform(forget_old_unsaved, by=System("labels"), at=at) == 1
    assert elsewhere(lambda: forget_unsaved(0)) == 0


def test_each_rule_is_told_in_french() -> None:
    written = (embedded.ROOT / "docs" / "rules" / "labels.md").read_text()
    assert set(re.findall(r"`(labels\.(?:read|edit|manage|end))`", written)) == set(OF_A_CANDIDACY)
    assert sorted((*OF_A_CANDIDACY, *OF_A_LABEL)) == names()
