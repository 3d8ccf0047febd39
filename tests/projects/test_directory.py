"""The directory of projects: what is found, counted, exported; what is private stays so."""

import csv
import io
import json
import re
from typing import Any

import pytest
from openpyxl import load_workbook

from accelerator.geography.models import Place
from accelerator.projects import search
from accelerator.projects.models import Project
from accelerator.projects.queries.directory import FIELDS, similar_to
from accelerator.workflow import transaction
from tests import factories
from tests.client import HostileClient

# The savepoint of the reading, the read-only transaction, its end; what search asks (two); the projects; the names of
# themes and of places.
DIRECTORY_QUERIES = 8


def listed(**values: Any) -> Project:
    """A project that the directory knows."""
    one = factories.project(**values)
    with transaction():
        search.refresh(one)
    return one


def names(client: HostileClient, query: str) -> list[str]:
    response = client.get(f"/projets{query}")
    assert response.status_code == 200
    return [
        name.strip() for name in re.findall(r'<a href="/projets/[^"]*">([^<]*)</a>\s*</h3>', response.content.decode())
    ]


def rows(client: HostileClient, query: str = "") -> list[dict[str, str]]:
    content = b"".join(client.get(f"/projets.csv{query}").streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content), delimiter=";"))


def test_an_empty_directory_says_how_to_begin(client: HostileClient) -> None:
    page = client.get("/projets").content.decode()
    assert "Aucun projet n’est encore publié" in page
    assert 'href="/projets/nouveau"' in page


def test_projects_are_found_by_their_words_and_filters(client: HostileClient) -> None:
    listed(title="Cuisine partagée", problem="Des invendus jetés", needs=["financement"], themes=["GAS"])
    listed(title="Garage solidaire", families=["economie"], maturity="idee", needs=[])
    assert names(client, "?q=invendus") == ["Cuisine partagée"]
    assert names(client, "?famille=economie") == ["Garage solidaire"]
    assert names(client, "?maturite=experimentation") == ["Cuisine partagée"]
    assert names(client, "?besoin=financement") == ["Cuisine partagée"]
    assert set(names(client, "?region=76")) == {"Cuisine partagée", "Garage solidaire"}
    page = client.get("/projets?q=rien-de-tel").content.decode()
    assert "Aucun projet ne correspond" in page
    assert "Cherche : financement." in client.get("/projets?theme=GAS").content.decode()


def test_near_a_commune(client: HostileClient) -> None:
    figeac, cahors = Place.objects.get(key="commune-46102"), Place.objects.get(key="commune-46042")
    listed(title="À Cahors", seat=cahors)
    listed(title="À Figeac", seat=figeac)
    assert names(client, "?pres_de=Figeac") == ["À Figeac", "À Cahors"]
    assert "les projets dont la commune" in client.get("/projets?pres_de=Figeac").content.decode()
    assert 'href="/projets?departement=46"' in client.get("/projets").content.decode()


def test_who_carries_is_a_filter(client: HostileClient) -> None:
    lead, other = factories.organisation(name="Structure chef"), factories.organisation()
    listed(title="Seul")
    listed(title="Structuré", organisation=lead)
    together = factories.project(title="Ensemble", organisation=lead)
    factories.partner(together, other, confirmed_at=together.recorded_at)
    with transaction():
        search.refresh(together)
    assert names(client, "?porteur=personne") == ["Seul"]
    assert names(client, "?porteur=organisation") == ["Structuré"]
    assert names(client, "?porteur=consortium") == ["Ensemble"]
    assert set(names(client, "?q=structure+chef")) == {"Structuré", "Ensemble"}


def test_what_is_private_is_not_found_nor_exported(client: HostileClient) -> None:
    listed(title="Discret", novelty="Un secret zibeline", needs=["territoires"], private=["novelty", "needs"])
    assert names(client, "?q=zibeline") == []
    assert names(client, "?besoin=territoires") == []
    (row,) = rows(client)
    assert (row["nouveaute"], row["besoins"]) == ("", "")
    assert "zibeline" not in json.dumps(json.loads(b"".join(client.get("/projets.json").streaming_content)))


def test_a_person_who_carries_is_not_named_in_public(client: HostileClient) -> None:
    carrier = factories.person(given_name="Zébulon", family_name="Fictif")
    one = listed(title="Porté seul", person=carrier)
    for address in ("/projets", f"/projets/{one.key}", f"/projets/{one.key}.json"):
        assert "Zébulon" not in client.get(address).content.decode()
    assert "Zébulon" not in str(rows(client))


