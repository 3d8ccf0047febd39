"""A name travels in mails to people who never asked anything: it leads nowhere."""

import pytest

from accelerator.accounts.forms import NameForm


@pytest.mark.parametrize(
    "name",
    [
        "Camille",
        "Jean-Pierre",
        "J.-P.",
        "D’Artagnan",
        "Saint-Exupéry",
        "Nguyễn Thị",
        "Љубица",
        "Ó Súilleabháin",
        "St. Clair",
    ],
)
def test_names_are_accepted(name: str) -> None:
    form = NameForm({"given_name": name, "family_name": name})
    assert form.is_valid(), form.errors


@pytest.mark.parametrize(
    "name",
    [
        "https://piege.example",
        "piege.example",
        "Gagnez 1000",
        "a@b.example",
        "<b>x</b>",
        "www.x",
        "=1+1",
        "-",
        "{{7}}",
    ],
)
def test_what_is_no_name_is_explained(name: str) -> None:
    form = NameForm({"given_name": name, "family_name": ""})
    assert not form.is_valid()
    assert "Un nom s’écrit avec des lettres" in str(form.errors["given_name"])


def test_a_name_is_on_one_line() -> None:
    form = NameForm({"given_name": "Anne\r\nMarie", "family_name": ""})
    assert form.is_valid()
    assert form.cleaned_data["given_name"] == "Anne Marie"
