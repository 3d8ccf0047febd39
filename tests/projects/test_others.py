"""What others say: partners, projects told by a third party; files; the self-diagnosis; erasure; the public page."""

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accelerator.community import attached
from accelerator.journal import System
from accelerator.projects import diagnosis, personal_data, rules
from accelerator.projects.models import Diagnosis, Project, ProjectFile, ProjectPartner
from accelerator.projects.operations.files import erase_removed_files
from accelerator.projects.operations.partners import answer_partner
from accelerator.projects.operations.proposals import WAITS, forget_what_waited, take_over
from accelerator.projects.states import ProjectState
from accelerator.projects.tasks import forget, rebuild_search
from accelerator.workflow import Refused, transaction
from config import embedded
from tests import factories
from tests.client import HostileClient
from tests.design.test_uploads import PDF, picture

# The savepoint, the read-only transaction, its end; the project, its places, files, partners, themes; the diagnosis;
# what resembles it (two, then the projects); its history.
PAGE_QUERIES = 12


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


# Proposed by a third party

PROPOSED = {
    "title": "Jardin des voisins",
    "summary": "Un jardin fictif.",
    "referent_email": "referente@personnes.example",
    "proposed_as": "élue de la commune",
}


def test_a_proposal_tells_its_referent_who_said_what(client: HostileClient, deliver: Callable[[], list[Any]]) -> None:
    client.force_login(factories.person(given_name="Ada", family_name="Exemple"))
    assert client.post("/projets/proposer", PROPOSED).status_code == 302
    one = Project.objects.get()
    assert (one.state, one.person) == (ProjectState.PROPOSED, None)
    (mail,) = deliver()
    assert mail.to == ["referente@personnes.example"]
    for said in ("Ada", "élue de la commune", "Jardin des voisins", "article 14", "CNIL", one.claim_token):
        assert said in mail.body
    assert HostileClient().get(f"/projets/{one.key}").status_code == 404
    assert "a jusqu’au" in client.get("/mes-projets").content.decode()


def test_a_proposal_leads_nowhere_and_floods_nobody(client: HostileClient, deliver: Callable[[], list[Any]]) -> None:
    client.force_login(factories.person())
    for name, words in (("title", "Votre compte sur piege.example"), ("proposed_as", "voyez https://piege.example")):
        answer = client.post("/projets/proposer", {**PROPOSED, name: words})
        assert answer.status_code == 422
        assert "pas d’adresse de site" in answer.content.decode()
    codes = []
    for number in range(7):
        other = HostileClient()
        other.force_login(factories.person())
        codes.append(other.post("/projets/proposer", {**PROPOSED, "title": f"Jardin {number}"}).status_code)
    assert codes == [302] * 5 + [422] * 2
    assert len(deliver()) == 5


def test_naming_structures_is_counted(client: HostileClient) -> None:
    organisation, one = factories.organisation(), factories.project()
    client.force_login(one.person)
    sent = {"organisation": organisation.key, "role": "partenaire"}
    codes = []
    for _ in range(31):
        ProjectPartner.objects.all().delete()
        codes.append(client.post(f"/projets/{one.key}/structures/nouvelle", sent).status_code)
    assert codes == [302] * 30 + [422]


def test_the_referent_takes_it_over(client: HostileClient, deliver: Callable[[], list[Any]]) -> None:
    one, referent = factories.proposal(), factories.person()
    link = f"/projets/a-reprendre/{one.claim_token}"
    assert one.title in client.get(link).content.decode()
    assert "Connectez-vous d’abord" in client.post(link).content.decode()
    client.force_login(referent)
    assert client.post(link).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.person, one.claim_token, one.referent_email) == ("draft", referent, "", "")
    assert client.get(f"/projets/{one.key}/modifier").status_code == 200
    assert HostileClient().get(link).status_code == 404
    assert [mail.to for mail in deliver()] == [[one.proposed_by.email]]  # type: ignore[union-attr]  # someone proposed it


def test_the_referent_declines_without_an_account(client: HostileClient) -> None:
    one = factories.proposal(title="Secret", problem="Un secret")
    assert client.post(f"/projets/a-reprendre/{one.claim_token}/refus").status_code == 302
    one.refresh_from_db()
    assert (one.state, one.referent_email, one.problem) == ("declined", "", "")
    assert "Secret" not in one.title


def test_a_link_serves_once_even_in_two_hands(together: Callable[..., list[Any]], at: datetime) -> None:
    one, first, second = together(lambda: (factories.proposal(), factories.person(), factories.person()))[0]

    def takes(person: Any) -> Callable[[], Any]:
        def take() -> Any:
            with transaction():
                return take_over(project=one, token=one.claim_token, by=person, at=at)

        return take

    results = together(takes(first), takes(second))
    assert sorted(type(result).__name__ for result in results) == ["Project", "Refused"]


