import logging
import re
from typing import Any

import pytest
from django.urls import reverse

from accelerator.community.models import Organisation, Role, Theme
from accelerator.community.states import Identity, OrganisationState, RoleName
from accelerator.geography.models import Place
from tests import factories
from tests.client import HostileClient
from tests.registers import register_server as server
from tests.registers.register_server import JARDINS, Register

NUMBER, DETAILS = "/organisations/nouvelle", "/organisations/nouvelle/fiche"
SIRET = f"{JARDINS}00074"


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def person(client: HostileClient) -> Any:
    someone = factories.person()
    client.force_login(someone)
    return someone


def typed(client: HostileClient, number: str) -> Any:
    return client.post(NUMBER, {"number": number})


def record(**changes: Any) -> dict[str, Any]:
    return {"name": "Les Jardins d’Exemple", "seat": "", "territories": "", **changes}


def test_a_visitor_is_asked_to_sign_in(client: HostileClient) -> None:
    for page in (NUMBER, DETAILS):
        assert client.get(page).status_code == 302


def test_typing_a_siret_fills_the_form_and_registers(client: HostileClient, register: Register, person: Any) -> None:
    response = typed(client, "732 829 320 00074")
    assert response.url == f"{DETAILS}?numero={SIRET}"
    page = client.get(response.url).content.decode()
    assert "LES JARDINS D&#x27;EXEMPLE" in page
    assert "Source : registre des entreprises, lu le" in page
    form = client.get(response.url).context["form"]
    assert form.initial["seat"] == Place.objects.get(pk="commune-46102")
    assert form.initial["is_ess"] == "oui"
    done = client.post(
        response.url, record(name="LES JARDINS D'EXEMPLE", seat="Figeac", legal_family="association", is_ess="oui")
    )
    organisation = Organisation.objects.get(siren=JARDINS)
    assert done.url == reverse("community:themes", args=[organisation.key])  # its name speaks of gardens
    assert (organisation.identity, organisation.is_ess) == (Identity.VERIFIED, True)
    assert organisation.provenance["name"]["source"] == "Registre des entreprises"
    assert Role.objects.get(organisation=organisation).person == person
    shown = client.get(done.url).content.decode()
    assert "on la trouve dès maintenant dans l’annuaire" in shown
    assert "Agriculture et terres nourricières</strong>" in shown
    assert organisation.themes == []
    assert "JARDINS" in client.get("/annuaire?q=jardins exemple").content.decode()


def test_themes_are_read_under_the_five_families(client: HostileClient, register: Register, person: Any) -> None:
    page = client.get(typed(client, SIRET).url).content.decode()
    legends = re.findall(r'<legend class="fi-group__name">([^<]+)</legend>', page)
    assert len(legends) == len(set(legends)) == 5
    assert page.count('name="themes"') == Theme.objects.filter(until="").count()


def test_a_double_click_registers_once(client: HostileClient, register: Register, person: Any) -> None:
    url = typed(client, SIRET).url
    once = client.get(url).context["once"]
    answers = [client.post(url, record(_once=once)) for _ in range(2)]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0].url == answers[1].url
    assert Organisation.objects.filter(siren=JARDINS).count() == 1


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("7328293200007", "Il manque un chiffre : un SIRET en compte 14."),
        ("73282932000079", "cinq derniers chiffres"),
        ("", "Renseignez"),
        ("<b>bonjour</b>" * 900, "trop long"),
        ("\x00", "caractère"),
    ],
)
def test_a_wrong_number_is_explained_and_kept(
    client: HostileClient, register: Register, person: Any, number: str, sentence: str
) -> None:
    response = typed(client, number)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert register.questions == []


def test_a_siret_that_its_company_does_not_have_is_explained(
    client: HostileClient, register: Register, person: Any
) -> None:
    response = typed(client, "73282932000116")
    assert response.status_code == 422
    assert "pas cet établissement" in response.content.decode()


def test_a_number_already_known_leads_to_its_record(client: HostileClient, register: Register, person: Any) -> None:
    there = factories.organisation(name="Déjà là", siren=JARDINS)
    response = typed(client, SIRET)
    assert response.url == f"/organisations/nouvelle/deja-inscrite?numero={SIRET}"
    page = client.get(response.url).content.decode()
    assert "Déjà là" in page
    assert reverse("community:organisation", args=[there.key]) in page
    assert register.questions == []
    late = client.post(f"{DETAILS}?numero={SIRET}", record(is_natural_person="non"))
    assert late.status_code == 422
    assert reverse("community:organisation", args=[there.key]) in late.content.decode()


def test_one_is_told_to_write_only_where_someone_answers(
    client: HostileClient, register: Register, person: Any
) -> None:
    there = factories.organisation(siren=JARDINS)
    address, door = typed(client, SIRET).url, reverse("community:write", args=[there.key])
    page = client.get(address).content.decode()
    assert "C’est mon organisation" in page
    assert door not in page
    factories.role(there)
    assert door in client.get(address).content.decode()
    # It ceased: nobody writes to it any more.
    Organisation.objects.filter(pk=there.pk).update(state=OrganisationState.CEASED)
    assert door not in client.get(address).content.decode()


def test_a_hidden_record_is_not_named(client: HostileClient, register: Register, person: Any) -> None:
    factories.organisation(name="Nom caché", siren=JARDINS, publishable=False)
    page = client.get(typed(client, SIRET).url).content.decode()
    assert "Nom caché" not in page
    assert "n’est pas publiée" in page


