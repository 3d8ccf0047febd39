"""The directory: what is found, how it is asked, what is downloaded."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from accelerator.community import search
from accelerator.community.models import Organisation
from accelerator.community.operations.founding import load_founding_facts
from accelerator.community.operations.records import register
from accelerator.community.states import OrganisationState
from accelerator.directory.queries.question import FACETS
from accelerator.geography.models import Place
from accelerator.journal import System
from accelerator.search import asking
from accelerator.workflow import transaction
from tests import factories
from tests.client import HostileClient

# The savepoint of the reading, the read-only transaction, its end; what search asks (two; three when it corrects);
# the results and their distinctions; the names of themes and of places.
# Near a commune: the commune, what is around it, the distances.
DIRECTORY_QUERIES = 9


@pytest.fixture
def founding(places: None, perform: Callable[..., Any], at: datetime) -> None:
    perform(load_founding_facts, by=System("founding-facts"), at=at)


def listed(**values: Any) -> Organisation:
    """An organisation that the directory knows."""
    one = factories.organisation(**values)
    with transaction():
        search.refresh([one])
    return one


def names(client: HostileClient, query: str) -> list[str]:
    response = client.get(f"/annuaire{query}")
    assert response.status_code == 200
    page = response.content.decode()
    return [name.strip() for name in re.findall(r'<h3 class="fr-h6 fr-mb-1v">\s*<a href="[^"]*">([^<]*)</a>', page)]


def test_figeac_comes_first(client: HostileClient, founding: None) -> None:
    assert names(client, "?q=Figeac")[0] == "Figeac"
    assert names(client, "?q=figeac")[0] == "Figeac"
    assert names(client, "?pres_de=Figeac")[0] == "Figeac"


def test_what_has_ceased_is_found_and_said_to_have(client: HostileClient, places: None) -> None:
    listed(name="La Mésange fictive")
    assert "A cessé son activité" not in client.get("/annuaire?q=fictive").content.decode()
    listed(name="La Grive fictive", state=OrganisationState.CEASED)
    assert client.get("/annuaire?q=fictive").content.decode().count("A cessé son activité") == 1


def test_where_no_sentence_says_what_it_does_the_presentation_begins_to(client: HostileClient, places: None) -> None:
    long = "Aide les aînés isolés à domicile. " + "Et encore. " * 60
    listed(name="La Mésange fictive", summary="", presentation=long)
    listed(name="Le Pinson fictif", summary="Prête des vélos aux aînés.", presentation="Une longue histoire.")
    page = client.get("/annuaire?q=ainés").content.decode()
    assert '<p class="fr-mb-1v">Aide les aînés isolés à domicile. Et encore.' in page
    assert long not in page
    assert " …</p>" in page
    assert "Prête des vélos aux aînés." in page
    assert "Une longue histoire." not in page


def test_what_begins_a_presentation_is_never_cut_within_a_word(client: HostileClient, places: None) -> None:
    listed(name="La Mésange fictive", summary="", presentation="Anticonstitutionnellement fictive, " * 30)
    listed(name="Le Pinson fictif", summary="", presentation="Vingt-cinq courts mots : " + "il va et vient, " * 8)
    page = client.get("/annuaire").content.decode()
    assert f">{'Anticonstitutionnellement fictive, ' * 4}…</p>" in page
    assert ("il va et vient, " * 8).strip() + "</p>" in page


@pytest.mark.parametrize("asked", ["lutte contre le gaspillage", "gaspillage", "gaspi", "invendus", "Phénix"])
def test_the_fight_against_waste_finds_phenix_first(client: HostileClient, founding: None, asked: str) -> None:
    assert names(client, f"?q={asked}")[0] == "Phenix"


def test_a_typing_error_is_corrected_and_said(client: HostileClient, founding: None) -> None:
    page = client.get("/annuaire?q=gaspilage").content.decode()
    assert "voici les résultats pour" in page
    assert names(client, "?q=gaspilage")[0] == "Phenix"


def test_a_whole_sentence_finds_something(client: HostileClient, founding: None) -> None:
    found = names(client, "?q=Je cherche une structure qui aide les personnes sourdes à comprendre un rendez-vous")
    assert "Trait d’Union" in [name.replace("&#x27;", "’") for name in found]


def test_a_registered_organisation_is_found_at_once(client: HostileClient) -> None:
    assert names(client, "?q=zibeline") == []
    listed(name="La Zibeline fictive")
    assert names(client, "?q=zibeline") == ["La Zibeline fictive"]


def test_whoever_registers_finds_the_record_at_once(
    client: HostileClient, perform: Callable[..., Any], at: datetime
) -> None:
    values = {"name": "Loutre fictive", "kinds": ["porteur"], "themes": ["EAU"], "summary": "Rivières propres."}
    perform(register, values=values, identifier=None, answer=None, by=factories.person(), at=at)
    assert names(client, "?q=loutre") == ["Loutre fictive"]
    assert names(client, "?q=rivière&type=porteur&theme=EAU") == ["Loutre fictive"]


def test_a_commune_chosen_among_suggestions_is_kept(client: HostileClient, founding: None) -> None:
    chosen = "?pres_de=Saint-Denis+(93)&pres_de_key=commune-93066&pres_de_key_of=Saint-Denis+(93)"
    assert "Près de Saint-Denis" in client.get(f"/annuaire{chosen}").content.decode()
    typed_again = chosen.replace("pres_de=Saint-Denis+(93)", "pres_de=Figeac")
    assert "Près de Figeac" in client.get(f"/annuaire{typed_again}").content.decode()


def test_a_sentence_says_which_words_were_kept(client: HostileClient, founding: None) -> None:
    page = client.get("/annuaire?q=lutte contre gaspillage des licornes").content.decode()
    assert "voici celles qui ont « lutte », « contre » et « gaspillage »." in page
    assert names(client, "?q=lutte contre gaspillage des licornes") == ["Phenix"]


def test_what_is_not_listed_leaves_the_directory(client: HostileClient) -> None:
    one, other = listed(name="Belette une"), listed(name="Belette deux")
    assert set(names(client, "?q=belette")) == {"Belette une", "Belette deux"}
    one.publishable = False
    other.state, other.merged_into = OrganisationState.MERGED, one
    for changed in (one, other):
        changed.save()
    with transaction():
        search.refresh([one, other])
    assert names(client, "?q=belette") == []


def test_filters_narrow_and_chips_remove(client: HostileClient, founding: None) -> None:
    assert len(names(client, "?type=porteur")) == 18
    assert names(client, "?type=porteur&theme=GAS") == ["Phenix"]
    assert set(names(client, "?theme=GAS&theme=ENE")) == {"Phenix", "Enercoop"}
    assert "Enercoop" in names(client, "?famille=ecologie")
    assert names(client, "?distinction=territoire-french-impact&region=53") == ["Région Bretagne"]
    page = client.get("/annuaire?type=porteur&theme=GAS").content.decode()
    assert 'href="/annuaire?theme=GAS"' in page  # the chip that removes the role
    assert 'href="/annuaire?type=porteur"' in page


def test_a_straddling_territory_counts_where_most_of_its_communes_are(client: HostileClient, founding: None) -> None:
    assert "Figeac" in names(client, "?departement=46")
    assert "Figeac" in names(client, "?territoire=departement-12")  # a part of it


def test_missing_pioneers_are_said(client: HostileClient, founding: None) -> None:
    page = client.get("/annuaire?distinction=pionnier-french-impact").content.decode()
    assert "4 des 22 n’ont pas été retrouvés" in page
    assert "<strong" not in page or "18 organisations" in page


def test_near_a_commune_sorts_by_distance(client: HostileClient) -> None:
    figeac = Place.objects.get(key="commune-46102")
    cahors, lyon = Place.objects.get(key="commune-46042"), Place.objects.get(key="commune-69123")
    for name, seat in (("Loin", lyon), ("Ici", figeac), ("Moyen", cahors)):
        listed(name=name, seat=seat)
    assert names(client, "?pres_de=commune-46102") == ["Ici", "Moyen"]
    page = client.get("/annuaire?pres_de=commune-46102").content.decode()
    assert "sur place" in page
    assert "à 0 km" not in page
    assert (
        names(client, "?pres_de=46100") == ["Ici", "Moyen"]
        or "Laquelle" in client.get("/annuaire?pres_de=46100").content.decode()
    )


def test_beyond_the_cap_the_communes_own_still_come_first(
    client: HostileClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    figeac, cahors = Place.objects.get(key="commune-46102"), Place.objects.get(key="commune-46042")
    monkeypatch.setattr(asking, "CAP", 2)
    for number in range(3):
        listed(name=f"En vue {number}", seat=cahors, summary="Une phrase", website="https://loin.example")
    listed(name="Tout près", seat=figeac)
    assert names(client, "?pres_de=commune-46102")[0] == "Tout près"


def test_those_who_act_here_without_a_known_seat_come_before_the_nearest(client: HostileClient) -> None:
    figeac = Place.objects.get(key="commune-46102")
    listed(name="Assise", seat=figeac)
    listed(name="Du territoire", territories=["epci-200067361"])
    listed(name="Du département", territories=["departement-46"])
    assert names(client, "?pres_de=commune-46102") == ["Du territoire", "Assise", "Du département"]


def test_a_name_borne_by_several_communes_is_asked_again(client: HostileClient) -> None:
    page = client.get("/annuaire?pres_de=Saint-Denis").content.decode()
    assert "Laquelle voulez-vous" in page or "Près de Saint-Denis" in page
    assert "Aucune commune ne porte le nom" in client.get("/annuaire?pres_de=Zzqqxx").content.decode()


def test_sorts(client: HostileClient) -> None:
    for name in ("Évry solidaire", "Zèbre", "abeille"):
        listed(name=name)
    assert names(client, "?tri=nom") == ["abeille", "Évry solidaire", "Zèbre"]


@pytest.mark.parametrize(
    "query",
    [
        "?q=" + "a" * 10_000,
        "?q=%22%27%26%7C%21%28%29%3A%2A%00",
        "?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "?type=%3Cb%3E&theme=ZZZ&region=999&departement=%27&tri=x&page=-1",
        "?page=999999999999",
        "?page=7",
        "?pres_de=%27%22%3B--&territoire=commune-00000",
        "?pres_de=" + "x" * 5000,
        "?territoire=" + "x" * 5000,
        "?" + "&".join(f"theme={number}" for number in range(300)),
    ],
)
def test_what_anyone_may_type_is_answered(client: HostileClient, founding: None, query: str) -> None:
    response = client.get(f"/annuaire{query}")
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()
    assert b"".join(client.get(f"/annuaire.csv{query}").streaming_content).startswith(b"\xef\xbb\xbf")


def test_an_empty_answer_says_what_to_do(client: HostileClient, founding: None) -> None:
    page = client.get("/annuaire?q=xqzwvk&type=recherche").content.decode()
    assert "Aucune organisation ne correspond" in page
    assert "retirer un filtre" in page


def test_pages_keep_the_question(client: HostileClient, founding: None) -> None:
    first, second = names(client, "?tri=nom"), names(client, "?tri=nom&page=2")
    assert (len(first), len(second)) == (20, 20)
    assert not set(first) & set(second)
    assert "/annuaire?tri=nom&amp;page=2" in client.get("/annuaire?tri=nom").content.decode()


def test_the_csv_holds_every_result_and_no_formula(client: HostileClient, founding: None) -> None:
    listed(name="=cmd|' /C calc'!A0", summary="+33")
    response = client.get("/annuaire.csv")
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert len(rows) == 46
    assert {row["nom"][0] for row in rows if "cmd" in row["nom"]} == {"'"}
    assert response["Content-Disposition"] == 'attachment; filename="annuaire.csv"'
    assert len(csv_names(client, "?theme=GAS")) == 1


def test_the_csv_says_its_codes_in_french(client: HostileClient) -> None:
    listed(name="Hérisson", kinds=["porteur"], themes=["GAS", "ALI"])
    content = b"".join(client.get("/annuaire.csv?q=hérisson").streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content), delimiter=";")
    assert (row["types"], row["types_libelles"]) == ("porteur", "Porteur de projet")
    assert row["themes"] == "GAS ; ALI"
    assert row["themes_libelles"] == "Lutte contre le gaspillage ; Alimentation durable"
    assert row["identite_libelle"].startswith("Identité")
    explained = client.get("/annuaire/reutiliser").content.decode()
    assert all(f"<code>{name}</code>" in explained for name in row)


def csv_names(client: HostileClient, query: str) -> list[str]:
    content = b"".join(client.get(f"/annuaire.csv{query}").streaming_content).decode("utf-8-sig")
    return [row["nom"] for row in csv.DictReader(io.StringIO(content), delimiter=";")]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_a_fixed_number_of_questions(
    client: HostileClient, django_assert_num_queries: Any, count: int
) -> None:
    commune = Place.objects.get(key="commune-46102")
    for number in range(count):
        one = listed(
            name=f"Hérisson {number}", themes=["ALI", "GAS"], territories=["epci-200067361"], kinds=["porteur"]
        )
        one.distinctions.create(name="Prix fictif", source_url="https://presse.example/x")
        listed(name=f"Hérisson assis {number}", seat=commune)
    with django_assert_num_queries(DIRECTORY_QUERIES):
        assert len(names(client, "?q=hérisson&type=porteur")) == count
    with django_assert_num_queries(DIRECTORY_QUERIES + 3):
        names(client, "?q=hérisson&pres_de=commune-46102")


def test_the_map_counts_and_leads_to_the_directory(client: HostileClient, founding: None) -> None:
    page = client.get("/carte").content.decode()
    assert "45</strong> organisations" in page
    assert 'href="/annuaire?departement=46"' in page
    assert 'href="/annuaire?region=53"' in page
    waste = client.get("/carte?theme=GAS").content.decode()
    assert "1</strong> organisation." in waste
    assert "Aucune organisation n’a de région connue" in waste
    assert client.get("/carte?type=%27&theme=%00&q=" + "a" * 5000).status_code == 200


def test_the_list_comes_with_its_map(client: HostileClient, founding: None) -> None:
    page = client.get("/annuaire?q=figeac").content.decode()
    assert 'href="/annuaire?q=figeac&amp;departement=46"' in page


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("une association pour les jeunes près de Figeac", "une association pour les jeunes"),
        ("Un repair café, tout près de Figeac ?", "Un repair café"),
        ("proche de Figeac", ""),
    ],
)
def test_a_sentence_that_names_a_commune_is_offered_near_it(client: HostileClient, sentence: str, kept: str) -> None:
    offer = client.get("/annuaire", {"q": sentence}).context["near_offer"]
    assert (offer["text"], offer["place"].key) == (kept, "commune-46102")
    followed = client.get(offer["url"]).context
    assert (followed["near"].key, followed["near_offer"]) == ("commune-46102", None)


@pytest.mark.parametrize(
    "sentence", ["près de chez moi", "près de Saint-Denis", "Figeac", "après Figeac", "près de qqxxzz"]
)
def test_what_is_not_one_commune_is_not_offered(client: HostileClient, sentence: str) -> None:
    assert client.get("/annuaire", {"q": sentence}).context["near_offer"] is None


def test_each_filter_is_a_facet_of_the_index_and_each_facet_a_filter() -> None:
    assert FACETS.keys() == search.DIRECTORY.packing.facets.keys()