def test_a_third_party_attaches_nobody(perform: Callable[..., Any], at: datetime) -> None:
    organisation = factories.organisation()
    manager, stranger = factories.role(organisation).person, factories.person()
    first = factories.proposal(organisation=organisation)
    with pytest.raises(Refused, match="Seul le référent"):
        perform(take_over, project=first, token="faux", by=stranger, at=at)
    assert perform(take_over, project=first, token=first.claim_token, by=stranger, at=at).organisation is None
    second = factories.proposal(organisation=organisation)
    assert perform(take_over, project=second, token="", by=manager, at=at).organisation == organisation


def test_without_an_answer_everything_is_forgotten(perform: Callable[..., Any], at: datetime) -> None:
    one = factories.proposal()
    by = System("projects")
    perform(forget_what_waited, by=by, at=at + WAITS)
    assert Project.objects.get(pk=one.pk).state == "proposed"
    perform(forget_what_waited, by=by, at=at + WAITS + timedelta(days=1))
    gone = Project.objects.get(pk=one.pk)
    assert (gone.state, gone.referent_email, gone.claim_token) == ("declined", "", "")


def test_one_does_not_propose_to_oneself(client: HostileClient) -> None:
    one = factories.person()
    client.force_login(one)
    refused = client.post("/projets/proposer", {**PROPOSED, "referent_email": one.email})
    assert "vous en êtes le porteur" in refused.content.decode()
    unknown = client.post("/projets/proposer", {**PROPOSED, "organisation": "Inconnue"})
    assert "Aucune organisation de l’annuaire ne répond à « Inconnue »" in unknown.content.decode()


def test_proposals_are_limited(client: HostileClient) -> None:
    client.force_login(factories.person())
    for number in range(6):
        last = client.post("/projets/proposer", {**PROPOSED, "title": f"Projet {number}"})
    assert last.status_code == 422
    assert Project.objects.count() == 5


# Partners


def test_a_partner_is_shown_once_it_said_so(client: HostileClient, deliver: Callable[[], list[Any]]) -> None:
    other = factories.organisation(name="Structure amie")
    manager = factories.role(other).person
    one = factories.project()
    client.force_login(one.person)  # type: ignore[arg-type]  # carried by a person
    named = {"organisation": f"https://exemple.example/organisations/{other.key}", "role": "coporteur"}
    assert client.post(f"/projets/{one.key}/structures/nouvelle", named).status_code == 302
    again = client.post(f"/projets/{one.key}/structures/nouvelle", named)
    assert "est déjà parmi" in again.content.decode()
    assert [mail.to for mail in deliver()] == [[manager.email]]
    visitor = HostileClient()
    assert "Structure amie" not in visitor.get(f"/projets/{one.key}").content.decode()
    partner = ProjectPartner.objects.get()
    theirs = HostileClient()
    theirs.force_login(manager)
    assert "Structure amie prend-elle part" in theirs.get("/mes-projets").content.decode()
    assert theirs.get(f"/projets/{one.key}/modifier").status_code == 403
    assert theirs.post(f"/projets/{one.key}/structures/{partner.pk}/reponse", {"answer": "oui"}).status_code == 302
    assert "Structure amie" in visitor.get(f"/projets/{one.key}").content.decode()
    # A co-carrier that confirmed writes in the file.
    assert theirs.get(f"/projets/{one.key}/modifier").status_code == 200
    assert client.post(f"/projets/{one.key}/structures/{partner.pk}/retrait").status_code == 302
    assert "Structure amie" not in visitor.get(f"/projets/{one.key}").content.decode()
    assert theirs.get(f"/projets/{one.key}/structures/{partner.pk}/reponse").status_code == 404


def test_only_those_who_steer_it_answer_for_an_organisation(perform: Callable[..., Any], at: datetime) -> None:
    other = factories.organisation()
    member = factories.role(other, name="member").person
    partner = factories.partner(factories.project(), other)
    with pytest.raises(Refused, match="répondent pour elle"):
        perform(answer_partner, partner=partner, takes_part=True, by=member, at=at)


# Files