def test_a_hidden_organisation_is_not_named(client: HostileClient) -> None:
    hidden = factories.organisation(name="Entreprise individuelle cachée", publishable=False)
    one = listed(title="Discret", organisation=hidden)
    for address in ("/projets", f"/projets/{one.key}", f"/projets/{one.key}.json"):
        assert "cachée" not in client.get(address).content.decode()
    assert names(client, "?q=individuelle") == []


def test_drafts_and_proposals_are_not_found(client: HostileClient) -> None:
    for one in (factories.project(title="Brouillon loutre", state="draft"), factories.proposal(title="Proposé loutre")):
        with transaction():
            search.refresh(one)
        assert client.get(f"/projets/{one.key}").status_code == 404
        assert client.get(f"/projets/{one.key}.json").status_code == 404
    assert names(client, "?q=loutre") == []
    assert rows(client) == []


@pytest.mark.parametrize("count", [1, 3])
def test_every_export_holds_every_result_and_no_formula(client: HostileClient, count: int) -> None:
    for number in range(count):
        listed(title=f"=cmd|{number}", jobs=25, began_on="2024-03-01")
    exported = rows(client)
    assert len(exported) == count
    assert {row["nom"][:2] for row in exported} == {"'="}
    assert exported[0]["emplois_etp"].replace(",", ".") == "2.5"
    book = load_workbook(io.BytesIO(b"".join(client.get("/projets.xlsx").streaming_content)))
    assert book.active is not None
    assert book.active.max_row == count + 1
    listed_as_json = json.loads(b"".join(client.get("/projets.json").streaming_content))
    assert len(listed_as_json["projets"]) == count
    assert listed_as_json["licence"] == "Licence Ouverte 2.0"
    explained = client.get("/projets/reutiliser").content.decode()
    assert all(f"<code>{field.name}</code>" in explained for field in FIELDS)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_fixed_number_of_questions(
    client: HostileClient, django_assert_num_queries: Any, count: int
) -> None:
    lead, commune = factories.organisation(), Place.objects.get(key="commune-46102")
    for number in range(count):
        listed(title=f"Hérisson {number}", themes=["ALI", "GAS"], organisation=lead)
        listed(title=f"Hérisson assis {number}", seat=commune)
    with django_assert_num_queries(DIRECTORY_QUERIES):
        assert len(names(client, "?q=hérisson&porteur=organisation")) == count


@pytest.mark.parametrize(
    "query",
    ["?q=%00%27", "?famille=%3Cb%3E&tri=x&page=-1", "?page=999999", "?pres_de=" + "x" * 5000, "?territoire=%27"],
)
def test_what_anyone_may_type_is_answered(client: HostileClient, query: str) -> None:
    listed(title="Seul")
    assert client.get(f"/projets{query}").status_code == 200
    for kind in ("csv", "xlsx", "json"):
        assert b"".join(client.get(f"/projets.{kind}{query}").streaming_content)


def test_similar_projects_are_shown_while_one_writes(client: HostileClient) -> None:
    listed(title="Cuisine partagée d’un quartier", summary="Les invendus du marché sont cuisinés ensemble")
    listed(title="Garage solidaire", summary="Des voitures réparées pour aller travailler")
    client.force_login(factories.person())
    said = client.get("/projets/ressemblants", {"q": "cuisiner ensemble les invendus"}).json()
    assert [one["nom"] for one in said["projets"]][:1] == ["Cuisine partagée d’un quartier"]
    assert similar_to("cuisine") == []
    assert client.get("/projets/ressemblants", {"q": "\x00"}).json() == {"projets": []}


def test_the_index_written_again_at_night_finds_the_same(elsewhere: Any) -> None:
    def rebuilt() -> tuple[int, list[int]]:
        one, two = factories.project(title="Loutre une"), factories.project(title="Loutre deux", state="draft")
        written = search.rebuild_projects()
        found = search.PROJECTS.search(search_question("loutre")).ids
        return written, [one.pk == pk for pk in found] + [two.pk in found]

    assert elsewhere(rebuilt) == (1, [True, False])


def search_question(text: str) -> Any:
    from accelerator.search.types import Question

    return Question(text)
