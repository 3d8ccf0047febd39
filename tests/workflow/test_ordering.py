"""Texts in the order of a dictionary."""

import random

import pytest
from django.db import connection

from accelerator.accounts.models import Person
from accelerator.workflow.ordering import alphabetical
from tests import factories

pytestmark = pytest.mark.django_db

IN_ORDER = [
    "1er mai",
    "2 rives",
    "10 chemins",
    "agir ensemble",
    "Bœuf",
    "bof",
    "Ça va",
    "« Demain »",
    "élan",
    "Émile 2",
    "Émile 10",
    "Énergie",
    "L’atelier",
    "L'Atelier bis",
    "Zoé",
]


def test_neither_capitals_nor_accents_count_and_numbers_are_numbers() -> None:
    shuffled = random.Random(1).sample(IN_ORDER, len(IN_ORDER))
    for n, name in enumerate(shuffled):
        factories.person(email=f"p{n}@personnes.example", family_name=name)
    said = Person.objects.order_by(alphabetical("family_name")).values_list("family_name", flat=True)
    assert list(said) == IN_ORDER


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Œuvre « Æ »", "oeuvre ae »"),
        ("Jury 007", "jury 00000000000000000007"),
        ("12345678901234567890123", "12345678901234567890123".rjust(42, "0")),
        ("ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸ’", "aaaaaaceeeeiiiinooooouuuuyy'"),
        ("", ""),
    ],
)
def test_the_key_of_a_text(text: str, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT workflow_sorted(%s)", [text])
        assert cursor.fetchone()[0] == key