@pytest.mark.parametrize(
    "behaviour", [server.says(503), server.says(200, b"nonsense"), server.sleeps(1.2), server.hangs_up]
)
def test_the_register_away_the_record_is_filled_by_hand(
    client: HostileClient, register: Register, person: Any, behaviour: Any, settings: Any
) -> None:
    settings.COMPANY_REGISTER_TIMEOUT = 0.5
    register.always(behaviour)
    url = typed(client, SIRET).url
    page = client.get(url).content.decode()
    assert "Le registre des entreprises ne répond pas" in page
    missing = client.post(url, record())
    assert "Est-ce une entreprise individuelle" in missing.content.decode()
    assert client.post(url, record(is_natural_person="non")).status_code == 302
    organisation = Organisation.objects.get(siren=JARDINS)
    assert (organisation.identity, organisation.publishable) == (Identity.DECLARED, True)


def test_a_number_unknown_to_the_register_is_filled_by_hand(
    client: HostileClient, register: Register, person: Any
) -> None:
    page = client.get(typed(client, "404 833 048").url).content.decode()
    assert "ne connaît pas ce numéro" in page


def test_without_number_one_registers_too(client: HostileClient, person: Any) -> None:
    assert "Sans numéro" in client.get(DETAILS).content.decode()
    assert client.post(DETAILS, record(is_representative="on", accepts_charter="on")).status_code == 302
    organisation = Organisation.objects.get()
    assert (organisation.identity, organisation.charter_version != "") == (Identity.DECLARED, True)
    assert Role.objects.get().name == RoleName.REPRESENTATIVE


def test_only_a_representative_accepts_the_charter(client: HostileClient, person: Any) -> None:
    response = client.post(DETAILS, record(accepts_charter="on"))
    assert "Seul le représentant légal" in response.content.decode()


def test_a_natural_person_stays_private(client: HostileClient, register: Register, person: Any) -> None:
    register.next(server.results(server.company(nature_juridique="1000", nom_complet="CAMILLE EXEMPLE")))
    url = typed(client, SIRET).url
    page = client.get(url).content.decode()
    assert "Cette fiche restera privée" in page
    assert "CAMILLE EXEMPLE" not in page
    done = client.post(url, record(name="Atelier de Camille"))
    assert "Elle reste privée" in client.get(done.url).content.decode()
    client.logout()
    assert client.get(done.url).status_code == 404


def test_lookalikes_are_proposed_with_the_reason_and_one_may_go_on(client: HostileClient, person: Any) -> None:
    figeac = Place.objects.get(pk="commune-46102")
    there = factories.organisation(name="Les jardins d'exemple", seat=figeac)
    response = client.post(DETAILS, record(name="Association des Jardins d’Exemple", seat="Figeac", summary="À garder"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "même commune" in page
    assert reverse("community:organisation", args=[there.key]) in page
    assert "À garder" in page
    again = record(name="Association des Jardins d’Exemple", seat="Figeac", is_another="on")
    assert client.post(DETAILS, again).status_code == 302
    assert Organisation.objects.count() == 2


def test_html_and_very_long_texts_are_kept_as_text_or_refused(client: HostileClient, person: Any) -> None:
    evil = "<script>alert(1)</script>"
    fields = {
        "name": evil,
        "acronym": "<i>",
        "summary": evil,
        "presentation": evil * 10,
        "address": evil,
        "website": "javascript:alert(1)",
    }
    response = client.post(DETAILS, record(**fields))
    assert "n’est pas celle d’un site" in response.content.decode()
    del fields["website"]
    done = client.post(DETAILS, record(**fields))
    assert "<script>alert" not in client.get(done.url).content.decode()
    for name in ("name", "acronym", "summary", "presentation", "address", "contact_email", "website", "links"):
        response = client.post(DETAILS, record(**{name: "x" * 50_000}))
        assert response.status_code == 422, name
        assert response.context["form"].errors[name]


def test_too_many_themes_links_or_unknown_choices_are_refused(client: HostileClient, person: Any) -> None:
    themes = ["GAS", "REE", "ALI", "AGR", "ENE", "EAU"]
    assert "5 thèmes au plus" in client.post(DETAILS, record(themes=themes)).content.decode()
    many = "\n".join(f"https://lien{n}.example" for n in range(6))
    assert "Cinq liens au plus" in client.post(DETAILS, record(links=many)).content.decode()
    assert "ne finit pas par une adresse" in client.post(DETAILS, record(links="javascript:x y")).content.decode()
    assert client.post(DETAILS, record(kinds=["roi"])).status_code == 422
    done = client.post(DETAILS, record(links="Notre rapport https://rapport.example/2026", kinds=["ptce"]))
    assert done.status_code == 302
    assert Organisation.objects.get().links == [{"label": "Notre rapport", "url": "https://rapport.example/2026"}]


def test_the_page_asks_few_questions_of_the_database(
    client: HostileClient, person: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        client.get(DETAILS)


def test_a_number_made_up_in_the_address_is_not_found(client: HostileClient, person: Any) -> None:
    assert client.get(f"{DETAILS}?numero=12").status_code == 404
    assert client.get("/organisations/nouvelle/deja-inscrite").status_code == 404
