import re

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import ValidationError

from accelerator.design.forms import DecimalField, FilterForm, Form, MoneyField, NumberField, WholeField
from tests.client import HostileClient

URL = "/essai/tout"
GOOD = {
    "name": "Atelier",
    "email": "a@exemple.example",
    "day": "2026-11-23",
    "number": "3",
    "choice": "a",
    "several": ["a", "b"],
    "radio": "b",
    "boxes": ["b"],
    "agreed": "on",
}


def test_the_empty_form_says_once_what_is_required(client: HostileClient) -> None:
    page = client.get(URL).content.decode()
    assert page.count("Sauf mention « facultatif », tous les champs sont obligatoires.") == 1
    assert page.count("(facultatif)") == 2  # sigle, présentation; the hidden field says nothing
    assert 'aria-describedby="id_name_helptext"' in page
    assert "50 caractères au plus." in page
    assert "Celui des statuts. 200 caractères au plus." in page
    assert not re.search(r'<(input type="text"|textarea)[^>]*maxlength', page.split("<main")[1])
    assert "fr-messages-group" not in page


def test_a_limit_is_said_by_thousands_and_not_of_what_is_sought() -> None:
    class Written(Form):
        body = forms.CharField(max_length=5000)

    class Asked(Form):
        body = forms.CharField(min_length=10)

    class Sought(FilterForm):
        body = forms.CharField(max_length=5000)

    assert Written().fields["body"].help_text == "5\u202f000 caractères au plus."
    assert Asked({"body": "Bonjour."}).errors["body"] == ["Dites-en un peu plus : 10 caractères au moins."]
    assert not Sought().fields["body"].help_text
    assert Sought({"body": "x" * 5001}).errors["body"] == [
        "Raccourcissez ce texte : 5\u202f000 caractères au plus, il en a 5001."
    ]


def test_an_empty_sending_lists_its_errors_with_links_to_each_field(client: HostileClient) -> None:
    response = client.post(URL, {})
    page = response.content.decode()
    assert response.status_code == 422
    assert "10 champs sont à corriger" in page
    assert "<title>Erreur : Tout — French IMPACT</title>" in page
    links = re.findall(r'<a href="#(id_[^"]+)">', page)
    assert "id_radio" in links
    assert "id_boxes" in links
    for target in links:
        assert f'id="{target}"' in page
    for sentence in (
        "Renseignez « Nom ».",
        "Faites un choix pour « Radio ».",
        "Faites un choix pour « Cases ».",
        "Cochez « J’accepte la charte ».",
        "Choisissez un fichier pour « Pièce ».",
    ):
        assert page.count(sentence) == 2  # in the summary and beside the field
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'aria-labelledby="id_radio_legend id_radio_error"' in page


def test_a_number_is_a_line_of_text_that_the_server_reads(client: HostileClient) -> None:
    page = client.post(URL, {**GOOD, "number": "1 000,5 €"}).content.decode()
    assert 'type="number"' not in page
    assert 'inputmode="numeric"' in page
    assert 'value="1 000,5 €"' in page
    assert page.count("Saisissez un nombre entier.") == 2


def test_what_was_typed_is_kept_whatever_the_widget(client: HostileClient) -> None:
    page = client.post(URL, {**GOOD, "short": "x" * 11, "text": "<script>alert(1)</script>"}).content.decode()
    assert 'value="Atelier"' in page
    assert "x" * 11 in page
    assert "Raccourcissez ce texte : 10 caractères au plus, il en a 11." in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<option value="a" selected>' in page
    assert re.search(r'type="radio"[^>]*value="b"[^>]*checked', page)
    assert re.search(r'type="checkbox"[^>]*name="boxes"[^>]*value="b"[^>]*checked', page)
    assert re.search(r'name="agreed"[^>]*checked', page)
    assert page.count("Choisissez à nouveau le fichier") == 1


def test_a_refusal_is_shown_in_the_form_beside_its_field(client: HostileClient) -> None:
    response = client.post(URL, {**GOOD, "file": SimpleUploadedFile("a.txt", b"x")})
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count("Cette demande est refusée parce que c’est un essai.") == 2
    assert "Un champ est à corriger" in page


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("31 500,50", 3_150_050), ("31\u202f500.5 €", 3_150_050), ("12\u00a0000 euros", 1_200_000), ("0", 0), (" ", None)],
)
def test_an_amount_is_read_as_people_write_it(typed: str, cents: int | None) -> None:
    assert MoneyField(required=False).clean(typed) == cents


@pytest.mark.parametrize("typed", ["1e9", "1e999999999", "1_000", "١٢", "NaN", "Infinity", "1.234,56", "9" * 40])
def test_what_is_no_number_as_people_write_it_is_refused(typed: str) -> None:
    for field in (NumberField(), MoneyField()):
        with pytest.raises(ValidationError):
            field.clean(typed)


@pytest.mark.parametrize("typed", ["12.000", "12,000", "12,345"])
def test_an_amount_is_not_made_a_thousandth_of_in_silence(typed: str) -> None:
    with pytest.raises(ValidationError, match="deux décimales"):
        MoneyField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("12.000", "12\u00a0000, ou 12"), ("2,000", "2\u00a0000, ou 2"), ("-3,125", "-3\u00a0125, ou -3,1250")],
)
def test_a_number_is_not_made_a_thousandth_of_in_silence(typed: str, said: str) -> None:
    for field in (NumberField(), WholeField(), DecimalField(localize=True)):
        with pytest.raises(ValidationError) as refusal:
            field.clean(typed)
        assert refusal.value.messages == [f"Ce nombre se lit de deux façons : écrivez {said}."]


def test_thousands_are_read_as_they_are_written() -> None:
    assert [WholeField().clean(typed) for typed in ("2 000", "2\u202f000", "2000")] == [2000] * 3
    assert str(DecimalField(localize=True).clean("12 000,5")) == "12000.5"
    assert [NumberField().clean(typed) for typed in ("0,125", "1234,567", "3,1250")] == [0.125, 1234.567, 3.125]


def test_a_small_or_a_negative_number_is_read_back() -> None:
    assert NumberField().clean(NumberField().prepare_value(0.00001)) == 0.00001
    assert NumberField().clean("−5,5") == -5.5


@pytest.mark.parametrize("typed", ["\u0661\u0662", "\uff11\uff12", "1_000", "1\u0662"])
def test_a_number_is_written_with_our_digits_alone(typed: str) -> None:
    for field in (WholeField(), DecimalField()):
        with pytest.raises(ValidationError, match="nombre"):
            field.clean(typed)
    assert (WholeField().clean(" 12 "), WholeField(required=False).clean("")) == (12, None)
    assert str(DecimalField(localize=True).clean("-1,5")) == "-1.5"
