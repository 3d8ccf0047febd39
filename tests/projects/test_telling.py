"""Telling a project: opened, told step by step, kept while one types, published, ended."""

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import reverse

from accelerator.community.models import Organisation, Theme
from accelerator.design.unsaved import forget_what_others_posted
from accelerator.geography.models import Place
from accelerator.journal import System
from accelerator.journal.queries import history_of
from accelerator.projects import stages
from accelerator.projects.models import Project, UnsavedText
from accelerator.projects.operations.projects import attach, publish, take_commune, tell_step, unpublish
from accelerator.projects.operations.proposals import forget_what_waited
from accelerator.projects.queries.projects import commune_to_take
from accelerator.projects.record import LABELS, PRIVATE, STEPS
from accelerator.workflow import Refused, transaction
from accelerator.workflow.prints import print_of
from accelerator.workflow.steps import LONGEST
from tests import factories
from tests.client import HostileClient


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def draft(client: HostileClient) -> Project:
    """A draft whose carrier is at the browser."""
    one = factories.project(state="draft", title="Cuisine partagée", problem="", solution="", families=[], maturity="")
    client.force_login(one.person)  # type: ignore[arg-type]  # carried by a person
    return one


def at_step(one: Project, step: str, more: str = "") -> str:
    return f"/projets/{one.key}/modifier/{step}{more}"


def seen(one: Project, step: str) -> dict[str, str]:
    return {f"seen_{name}": print_of(getattr(one, name)) for name in STEPS[step].fields}


def test_every_value_of_the_file_has_its_step_and_its_name() -> None:
    told = [name for step in STEPS.values() for name in step.fields]
    assert sorted(told) == sorted(LABELS)
    assert all(hasattr(Project(), name) for name in told)
    assert set(PRIVATE) - set(LABELS) == {"partners", "documents", "diagnosis"}


def test_a_project_is_opened_in_one_page_and_told_in_the_next(client: HostileClient) -> None:
    one = factories.person()
    client.force_login(one)
    response = client.post("/projets/nouveau", {"title": "Cuisine partagée", "summary": "Des invendus cuisinés."})
    project = Project.objects.get()
    assert response["Location"] == at_step(project, "reponse")
    assert (project.person, project.organisation, project.state) == (one, None, "draft")
    assert set(project.private) == {"budget", "documents", "diagnosis"}
    assert "Cuisine partagée" in client.get("/mes-projets").content.decode()


def test_a_project_is_opened_for_an_organisation_that_one_steers(client: HostileClient) -> None:
    role = factories.role(factories.organisation(name="Ma structure"))
    client.force_login(role.person)
    assert role.organisation is not None
    client.post("/projets/nouveau", {"title": "À nous", "organisation": role.organisation.public_id})
    assert Project.objects.get().organisation == role.organisation
    stranger = factories.organisation()
    refused = client.post("/projets/nouveau", {"title": "Pas à nous", "organisation": stranger.public_id})
    assert refused.status_code == 422
    assert Project.objects.count() == 1


STEPS_TOLD: dict[str, dict[str, Any]] = {
    "essentiel": {"title": "Cuisine partagée", "summary": "Des invendus cuisinés ensemble."},
    "reponse": {"problem": "On jette.", "solution": "On cuisine.", "novelty": "Ensemble."},
    "personnes": {"beneficiaries": "Trente familles.", "stakeholders": "La commune."},
    "domaines": {"families": ["ecologie"], "themes": ["GAS"], "goals": ["12"]},
    "territoires": {"seat": "Figeac", "territories": "Lot"},
    "maturite": {"maturity": "experimentation", "began_on": "2024-02-01", "proof": "Moins de déchets.",
                 "proof_territories": "Figeac"},
    "besoins": {"needs": ["financement", "territoires"], "needs_text": "Un local."},
    "liens": {"website": "cuisine.example", "links": "Reportage https://presse.example/x"},
    "confidentialite": {"private": ["budget"]},
}  # fmt: skip