def sent(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_picture_and_a_document_are_joined_then_taken_out(
    client: HostileClient, perform: Callable[..., Any], at: datetime
) -> None:
    one = factories.project()
    client.force_login(one.person)  # type: ignore[arg-type]  # carried by a person
    image = {"file": sent(picture(), "photo.png"), "described": "Un marché"}
    assert client.post(f"/projets/{one.key}/joindre/image", image).status_code == 302
    assert client.post(f"/projets/{one.key}/joindre/document", {"file": sent(PDF, "b.pdf")}).status_code == 302
    assert client.post(f"/projets/{one.key}/joindre/document", {"file": sent(PDF, "c.pdf")}).status_code == 302
    assert ProjectFile.objects.count() == 2  # the same content once
    seen, paper = ProjectFile.objects.get(kind="image"), ProjectFile.objects.get(kind="document")
    visitor = HostileClient()
    shown = visitor.get(f"/projets/{one.key}/fichiers/{seen.pk}")
    assert shown["Content-Type"] == "image/png"
    assert shown["X-Content-Type-Options"] == "nosniff"
    b"".join(shown.streaming_content)
    assert 'alt="Un marché"' in visitor.get(f"/projets/{one.key}").content.decode()
    # Documents are private at first.
    assert visitor.get(f"/projets/{one.key}/fichiers/{paper.pk}").status_code == 404
    own = client.get(f"/projets/{one.key}/fichiers/{paper.pk}")
    assert own["Content-Disposition"].startswith("attachment")
    b"".join(own.streaming_content)
    Project.objects.filter(pk=one.pk).update(private=[])
    b"".join(visitor.get(f"/projets/{one.key}/fichiers/{paper.pk}").streaming_content)
    assert client.post(f"/projets/{one.key}/fichiers/{paper.pk}/retrait").status_code == 302
    assert visitor.get(f"/projets/{one.key}/fichiers/{paper.pk}").status_code == 404
    # Joined again before the night, it is there after it.
    assert client.post(f"/projets/{one.key}/joindre/document", {"file": sent(PDF, "d.pdf")}).status_code == 302
    again = ProjectFile.objects.get(kind="document", removed_at=None)
    perform(erase_removed_files, by=System("projects"), at=at)
    assert b"".join(client.get(f"/projets/{one.key}/fichiers/{again.pk}").streaming_content) == PDF
    assert client.post(f"/projets/{one.key}/fichiers/{again.pk}/retrait").status_code == 302
    name = paper.file.name or ""
    assert perform(erase_removed_files, by=System("projects"), at=at) == 1
    assert not default_storage.exists(name)


def test_what_is_not_a_picture_is_refused_in_a_sentence(client: HostileClient) -> None:
    one = factories.project()
    client.force_login(one.person)  # type: ignore[arg-type]  # carried by a person
    refused = client.post(f"/projets/{one.key}/joindre/image", {"file": sent(PDF, "x.png"), "described": "Un marché"})
    assert refused.status_code == 422
    assert "Ce fichier est un PDF" in refused.content.decode()
    assert "Un marché" in refused.content.decode()


# The self-diagnosis


def test_the_questions_have_their_sources_and_no_rank() -> None:
    asked = diagnosis.questions()
    assert [family.code for family in asked.families] == ["loi", "besoins", "effets", "experimentation"]
    assert all(source.url.startswith("https://") and source.wording for source in asked.sources)
    assert len({one.code for one in asked.criteria}) == len(asked.criteria)
    with pytest.raises(LookupError):
        diagnosis.questions("../../etc")


def test_answers_draw_a_profile_told_in_words(client: HostileClient) -> None:
    one = factories.project()
    client.force_login(one.person)  # type: ignore[arg-type]  # carried by a person
    answers = {"said_besoin": "oui", "evidence_besoin": "Une enquête.", "said_forme": "non", "said_risque": "oui"}
    assert client.post(f"/projets/{one.key}/diagnostic", answers).status_code == 302
    made = Diagnosis.objects.get()
    assert (made.version, made.answers["besoin"]) == ("2026-11", {"answer": "oui", "evidence": "Une enquête."})
    page = client.get(f"/projets/{one.key}").content.decode()
    assert "Oui pour : besoin peu ou mal satisfait" in page
    assert "Sans preuve écrite : risque assumé" in page.replace("sans", "Sans")
    assert page.count('class="profile__mark ') == len(diagnosis.questions().criteria)
    assert page.count("profile__mark--full") == 1
    assert "Une enquête." in page
    # Private at first; never a score.
    assert "Une enquête." not in HostileClient().get(f"/projets/{one.key}").content.decode()
    assert not re.search(r"\d+\s*(?:/|sur)\s*\d+|\d\s*%", " ".join(f.sentence for f in _profile(made).families))
    assert "checked" in client.get(f"/projets/{one.key}/diagnostic").content.decode()


def _profile(made: Diagnosis) -> diagnosis.Profile:
    return diagnosis.profile(made.version, made.answers)


def test_a_profile_without_answers_says_what_is_to_be_cleared_up() -> None:
    empty = diagnosis.profile("2026-11", {})
    assert all(family.sentence.startswith("À éclaircir") for family in empty.families)
    with_markup = diagnosis.profile("2026-11", {"besoin": {"answer": "oui", "evidence": "<script>"}})
    assert "<script>" not in with_markup.drawing


# The page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_a_fixed_number_of_questions(
    client: HostileClient, django_assert_max_num_queries: Any, count: int
) -> None:
    one = factories.project(themes=["GAS"], organisation=factories.organisation(), private=[])
    for number in range(count):
        partner = factories.partner(one, factories.organisation(), confirmed_at=one.recorded_at)
        ProjectFile.objects.create(
            project=one, kind="image", name="x", described="x", file="x", size=1, content_type="image/png",
            digest=str(number), added_at=partner.invited_at,
        )  # fmt: skip
    Diagnosis.objects.create(project=one, version="2026-11", answers={}, changed_at=one.recorded_at)
    with django_assert_max_num_queries(PAGE_QUERIES):
        assert client.get(f"/projets/{one.key}").status_code == 200


