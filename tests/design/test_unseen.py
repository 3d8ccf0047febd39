"""What nobody sees is not kept; a form corrected acts again."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.http import QueryDict

from accelerator.calls.forms.examining import PiecesForm
from accelerator.community.forms.records import Presentation
from accelerator.design.forms import Form
from tests import factories
from tests.client import HostileClient


class Name(Form):
    name = forms.CharField(label="Nom", max_length=60)
    text = forms.CharField(label="Texte", required=False, widget=forms.Textarea)


class Named(Name):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["late"] = forms.CharField(label="Ajouté", max_length=60)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Les \u202eseivahcnalb\u202c", "Les seivahcnalb"),
        ("Ate\u200blier\ufeff", "Atelier"),
        ("Cou\u00adrage\u2066", "Courage"),
        ("A\u0007B\u0085", "AB"),
        ("Ate\u3164lier\u115f\u2800", "Atelier"),
        ("Les Paniers\u2028du Causse\x0b", "Les Paniers du Causse"),
        ("L’Été à Évry — 1 000 €", "L’Été à Évry — 1 000 €"),
    ],
)
def test_what_nobody_sees_is_taken_out(typed: str, kept: str) -> None:
    form = Name({"name": typed})
    assert form.is_valid()
    assert form.cleaned_data["name"] == kept


def test_a_name_made_of_nothing_is_missing() -> None:
    for typed in ("\u200b\u2060", "\u3164", "\uffa0\u115f\u1160", "\u2800", "\u2028"):
        assert "Renseignez « Nom »." in str(Name({"name": typed}).errors)


def test_the_line_breaks_of_other_programs_do_not_join_words() -> None:
    form = Name({"name": "A", "text": "un\u2028deux\u2029trois\x0bquatre\x0ccinq\rsix"})
    assert form.is_valid()
    assert form.cleaned_data["text"] == "un\ndeux\ntrois\nquatre\ncinq\nsix"


def test_lines_and_tabs_stay_and_nul_is_refused() -> None:
    form = Name({"name": "A", "text": "un\r\n\tdeux"})
    assert form.is_valid()
    assert form.cleaned_data["text"] == "un\n\tdeux"
    assert not Name({"name": "A\0B"}).is_valid()


@pytest.mark.parametrize("data", [dict, QueryDict], ids=["values", "sending"])
def test_a_field_of_one_line_has_no_line_break(data: Any) -> None:
    typed = "Les Paniers\r\n\r\nFrench IMPACT : appelez ce numéro"
    form = Name(
        {"name": typed, "text": typed} if data is dict else QueryDict(urlencode({"name": typed, "text": typed}))
    )
    lines = "Les Paniers\n\nFrench IMPACT : appelez ce numéro"
    assert form.is_valid()
    assert form.cleaned_data == {"name": "Les Paniers French IMPACT : appelez ce numéro", "text": lines}


def test_a_sentence_is_on_one_line() -> None:
    form = Presentation({"summary": "Un jardin\r\npartagé, à Figeac.", "presentation": "Un\r\n\r\ndeux"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["summary"] == "Un jardin partagé, à Figeac."
    assert form.cleaned_data["presentation"] == "Un\n\ndeux"
    assert "<textarea" in str(form["summary"])


def test_a_letter_and_its_accent_are_one(client: HostileClient) -> None:
    """What macOS writes in a file name, once pasted, is the same name."""
    person = factories.person()
    client.force_login(person)
    sent = {"given_name": "Ame\u0301lie", "family_name": "Lefe\u0300vre"}
    assert client.post("/compte/nom", sent).status_code == 302
    person.refresh_from_db()
    assert (person.given_name, person.family_name) == ("Am\u00e9lie", "Lef\u00e8vre")


@pytest.mark.parametrize("data", [dict, QueryDict], ids=["values", "sending"])
def test_a_field_added_late_has_no_line_break_either(data: Any) -> None:
    typed = {"f-name": "A", "f-text": "un\r\ndeux", "f-late": "Les Pa\u200bniers\r\n\r\nFrench IMPACT"}
    form = Named(typed if data is dict else QueryDict(urlencode(typed)), prefix="f")
    assert form.is_valid()
    assert form.cleaned_data == {"name": "A", "text": "un\ndeux", "late": "Les Paniers French IMPACT"}
    # What is sent back with an error is what was read.
    typed["f-name"] = ""
    wrong = Named(typed if data is dict else QueryDict(urlencode(typed)), prefix="f")
    assert not wrong.is_valid()
    assert wrong["late"].value() == "Les Paniers French IMPACT"


def test_a_piece_asked_writes_no_line_in_the_mail_that_asks_it() -> None:
    typed = "Statuts\r\n\r\nFrench IMPACT : appelez ce numéro"
    form = PiecesForm({"due_on": "2026-12-31", "name_1": typed, "basis_1": typed})
    assert form.is_valid()
    read = "Statuts French IMPACT : appelez ce numéro"
    assert form.pieces == [{"name": read, "basis": read}]


def test_a_form_corrected_after_the_browsers_arrow_acts_again(client: HostileClient) -> None:
    person = factories.person(given_name="Camile")
    client.force_login(person)
    once = client.get("/compte/nom").context["once"]
    first = {"_once": once, "given_name": "Camill", "family_name": "Exemple"}
    assert client.post("/compte/nom", first).status_code == 302
    assert client.post("/compte/nom", {**first, "given_name": "Camille"}).status_code == 302
    person.refresh_from_db()
    assert person.given_name == "Camille"


def test_a_token_used_in_one_form_does_not_silence_another(client: HostileClient) -> None:
    person = factories.person()
    client.force_login(person)
    once = client.get("/compte/nom").context["once"]
    client.post("/compte/nom", {"_once": once, "given_name": "Alix", "family_name": ""})
    answer: Any = client.post("/compte/adresse", {"_once": once, "email": "autre@exemple.example"})
    assert "/compte/adresse/code/" in answer["Location"], json.dumps(dict(answer.headers))