@pytest.mark.parametrize("step", sorted(STEPS_TOLD))
def test_each_step_is_kept_as_it_was_told(client: HostileClient, draft: Project, step: str) -> None:
    assert client.get(at_step(draft, step)).status_code == 200
    given = STEPS_TOLD[step]
    response = client.post(at_step(draft, step), {**given, **seen(draft, step)})
    assert response.status_code == 302, response.content.decode()
    draft.refresh_from_db()
    for name, value in given.items():
        kept = getattr(draft, name)
        if name == "seat":
            assert kept.pk == "commune-46102"
        elif name in ("territories", "proof_territories"):
            assert kept == ["departement-46" if name == "territories" else "commune-46102"]
        elif name == "began_on":
            assert kept.isoformat() == value
        elif name == "website":
            assert kept == "https://cuisine.example"
        elif name == "links":
            assert kept == [{"label": "Reportage", "url": "https://presse.example/x"}]
        else:
            assert kept == value
    assert client.get(response["Location"]).status_code == 200


def test_money_is_told_in_euros_and_kept_in_cents(client: HostileClient, draft: Project, at: datetime) -> None:
    page, year = at_step(draft, "moyens"), at.year
    given = {"model": "Ventes", f"budget_{year}": "120000", f"resources_{year}": "", "jobs": "2,5"}
    assert client.post(page, {**given, **seen(draft, "moyens")}).status_code == 302
    draft.refresh_from_db()
    assert draft.budget == [{"year": year, "budget": 12_000_000, "resources": None}]
    assert draft.jobs == 25
    shown = client.get(page).content.decode()
    assert 'value="120000"' in shown
    assert 'value="2,5"' in shown
    written = {f"budget_{year}": "30 000 €", f"resources_{year}": "31 500,50"}
    assert client.post(page, {**written, **seen(draft, "moyens")}).status_code == 302
    draft.refresh_from_db()
    assert draft.budget == [{"year": year, "budget": 3_000_000, "resources": 3_150_050}]
    assert 'value="31500,50"' in client.get(page).content.decode()
    refused = client.post(page, {f"budget_{year}": "-3", f"resources_{year}": "trente", **seen(draft, "moyens")})
    assert refused.status_code == 422
    assert "Écrivez un montant en euros" in refused.content.decode()
    assert 'value="trente"' in refused.content.decode()


def test_what_is_wrong_is_said_beside_and_what_was_typed_is_kept(client: HostileClient, draft: Project) -> None:
    too_many = {"themes": ["GAS", "ALI", "EAU", "ENE", "MOB", "HAB"], "families": ["ecologie"]}
    page = client.post(at_step(draft, "domaines"), {**too_many, **seen(draft, "domaines")})
    assert page.status_code == 422
    assert "thèmes au plus" in page.content.decode() or "choix valide" in page.content.decode()
    assert 'value="ecologie"' in page.content.decode()
    later = client.post(at_step(draft, "maturite"), {"began_on": "2999-01-01", **seen(draft, "maturite")})
    assert "Cette date est à venir" in later.content.decode()
    assert client.get(at_step(draft, "rien")).status_code == 404


def test_what_is_typed_is_kept_for_its_author_alone_until_saved(client: HostileClient, draft: Project) -> None:
    said = client.post(at_step(draft, "reponse", "/garder"), {"problem": "Un long texte", "seen_problem": "x"})
    assert said.json()["garde"] is True
    assert UnsavedText.objects.get().values == {"problem": ["Un long texte"]}
    again = client.get(at_step(draft, "reponse")).content.decode()
    assert "Un long texte" in again
    assert "pas encore enregistré" in again
    draft.refresh_from_db()
    assert draft.problem == ""
    # Another carrier does not read it.
    role = factories.role(factories.organisation())
    Project.objects.filter(pk=draft.pk).update(organisation=role.organisation)
    other = HostileClient()
    other.force_login(role.person)
    assert "Un long texte" not in other.get(at_step(draft, "reponse")).content.decode()
    client.post(at_step(draft, "reponse"), {"problem": "Un long texte, fini", **seen(draft, "reponse")})
    assert not UnsavedText.objects.exists()


def test_a_place_being_typed_comes_back(client: HostileClient, draft: Project) -> None:
    client.post(at_step(draft, "territoires", "/garder"), {"seat": "Fige", "territories_kept": ["departement-46"]})
    page = client.get(at_step(draft, "territoires")).content.decode()
    assert 'value="Fige"' in page
    assert "departement-46" in page


