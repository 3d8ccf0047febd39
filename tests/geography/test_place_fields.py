import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict

from accelerator.design.forms import Form
from accelerator.geography.forms import PerimeterField, PlaceField
from accelerator.geography.models import Place, PlaceKind
from accelerator.geography.perimeters import perimeter_of
from tests.client import HostileClient, faults_of


class SeatForm(Form):
    seat = PlaceField(label="Commune du siège", kinds=[PlaceKind.COMMUNE], help_text="Par son nom ou son code postal.")


class WhereForm(Form):
    where = PerimeterField(label="Territoires d’action", help_text="Plusieurs lieux : séparez-les par « ; ».")
    anywhere = PlaceField(label="Lieu", required=False)


def sent(form: type[Form], query: str, **initial: Any) -> Form:
    return form(data=QueryDict(query), initial=initial)


def render(form: Form) -> str:
    page = str(form)
    assert faults_of(page, fragment=True) == []
    return page


def offered(page: str) -> list[str]:
    return re.findall(r'type="radio"[^>]*?value="([^"]+)"', page, re.DOTALL)


def test_a_commune_is_read_from_its_name() -> None:
    form = sent(SeatForm, "seat=figeac")
    assert form.is_valid()
    assert form.cleaned_data["seat"] == Place.objects.get(key="commune-46102")