def test_private_parts_are_for_the_carriers(client: HostileClient) -> None:
    one = factories.project(
        model="Des ventes",
        budget=[{"year": 2025, "budget": 12_300_000, "resources": None}],
        private=["budget", "model"],
    )
    page = client.get(f"/projets/{one.key}").content.decode()
    assert "Des ventes" not in page
    assert "123\u202f000" not in page
    client.force_login(one.person)  # type: ignore[arg-type]  # carried by a person
    own = client.get(f"/projets/{one.key}").content.decode()
    assert "Des ventes" in own
    assert "Privé : seuls ceux qui portent" in own
    assert "non dit" in own


def test_the_public_history_names_nobody(client: HostileClient) -> None:
    one = factories.project(state="draft", person=factories.person(given_name="Zoé"))
    client.force_login(one.person)  # type: ignore[arg-type]  # carried by a person
    client.post(f"/projets/{one.key}/publier")
    assert "Zoé" in client.get(f"/projets/{one.key}/historique").content.decode()
    public = HostileClient().get(f"/projets/{one.key}").content.decode()
    assert "a publié le projet" in public
    assert "Zoé" not in public


def test_the_page_of_an_organisation_shows_its_projects(client: HostileClient) -> None:
    one, other = factories.organisation(), factories.organisation()
    own = factories.project(title="Le mien", organisation=one)
    factories.project(title="Brouillon caché", organisation=one, state="draft")
    shared = factories.project(title="Avec d’autres")
    partner = factories.partner(shared, one)
    factories.partner(
        factories.project(title="Partenaires cachés", private=["partners"]), one, confirmed_at=own.recorded_at
    )
    page = client.get(f"/organisations/{one.key}").content.decode()
    assert "Ses projets" in page
    assert "Le mien" in page
    assert not any(hidden in page for hidden in ("Brouillon caché", "Avec d’autres", "Partenaires cachés"))
    ProjectPartner.objects.filter(pk=partner.pk).update(confirmed_at=own.recorded_at)
    assert "Avec d’autres" in client.get(f"/organisations/{one.key}").content.decode()
    assert "Ses projets" not in client.get(f"/organisations/{other.key}").content.decode()


def test_what_is_added_to_the_page_of_an_organisation() -> None:
    found = [(one.subject, one.title) for one in attached.registrations()]
    assert found == [("directory", ""), ("projects", "Ses projets"), ("labels", "Ses labels")]


def test_the_home_page_shows_the_latest_projects(client: HostileClient) -> None:
    assert "Projets publiés récemment" not in client.get("/").content.decode()
    for number in range(4):
        factories.project(title=f"Projet {number}", published_at=timezone.now() + timedelta(minutes=number))
    page = client.get("/").content.decode()
    assert [f"Projet {number}" in page for number in range(4)] == [False, True, True, True]


# Leaving, nights, rules


def test_whoever_leaves_takes_what_was_theirs_alone(perform: Callable[..., Any], at: datetime) -> None:
    leaver = factories.person()
    alone = factories.project(person=leaver, state="draft")
    ours = factories.project(person=leaver, organisation=factories.organisation())
    said = factories.proposal(proposed_by=leaver)
    taken = factories.project(proposed_by=leaver)
    published = factories.project(person=leaver)
    (objection,) = personal_data.objections(leaver)
    assert published.title in objection.reason
    told = personal_data.export(leaver)
    assert {one["nom"] for one in told["projets portés"]} == {alone.title, ours.title, published.title}
    perform(personal_data.erase, person=leaver, by=leaver, at=at)
    left = {one.pk: one for one in Project.objects.all()}
    assert left.keys() == {ours.pk, taken.pk}
    assert left[ours.pk].person is None
    assert left[taken.pk].proposed_by is None
    assert said.pk not in left


def test_the_nights_work(elsewhere: Callable[[Callable[[], Any]], Any]) -> None:
    def night() -> tuple[int, int]:
        factories.project()
        return rebuild_search(0), forget(0)

    assert elsewhere(night) == (1, 0)


def test_each_rule_is_told_in_french() -> None:
    written = (embedded.ROOT / "docs" / "rules" / "projets.md").read_text()
    told = set(re.findall(r"`(projects\.[a-z_]+)`", written))
    assert told == set(rules.names())