def test_an_unsaved_text_is_forgotten_on_demand_or_with_time(
    client: HostileClient, draft: Project, perform: Callable[..., Any], at: datetime
) -> None:
    client.post(at_step(draft, "reponse", "/garder"), {"problem": "Un long texte"})
    assert client.post(at_step(draft, "reponse", "/oublier")).status_code == 302
    assert not UnsavedText.objects.exists()
    client.post(at_step(draft, "reponse", "/garder"), {"problem": "Un long texte"})
    assert perform(forget_what_waited, by=System("projects"), at=at + timedelta(days=29)) == 0
    assert perform(forget_what_waited, by=System("projects"), at=at + timedelta(days=31)) == 1


def test_what_is_too_long_is_not_kept_and_says_so(client: HostileClient, draft: Project) -> None:
    said = client.post(at_step(draft, "reponse", "/garder"), {"problem": "x" * (LONGEST + 1)})
    assert said.status_code == 422
    assert said.json()["garde"] is False
    assert client.post(at_step(draft, "rien", "/garder")).status_code == 404
    assert client.get(at_step(draft, "reponse", "/garder")).status_code == 405


def signed_out(response: Any) -> tuple[str, dict[str, list[str]]]:
    """The hidden fields of a form that was shown, as its browser sends them once the session is lost."""
    page = response.content.decode()
    return page, {"_whose": re.findall(r'name="_whose" value="([^"]+)"', page)}


def test_what_is_posted_once_the_session_is_lost_waits_for_its_author(client: HostileClient, draft: Project) -> None:
    address = at_step(draft, "reponse")
    page, ours = signed_out(client.get(address))
    assert "Vous aviez commencé" not in page
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    typed = {"problem": "Un long texte", "seen_problem": "x", **ours}
    lost = client.post(address, typed, follow=True)
    assert lost.redirect_chain[-1][0].endswith(f"?next={quote(address)}")
    assert "Votre texte est gardé" in lost.content.decode()
    draft.refresh_from_db()
    assert draft.problem == ""
    client.force_login(draft.person)  # type: ignore[arg-type]  # carried by a person
    back = client.get(address).content.decode()
    assert "Vous aviez commencé à écrire ici" in back
    assert "Un long texte" in back
    # Nothing is saved by itself; saved by its author, it waits no more.
    assert client.post(address, {"problem": "Un long texte", **seen(draft, "reponse")}).status_code == 302
    assert "Vous aviez commencé" not in client.get(address).content.decode()
    draft.refresh_from_db()
    assert draft.problem == "Un long texte"


def test_a_self_diagnosis_posted_once_the_session_is_lost_waits_too(client: HostileClient, draft: Project) -> None:
    address = f"/projets/{draft.key}/diagnostic"
    _, ours = signed_out(client.get(address))
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.post(address, {"said_besoin": "oui", "evidence_besoin": "Une enquête de porte en porte.", **ours})
    client.force_login(draft.person)  # type: ignore[arg-type]  # carried by a person
    back = client.get(address).content.decode()
    assert "Une enquête de porte en porte." in back
    assert re.search(r'name="said_besoin" value="oui"[^>]*checked', back)
    assert "oubliez-le" not in back


def test_another_who_signs_in_there_does_not_read_it(client: HostileClient, draft: Project) -> None:
    """Even who carries the same project; and it is forgotten when they come in by the door."""
    role = factories.role(factories.organisation())
    Project.objects.filter(pk=draft.pk).update(organisation=role.organisation)
    address = at_step(draft, "reponse")
    _, ours = signed_out(client.get(address))
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.post(address, {"problem": "Un long texte", **ours})
    assert "Un long texte" in str(dict(client.session))
    client.force_login(role.person)  # the session of that browser goes on, as after a code
    assert "Un long texte" in str(dict(client.session))
    assert "Un long texte" not in client.get(address).content.decode()
    request = RequestFactory().get(address)
    request.session = client.session
    forget_what_others_posted(request, role.person.actor_key)
    assert "Un long texte" not in str(dict(request.session))


@pytest.mark.parametrize("whose", ["", "person:1 /projets/x", "forged"])
def test_what_we_did_not_show_is_not_kept(draft: Project, whose: str) -> None:
    stranger = HostileClient()
    answer = stranger.post(at_step(draft, "reponse"), {"problem": "Un long texte", "_whose": whose})
    assert answer.status_code == 302
    assert "Un long texte" not in str(dict(stranger.session))


