"""The public page of an organisation."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accelerator.community.models import Organisation, Role
from accelerator.community.operations.founding import load_founding_facts
from accelerator.community.operations.people import show_name
from accelerator.community.states import OrganisationState, RoleName
from accelerator.geography.models import Place
from accelerator.journal import System
from tests import factories
from tests.client import HostileClient


@pytest.fixture
def founding(places: None, perform: Callable[..., Any], at: datetime) -> None:
    perform(load_founding_facts, by=System("founding-facts"), at=at)


def _page(client: HostileClient, organisation: Organisation, suffix: str = "") -> str:
    response = client.get(f"/organisations/{organisation.key}{suffix}")
    assert response.status_code == 200
    return response.content.decode()


def test_a_pioneer_has_its_distinction_its_source_and_its_unknowns(client: HostileClient, founding: None) -> None:
    page = _page(client, Organisation.objects.get(name="Phenix"))
    assert "Lutte contre le gaspillage." in page
    assert "Pionnier French IMPACT" in page
    assert "juin 2018" in page
    assert "https://www.novethic.fr/" in page
    assert "Non connu à ce jour" in page
    assert "Identité non connue à ce jour" in page
    assert "a inscrit cette fiche à partir des faits fondateurs" in page


def test_a_territory_says_that_its_perimeter_is_probable_or_unknown(client: HostileClient, founding: None) -> None:
    assert "Périmètre probable" in _page(client, Organisation.objects.get(name="Figeac"))
    assert "il n’est pas connu à ce jour" in _page(client, Organisation.objects.get(name="Vallée de la Marne"))


def test_what_it_does_is_unknown_only_when_nothing_says_it(client: HostileClient) -> None:
    unknown = "Ce que fait cette organisation n’est pas connu à ce jour."
    assert unknown in _page(client, factories.organisation(summary="", presentation=""))
    assert unknown not in _page(client, factories.organisation(summary="", presentation="Réparer des vélos."))


def test_the_slug_is_corrected_for_good(client: HostileClient) -> None:
    one = factories.organisation(name="Les Jardins fictifs")
    for wrong in (f"ancien-nom-{one.public_id}", one.public_id):
        response = client.get(f"/organisations/{wrong}")
        assert (response.status_code, response["Location"]) == (301, f"/organisations/{one.key}")


@pytest.mark.parametrize("key", ["inconnue-0123456789ab", "x", "-", "a" * 500])
def test_an_unknown_organisation_is_404(client: HostileClient, key: str) -> None:
    assert client.get(f"/organisations/{key}").status_code == 404
    assert client.get(f"/organisations/{key}.json").status_code == 404


def test_a_merged_record_leads_to_the_one_that_lives_on(client: HostileClient) -> None:
    living = factories.organisation()
    middle = factories.organisation(state=OrganisationState.MERGED, merged_into=living)
    old = factories.organisation(state=OrganisationState.MERGED, merged_into=middle)
    response = client.get(f"/organisations/{old.key}")
    assert (response.status_code, response["Location"]) == (301, f"/organisations/{living.key}")


def test_what_is_not_published_is_404_except_for_its_own_people(client: HostileClient) -> None:
    hidden = factories.organisation(publishable=False)
    merged = factories.organisation(state=OrganisationState.MERGED, merged_into=hidden)
    role = factories.role(hidden)
    client.force_login(role.person)
    assert "n’est pas publiée" in _page(client, hidden)
    assert client.get(f"/organisations/{hidden.key}.json").status_code == 404
    client.logout()
    for one in (hidden, merged):
        assert client.get(f"/organisations/{one.key}").status_code == 404
    client.force_login(factories.person())
    assert client.get(f"/organisations/{hidden.key}").status_code == 404


def test_an_association_is_placed_by_its_commune_alone(client: HostileClient) -> None:
    street = {"address": "3 rue Inventée"}
    assert "rue Inventée" not in _page(client, factories.organisation(legal_family="association", **street))
    assert "rue Inventée" not in _page(client, factories.organisation(legal_family="", **street))
    society = factories.organisation(legal_family="societe", seat=_commune(), **street)
    assert "rue Inventée" in _page(client, society)


def test_the_charter_is_never_shown_as_a_label(client: HostileClient) -> None:
    one = factories.organisation(charter_version="1", charter_accepted_at=timezone.now())
    page = _page(client, one)
    assert "A accepté la charte" in page
    assert "ni un label, ni une évaluation" in page
    assert "labellis" not in page


def test_each_value_says_whether_a_person_confirmed_it(client: HostileClient) -> None:
    said = {"source": "SIRENE", "on": "2026-02-01", "confirmed_by": "person:1", "confirmed_at": "2026-03-04T10:00:00"}
    page = _page(client, factories.organisation(is_ess=True, provenance={"is_ess": said}))
    assert "SIRENE, 1er février 2026" in page
    assert "Oui, le 4 mars 2026" in page
    assert "person:1" not in page


def test_html_in_a_record_stays_text(client: HostileClient) -> None:
    bad = "<script>alert(1)</script>" * 5
    page = _page(client, factories.organisation(name=bad[:50], summary=bad, presentation=bad * 40, acronym="<b>x</b>"))
    assert "<script>alert" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_database_a_fixed_number_of_questions(
    client: HostileClient, django_assert_num_queries: Any, count: int
) -> None:
    commune = _commune()
    one = factories.organisation(
        themes=["ALI", "GAS", "EAU"][:count], territories=[commune.key], seat=commune, legal_family="societe"
    )
    for number in range(count):
        one.distinctions.create(name=f"Distinction {number}", granted_on="2018", source_url="https://presse.example/x")
    with django_assert_num_queries(PAGE_QUERIES):
        _page(client, one)


def test_the_server_plans_the_questions_of_the_page_for_a_while_only(client: HostileClient) -> None:
    one = factories.organisation()

    def kept() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements")
            return {statement for (statement,) in cursor.fetchall()}

    before = kept()
    pages = [_page(client, one).partition("<main")[2].partition("</main>")[0] for _ in range(4)]
    assert len(set(pages)) == 1
    assert [statement for statement in kept() - before if 'FROM "community_organisation"' in statement]
    # Outside such a page, nothing is kept.
    known = kept()
    for _ in range(4):
        list(Organisation.objects.filter(name="Autre"))
    assert kept() == known


# The savepoint, the read-only transaction and its end; the record; its themes, territories, distinctions, history;
# those who agreed to be named; its projects and its labels (`community.attached`).
PAGE_QUERIES = 11


def test_only_who_agreed_is_named_and_for_as_long(
    client: HostileClient, perform: Callable[..., Any], at: datetime
) -> None:
    one = factories.organisation()
    agreed = factories.role(one, name=RoleName.REPRESENTATIVE, holder=factories.person(family_name="Visible"))
    factories.role(one, holder=factories.person(family_name="Discret"))
    assert "Visible" not in _page(client, one)
    perform(show_name, organisation=one, shown=True, by=agreed.person, at=at)
    page = _page(client, one)
    assert "Camille Visible, représentant légal (déclaré)" in page
    assert "Discret" not in page
    assert "Visible" not in _page(client, one, ".json")
    perform(show_name, organisation=one, shown=False, by=agreed.person, at=at)
    assert "Visible" not in _page(client, one)


def test_the_page_offers_what_one_may_do(client: HostileClient) -> None:
    one = factories.organisation()
    member = factories.role(one, name=RoleName.MEMBER).person
    manager = factories.role(one, name=RoleName.MANAGER).person
    assert "C’est mon organisation" in _page(client, one)
    for person, may_edit in ((member, False), (manager, True)):
        client.force_login(person)
        page = _page(client, one)
        assert "C’est mon organisation" not in page
        assert "Voir les membres" in page
        assert ("Modifier la fiche" in page) is may_edit


def _commune() -> Place:
    found = Place.objects.filter(key="commune-46102").first()
    return found or Place.objects.create(
        key="commune-46102", kind="commune", code="46102", name="Figeac", folded="figeac", sort_name="figeac", cover=[]
    )


def test_nobody_is_invited_to_write_where_nobody_reads(client: HostileClient) -> None:
    organisation = factories.organisation()
    unread, write = "Personne n’y répond encore", "Écrire à cette organisation"
    page = _page(client, organisation)
    assert unread in page
    assert write not in page
    assert "C’est mon organisation" in page
    role = factories.role(organisation)
    page = _page(client, organisation)
    assert write in page
    assert unread not in page
    Role.objects.filter(pk=role.pk).update(ended_at=timezone.now())
    assert write not in _page(client, organisation)


def test_the_doors_are_those_of_whoever_looks(client: HostileClient) -> None:
    organisation = factories.organisation()
    factories.role(organisation)
    mine, members, write, edit = (
        "C’est mon organisation",
        "Voir les membres",
        "Écrire à cette organisation",
        "Modifier la fiche",
    )
    offered = {
        None: {mine, write},
        factories.person(): {mine, write},
        factories.role(organisation, name=RoleName.MEMBER).person: {members, write},
        factories.role(organisation).person: {members, edit},
        factories.mandate(organisation, granted_by=factories.person()).helper: {mine, edit, write},
    }
    for person, doors in offered.items():
        if person is None:
            client.logout()
        else:
            client.force_login(person)
        page = _page(client, organisation)
        assert {door for door in (mine, members, write, edit) if door in page} == doors