@pytest.mark.parametrize("typed", ["46100 Figeac", "Figeac (46)", "commune-46102", " FIGEAC 46 "])
def test_a_commune_is_read_however_it_is_written(typed: str) -> None:
    form = SeatForm(data={"seat": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["seat"].key == "commune-46102"


def test_a_doubt_comes_back_with_choices_and_what_was_typed() -> None:
    form = sent(SeatForm, "seat=Saint-Denis")
    assert not form.is_valid()
    assert form.errors["seat"] == ["Plusieurs lieux répondent à « Saint-Denis ». Choisissez le bon dans la liste."]
    page = render(form)
    assert 'value="Saint-Denis"' in page
    assert offered(page)[:2] == ["commune-97411", "commune-93066"]

    chosen = sent(SeatForm, "seat=Saint-Denis&seat_key_of=Saint-Denis&seat_key=commune-93066")
    assert chosen.is_valid()
    assert chosen.cleaned_data["seat"].key == "commune-93066"


def test_a_choice_made_for_another_text_is_void() -> None:
    form = sent(SeatForm, "seat=Cahors&seat_key_of=Saint-Denis&seat_key=commune-93066")
    assert form.is_valid()
    assert form.cleaned_data["seat"].name == "Cahors"


def test_a_place_already_known_is_shown_and_kept() -> None:
    figeac = Place.objects.get(key="commune-46102")
    page = render(SeatForm(initial={"seat": figeac}))
    assert 'value="Figeac (46)"' in page
    assert 'name="seat_key" value="commune-46102"' in page
    again = sent(SeatForm, "seat=Figeac (46)&seat_key_of=Figeac (46)&seat_key=commune-46102", seat=figeac)
    assert again.is_valid()
    assert again.changed_data == []
    assert sent(SeatForm, "seat=Cahors", seat=figeac).changed_data == ["seat"]


def test_a_typing_error_comes_back_with_near_names() -> None:
    form = sent(SeatForm, "seat=Fijeac")
    assert form.errors["seat"] == [
        "Nous ne connaissons pas « Fijeac ». Choisissez un nom proche dans la liste, ou corrigez."
    ]
    assert "commune-46102" in offered(render(form))
    assert sent(SeatForm, "seat=Fijeac&seat_key_of=Fijeac&seat_key=commune-46102").is_valid()


def test_nonsense_gets_a_sentence() -> None:
    form = SeatForm(data={"seat": "xq\x00zwkv"})
    assert form.errors["seat"] == [
        "Nous ne trouvons aucun lieu pour « xqzwkv ». Indiquez une commune, par son nom ou son code postal."
    ]
    assert offered(render(form)) == []


def test_a_place_of_another_kind_is_named() -> None:
    form = sent(SeatForm, "seat=Occitanie")
    assert form.errors["seat"] == ["« Occitanie » : Occitanie (région) ne convient pas ici. Indiquez une commune."]
    forged = sent(SeatForm, "seat=x&seat_key_of=x&seat_key=region-76")
    assert not forged.is_valid()


@pytest.mark.parametrize("query", ["", "seat=", "seat=++"])
def test_a_required_place_is_asked_for(query: str) -> None:
    assert sent(SeatForm, query).errors["seat"] == ["Renseignez « Commune du siège »."]
    optional = sent(WhereForm, f"where=Lot&{query.replace('seat', 'anywhere')}")
    assert optional.is_valid()
    assert optional.cleaned_data["anywhere"] is None


def test_several_places_are_read_at_once() -> None:
    form = sent(WhereForm, "where=Lot; Aveyron ;Figeac 46")
    assert form.is_valid(), form.errors
    # Figeac is in the Lot.
    assert form.cleaned_data["where"] == perimeter_of(["departement-46", "departement-12"])


def test_what_is_certain_is_kept_while_the_rest_is_asked() -> None:
    form = sent(WhereForm, "where=Lot;Paris;Saint-Denis&where_kept=region-53")
    assert not form.is_valid()
    page = render(form)
    assert re.findall(r'name="where_kept"\s+value="([^"]+)"', page) == ["region-53", "departement-46"]
    assert 'value="Paris; Saint-Denis"' in page
    assert offered(page) == ["commune-75056", "departement-75"]

    query = "where=Paris; Saint-Denis&where_key_of=Paris&where_key=departement-75&where_kept=region-53"
    form = sent(WhereForm, query)
    assert not form.is_valid()
    page = render(form)
    assert 'value="Saint-Denis"' in page
    assert "departement-75" in re.findall(r'name="where_kept"\s+value="([^"]+)"', page)


def test_a_place_is_removed_by_unticking_it() -> None:
    before = perimeter_of(["departement-46", "region-53"])
    assert render(WhereForm(initial={"where": before})).count("checked") == 2
    form = sent(WhereForm, "where=&where_kept=region-53", where=before)
    assert form.is_valid()
    assert form.cleaned_data["where"].keys == ("region-53",)
    assert form.changed_data == ["where"]
    assert sent(WhereForm, "where=&where_kept=region-53&where_kept=departement-46", where=before).changed_data == []


def test_a_forged_key_is_left_out() -> None:
    form = sent(WhereForm, "where=Lot&where_kept=nulle-part&where_kept=%00")
    assert form.is_valid()
    assert form.cleaned_data["where"].keys == ("departement-46",)


def test_too_many_places_are_refused() -> None:
    keys = Place.objects.of_kind("commune").order_by("key").values_list("key", flat=True)[:101]
    form = sent(WhereForm, "&".join(f"where_kept={key}" for key in keys))
    assert "101 lieux, c’est trop : 100 au plus" in form.errors["where"][0]


def test_the_script_comes_with_the_form() -> None:
    assert '<script src="/static/geography/places.js" type="module"></script>' in str(WhereForm().media)
    page = render(WhereForm())
    assert 'data-places="/lieux/suggestions"' in page


def test_suggestions_are_public_and_few(client: HostileClient) -> None:
    response = client.get("/lieux/suggestions", {"q": "figeac"})
    assert response.status_code == 200
    assert response.json()["suggestions"][0] == {
        "key": "commune-46102",
        "label": "Figeac (46)",
        "detail": "Commune · Lot · 46100 · 9\u202f793 habitants",
        "guessed": False,
    }
    assert response["Cache-Control"] == "public, max-age=3600"
    assert len(client.get("/lieux/suggestions", {"q": "saint"}).json()["suggestions"]) == 10
    only = client.get("/lieux/suggestions", {"q": "lot", "genres": "departement,n'importe quoi"}).json()
    assert {found["key"].partition("-")[0] for found in only["suggestions"]} == {"departement"}


@pytest.mark.parametrize("q", ["", "\x00", "x" * 5000, "'\"<><", "😀"])
def test_strange_questions_get_an_empty_answer(client: HostileClient, q: str) -> None:
    response = client.get("/lieux/suggestions", {"q": q})
    assert response.status_code == 200
    assert response.json() == {"suggestions": []}


def test_suggestions_take_few_queries(client: HostileClient, django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(5):  # the savepoint, "read only", and two for the search
        client.get("/lieux/suggestions", {"q": "figeac"})