def test_a_form_is_kept_for_its_own_page_and_within_reason(client: HostileClient, draft: Project) -> None:
    _, ours = signed_out(client.get(at_step(draft, "reponse")))
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.post(at_step(draft, "personnes"), {"beneficiaries": "Ailleurs", **ours})
    client.post(at_step(draft, "reponse"), {"problem": "x" * (LONGEST + 1), **ours})
    assert not dict(client.session)


def test_what_waits_is_forgotten_on_demand(client: HostileClient, draft: Project) -> None:
    address = at_step(draft, "reponse")
    _, ours = signed_out(client.get(address))
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.post(address, {"problem": "Un long texte", **ours})
    client.force_login(draft.person)  # type: ignore[arg-type]  # carried by a person
    assert client.post(at_step(draft, "reponse", "/oublier")).status_code == 302
    assert "Un long texte" not in client.get(address).content.decode()


def test_the_commune_of_the_organisation_is_offered_and_taken_in_one_click(client: HostileClient) -> None:
    figeac = Place.objects.get(key="commune-46102")
    role = factories.role(factories.organisation(name="La Fabrique fictive", seat=figeac))
    one = factories.project(organisation=role.organisation, territories=[], territories_cover=[], state="draft")
    client.force_login(role.person)
    page = client.get(at_step(one, "territoires")).content.decode()
    assert "La Fabrique fictive est à Figeac (46)" in page
    address = at_step(one, "territoires", "/commune-de-la-structure")
    assert "Figeac (46)" in client.get(address).content.decode()
    one.refresh_from_db()
    assert (one.seat, one.territories) == (None, [])
    for _ in range(2):  # clicked twice, it is taken once
        assert client.post(address)["Location"] == at_step(one, "territoires")
    one.refresh_from_db()
    assert (one.seat, one.territories) == (figeac, ["commune-46102"])
    assert "departement-46" in one.territories_cover
    assert [event.code for event in history_of(one)] == ["projects.changed"]
    assert "Prendre cette commune" not in client.get(at_step(one, "territoires")).content.decode()


def test_the_themes_of_the_organisation_are_ticked_until_the_project_says_its_own(client: HostileClient) -> None:
    codes = list(Theme.objects.filter(until="").order_by("position").values_list("code", flat=True))
    lead = factories.organisation(name="La Fabrique fictive", themes=codes[:2])
    role = factories.role(lead)
    one = factories.project(organisation=lead, themes=[], state="draft")
    client.force_login(role.person)
    read = client.get(at_step(one, "domaines"))
    assert read.context["form"].initial["themes"] == codes[:2]
    assert "Les thèmes cochés sont ceux de La Fabrique fictive" in read.content.decode()
    one.refresh_from_db()
    assert one.themes == []
    sent = {**seen(one, "domaines"), "themes": codes[2]}
    assert client.post(at_step(one, "domaines"), sent).status_code == 302
    one.refresh_from_db()
    assert one.themes == [codes[2]]
    read = client.get(at_step(one, "domaines"))
    assert read.context["form"].initial["themes"] == [codes[2]]
    assert "Les thèmes cochés sont ceux" not in read.content.decode()


def test_the_themes_of_the_organisation_are_not_offered_again_once_their_step_was_saved(client: HostileClient) -> None:
    codes = list(Theme.objects.filter(until="").order_by("position").values_list("code", flat=True))
    lead = factories.organisation(name="La Fabrique fictive", themes=codes[:2])
    role = factories.role(lead)
    client.force_login(role.person)
    none, cleared = (factories.project(organisation=lead, themes=[], state="draft") for _ in range(2))
    # What is refused is shown as it was sent, not as it was offered.
    refused = client.post(at_step(none, "domaines"), {**seen(none, "domaines"), "themes": "nulle-part"})
    assert refused.status_code == 422
    assert "Les thèmes cochés sont ceux" not in refused.content.decode()
    assert client.get(at_step(none, "domaines")).context["form"].initial["themes"] == codes[:2]
    # Unticked at once, or kept first and cleared later.
    assert client.post(at_step(none, "domaines"), seen(none, "domaines")).status_code == 302
    for themes in ([codes[0]], []):
        sent = {**seen(cleared, "domaines"), "themes": themes}
        assert client.post(at_step(cleared, "domaines"), sent).status_code == 302
        cleared.refresh_from_db()
        assert cleared.themes == themes
    for one in (none, cleared):
        read = client.get(at_step(one, "domaines"))
        assert read.context["form"].initial["themes"] == []
        assert "Les thèmes cochés sont ceux" not in read.content.decode()


def test_where_the_organisation_acts_is_not_told_twice(client: HostileClient) -> None:
    figeac = Place.objects.get(key="commune-46102")
    lead = factories.organisation(name="La Fabrique fictive", seat=figeac, territories=["departement-12"])
    role = factories.role(lead)
    one = factories.project(organisation=lead, territories=[], territories_cover=[], state="draft")
    client.force_login(role.person)
    page = client.get(at_step(one, "territoires")).content.decode()
    assert "La Fabrique fictive est à Figeac (46) et agit sur Aveyron" in page
    assert "Prendre ces lieux" in page
    address = at_step(one, "territoires", "/commune-de-la-structure")
    assert "agira sur Aveyron" in client.get(address).content.decode()
    for _ in range(2):
        client.post(address)
    one.refresh_from_db()
    assert (one.seat, one.territories) == (figeac, ["departement-12"])
    assert [event.code for event in history_of(one)] == ["projects.changed"]


def test_a_territory_that_covers_the_commune_already_is_enough(perform: Callable[..., Any], at: datetime) -> None:
    figeac, cahors = Place.objects.get(key="commune-46102"), Place.objects.get(key="commune-46042")
    role = factories.role(factories.organisation(seat=figeac))
    one = factories.project(organisation=role.organisation, seat=cahors, territories=["departement-46"])
    assert commune_to_take(one) is None
    taken = perform(take_commune, project=one, by=role.person, at=at)
    assert (taken.seat, taken.territories) == (cahors, ["departement-46"])
    nowhere = factories.project(organisation=factories.organisation(seat=None), person=role.person)
    with pytest.raises(Refused, match="pas de commune connue"):
        perform(take_commune, project=nowhere, by=role.person, at=at)
    with pytest.raises(Refused, match="Seuls ceux qui portent"):
        perform(take_commune, project=one, by=factories.person(), at=at)


def test_two_who_edit_the_same_part_are_told(client: HostileClient, draft: Project, at: datetime) -> None:
    opened = seen(draft, "reponse")
    client.post(at_step(draft, "reponse"), {"problem": "Le mien", **opened})
    second = client.post(at_step(draft, "reponse"), {"problem": "Le vôtre", **opened})
    page = second.content.decode()
    assert second.status_code == 422
    assert "« besoin ou problème » est maintenant : Le mien" in page
    assert "Le vôtre" in page
    # A part that nobody else touched is no clash.
    draft.refresh_from_db()
    mixed = {**seen(draft, "reponse"), "seen_solution": "vieux"}
    assert client.post(at_step(draft, "reponse"), {"problem": "Le mien", "solution": "", **mixed}).status_code == 302


def test_two_at_the_same_moment_lose_nothing(together: Callable[..., list[Any]], at: datetime) -> None:
    def prepare() -> Project:
        return factories.project(state="draft", problem="Avant")

    (one,) = together(prepare)
    prints = {name: print_of(getattr(one, name)) for name in STEPS["reponse"].fields}

    def tells(text: str) -> Callable[[], Any]:
        def tell() -> Any:
            values = {"problem": text, "solution": one.solution, "novelty": one.novelty}
            with transaction():
                return tell_step(project=one, step="reponse", values=values, seen=prints, by=one.person, at=at)  # type: ignore[arg-type]

        return tell

    results = together(tells("Un"), tells("Deux"))
    refused = [result for result in results if isinstance(result, Refused)]
    kept = [result for result in results if isinstance(result, Project)]
    assert (len(refused), len(kept)) == (1, 1)
    assert kept[0].problem in refused[0].message


def test_the_file_says_what_is_lacking_and_for_what(client: HostileClient, draft: Project) -> None:
    page = client.get(f"/projets/{draft.key}/modifier").content.decode()
    assert "Pour être publié" in page
    assert "le besoin auquel il répond" in page
    assert "une structure qui porte le projet" in page
    refused = client.post(f"/projets/{draft.key}/publier")
    assert refused.status_code == 422
    assert "il manque le besoin auquel il répond, la solution" in refused.content.decode()


def test_each_stage_says_what_it_asks() -> None:
    one = Project(maturity="changement-echelle")
    asked = stages.stage_of(one)
    assert asked is not None
    assert "un territoire au moins où la preuve est faite" in [lacking.label for lacking in asked.lacking]
    assert stages.stage_of(Project()) is None
    assert all(asked.step in STEPS for wanted in stages.STAGES.values() for asked in
               [stages.Asked(label, step, done=True) for label, step, _ in wanted])  # fmt: skip


def test_a_published_project_is_found_then_taken_back(client: HostileClient) -> None:
    one = factories.project(state="draft", title="Loutre fictive")
    client.force_login(one.person)  # type: ignore[arg-type]  # carried by a person
    assert client.post(f"/projets/{one.key}/publier").status_code == 302
    visitor = HostileClient()
    assert "Loutre fictive" in visitor.get("/projets?q=loutre").content.decode()
    assert visitor.get(f"/projets/{one.key}").status_code == 200
    assert client.post(f"/projets/{one.key}/terminer", {"reason": "Fini."}).status_code == 302
    assert "Terminé" in visitor.get(f"/projets/{one.key}").content.decode()
    assert client.post(f"/projets/{one.key}/reprise").status_code == 302
    assert client.post(f"/projets/{one.key}/retirer").status_code == 302
    assert visitor.get(f"/projets/{one.key}").status_code == 404
    assert [event.code for event in history_of(one)] == [
        "projects.unpublished",
        "projects.resumed",
        "projects.ended",
        "projects.published",
    ]


def test_a_published_project_keeps_what_publishing_asks(client: HostileClient) -> None:
    one = factories.project()
    client.force_login(one.person)  # type: ignore[arg-type]  # carried by a person
    refused = client.post(at_step(one, "reponse"), {"problem": "", "solution": "", **seen(one, "reponse")})
    assert refused.status_code == 422
    assert "doit garder le besoin auquel il répond et la solution" in refused.content.decode()
    one.refresh_from_db()
    assert one.problem


def test_a_moderator_takes_back_and_says_why(perform: Callable[..., Any], at: datetime) -> None:
    one, moderator = factories.project(), factories.role(None, name="moderator").person
    client = HostileClient()
    client.force_login(moderator)
    assert client.post(f"/projets/{one.key}/retirer").status_code == 422
    assert client.post(f"/projets/{one.key}/retirer", {"reason": "Contenu signalé."}).status_code == 302
    assert history_of(one)[0].reason == "Contenu signalé."


def test_sending_twice_publishes_once(perform: Callable[..., Any], at: datetime) -> None:
    one = factories.project(state="draft")
    perform(publish, project=one, by=one.person, at=at)
    with pytest.raises(Refused, match="déjà publié"):
        perform(publish, project=one, by=one.person, at=at)
    perform(unpublish, project=one, reason="", by=one.person, at=at)
    again = perform(publish, project=one, by=one.person, at=at + timedelta(days=1))
    assert again.published_at == at


def test_nobody_may_be_left_to_answer_for_a_project(perform: Callable[..., Any], at: datetime) -> None:
    role = factories.role(factories.organisation())
    one = factories.project(organisation=role.organisation, person=None)
    with pytest.raises(Refused, match="doit répondre"):
        perform(attach, project=one, organisation=None, by=role.person, at=at)
    stranger = factories.organisation()
    with pytest.raises(Refused, match="Vous ne gérez pas"):
        perform(attach, project=one, organisation=stranger, by=role.person, at=at)


def test_a_project_follows_its_organisation_into_another(client: HostileClient) -> None:
    absorbed, survivor = factories.organisation(), factories.organisation(name="Survivante")
    role = factories.role(survivor)
    one = factories.project(organisation=absorbed, person=None)
    factories.merge(absorbed, survivor)
    client.force_login(role.person)
    assert client.get(f"/projets/{one.key}/modifier").status_code == 200
    assert one in Project.objects.carried_by(role.person)
    assert "Survivante" in client.get(f"/projets/{one.key}").content.decode()


def test_a_helper_fills_in_and_does_not_decide(client: HostileClient) -> None:
    organisation = factories.organisation()
    manager = factories.role(organisation).person
    mandate = factories.mandate(organisation, granted_by=manager)
    one = factories.project(organisation=organisation, person=None, state="draft")
    client.force_login(mandate.helper)
    assert client.post(at_step(one, "reponse"), {"problem": "Aidé", **seen(one, "reponse")}).status_code == 302
    refused = client.get(f"/projets/{one.key}/publier")
    assert refused.status_code == 403
    assert "Votre mandat" in refused.content.decode()


def test_a_number_leads_to_the_organisation_or_to_its_entry(client: HostileClient, draft: Project) -> None:
    known = factories.organisation(siren="732829320")
    page = f"/projets/{draft.key}/structure"
    refused = client.post(page, {"number": "732 829 320"})
    assert "Vous ne gérez pas la fiche" in refused.content.decode()
    factories.role(known, holder=draft.person)
    assert client.post(page, {"number": "732 829 320"}).status_code == 302
    draft.refresh_from_db()
    assert draft.organisation == known
    unknown = client.post(page, {"number": "443 061 841"})
    assert unknown["Location"] == f"/organisations/nouvelle?numero=443061841&suite={quote(page, safe='')}"
    assert client.post(page, {"number": "123"}).status_code == 422


def test_a_project_is_tied_in_one_click_to_an_organisation_entered_since(client: HostileClient, draft: Project) -> None:
    project, file = f"/projets/{draft.key}", f"/projets/{draft.key}/modifier"
    client.force_login(draft.person)
    assert "Rattacher le projet" not in client.get(project).text
    entered = factories.organisation(name="Fabrique fictive")
    factories.role(entered, holder=draft.person)
    record = reverse("community:organisation", args=[entered.key])
    other = factories.role(entered).person
    offers = {project: "Rattacher le projet", file: "Rattacher le projet", record: "Le rattacher à cette organisation"}
    for page, words in offers.items():
        assert words in client.get(page).text
    client.force_login(other)
    assert "Le rattacher" not in client.get(record).text
    client.force_login(draft.person)
    client.post(f"/projets/{draft.key}/structure", {"organisation": entered.public_id})
    draft.refresh_from_db()
    assert draft.organisation == entered
    for page, words in offers.items():
        assert words not in client.get(page).text


def test_one_comes_back_to_the_project_with_the_organisation_that_one_entered(
    client: HostileClient, draft: Project
) -> None:
    client.force_login(draft.person)
    page = f"/projets/{draft.key}/structure"
    sent = {"legal_family": "association", "is_natural_person": ""}
    done = client.post(f"/organisations/nouvelle/fiche?suite={page}", {**sent, "name": "Neuve fictive"})
    entered = Organisation.objects.get(name="Neuve fictive")
    assert done["Location"] == f"{page}?organisation={entered.public_id}"
    chosen = client.get(done["Location"]).context["form"]
    assert chosen.initial["organisation"] == entered.public_id
    elsewhere = {
        "Zibeline fictive": "//ailleurs.example/",
        "Ornithorynque fictif": "https://ailleurs.example/",
        "Quetzal fictif": "javascript:alert(1)",
    }
    for name, path in elsewhere.items():
        away = client.post(f"/organisations/nouvelle/fiche?suite={quote(path)}", {**sent, "name": name})
        assert away["Location"].startswith("/organisations/")


@pytest.mark.parametrize("count", [1, 3])
def test_my_projects_ask_a_fixed_number_of_questions(
    client: HostileClient, django_assert_max_num_queries: Any, count: int
) -> None:
    one = factories.person()
    client.force_login(one)
    lead = factories.organisation()
    for _ in range(count):
        project = factories.project(person=one, organisation=lead)
        factories.proposal(proposed_by=one)
        factories.partner(project, factories.role(factories.organisation(), holder=one).organisation)  # type: ignore[arg-type]
    client.get("/mes-projets")
    with django_assert_max_num_queries(12):
        assert client.get("/mes-projets").content.decode().count("Projet fictif") >= count
