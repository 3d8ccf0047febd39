"""What people type, and what they mean."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from accelerator.search.index import Index
from accelerator.search.text import folded, highlighted, identifiers_of, sort_key, words_of
from accelerator.search.types import Answer, Entry, Question
from tests.search.documents import borne

pytestmark = pytest.mark.server

LIBRARY = [
    Entry(1, "La Fabrique de l’Énergie", summary=["Rénovation énergétique des logements"], context=["Figeac"]),
    Entry(2, "Tiers-lieu du Célé", summary=["Un tiers-lieu nourricier pour les jeunes éloignés de l'emploi"]),
    Entry(3, "Les Associés du Goût", summary=["Lutte contre le gaspillage alimentaire"], prominence=0.9),
    Entry(4, "Réseau des tiers lieux", titles=["R.T.L."], summary=["Accompagner les tiers lieux ruraux"]),
    Entry(5, "Œuvre des Aînés", summary=["Aide aux personnes âgées isolées"]),
    Entry(6, "Insertion Quercy", body=["L’insertion par l’activité économique"]),
    Entry(7, "Gaspillage", prominence=0.1),
    Entry(8, "Coopérative Tierslieux", summary=["Enjeux numériques"]),
    Entry(9, "L’Atelier des Vélos", summary=["Des emplois pour tous, avec les élus et les tissus locaux"]),
    Entry(10, "Un vélo à Paris", summary=["Emploi et tissu local : le choix d’un élu"]),
    Entry(11, "Le Pari des Possibles", summary=["La foi dans l’avenir"]),
]


@pytest.fixture
def library(index: Index) -> Index:
    index.put(LIBRARY)
    index.bearing = borne({"552100554": 5, "W123456789": 5, "W2B1234567": 5, "40483304800022": 6, "999999999": 99})
    return index


def found(index: Index, text: str) -> set[int]:
    return set(index.search(Question(text)).ids)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("energie", {1}),
        ("ÉNERGIE", {1}),
        ("énergies", {1}),
        ("figeac", {1}),
        ("l'énergie", {1}),
        ("l’énergie", {1}),
        ("insertion", {6}),
        ("l'insertion", {6}),
        ("jeune eloigne", {2}),
        ("tiers-lieu", {2, 4, 8}),
        ("tiers lieu", {2, 4, 8}),
        ("tiers-lieux", {2, 4, 8}),
        ("tierslieu", {2, 4, 8}),
        ("enjeu", {8}),
        ("vélo", {9, 10}),
        ("velos", {9, 10}),
        ("emploi local", {9, 10}),
        ("emplois locaux", {9, 10}),
        ("tissu", {9, 10}),
        ("élus", {9, 10}),
        ("paris", {10}),
        ("pari", {11}),
        ("oeuvre", {5}),
        ("œuvres", {5}),
        ("aines", {5}),
        ("rtl", {4}),
        ("R.T.L.", {4}),
        ("gaspillages alimentaires", {3}),
        ("552100554", {5}),
        ("552 100 554", {5}),
        ("SIREN 552 100 554", {5}),
        ("w123456789", {5}),
        ("404 833 048 00022", {6}),
        ("55210055400013", {5}),
        ("552100555", set()),
        ("w2b1234567", {5}),
        ("552100554 ou 404 833 048 00022", {5, 6}),
        ("999999999", set()),  # who bears it is not shown
    ],
)
def test_what_is_typed_finds_what_is_meant(library: Index, text: str, expected: set[int]) -> None:
    assert found(library, text) == expected


def test_the_exact_name_comes_first(library: Index) -> None:
    assert library.search(Question("gaspillage")).ids == [7, 3]


@pytest.mark.parametrize(
    ("text", "corrected", "expected"),
    [
        ("gaspilage", "gaspillage", {3, 7}),
        ("lutte contre le gaspilage", "lutte contre le gaspillage", {3}),
        ("enregie", "énergie", {1}),
        ("nisertion", "insertion", {6}),
        ("figaec", "figeac", {1}),
        ("reseua", "réseau", {4}),
        ("tierlieu", "tiers-lieu", {2, 4}),
    ],
)
def test_typing_errors_are_corrected(library: Index, text: str, corrected: str, expected: set[int]) -> None:
    answer = library.search(Question(text))
    assert answer.corrected == corrected
    assert expected <= set(answer.ids)


def test_a_known_word_is_never_corrected(library: Index) -> None:
    assert library.search(Question("gaspillage")).corrected is None


def test_nonsense_is_said_unknown(library: Index) -> None:
    answer = library.search(Question("xyzzyqwk"))
    assert (answer.ids, answer.total, answer.unknown) == ([], 0, ("xyzzyqwk",))


def test_a_word_that_stands_nowhere_does_not_hide_the_others(library: Index) -> None:
    answer = library.search(Question("insertion xyzzyqwk"))
    assert answer.ids == [6]
    assert answer.unknown == ("xyzzyqwk",)
    assert answer.relaxed


def test_a_whole_sentence_finds_something(library: Index) -> None:
    answer = library.search(Question("Je cherche une association qui lutte contre le gaspillage près de Figeac"))
    assert answer.ids[0] == 3
    assert answer.relaxed


def test_the_words_required_are_told_in_the_order_in_which_they_were_read(library: Index) -> None:
    library.put([Entry(20, "Partage au tiers-lieu, art pour tous")])
    answer = library.search(Question("partage tiers-lieu art"))
    assert answer.required == ("partage", "tiers lieu", "art")


def test_words_that_nothing_has_together_are_relaxed(library: Index) -> None:
    answer = library.search(Question("figeac gaspillage"))
    assert set(answer.ids) >= {1}
    assert answer.relaxed


def test_a_preposition_typed_without_its_accent_is_a_stop_word(library: Index) -> None:
    library.put([Entry(21, "Une collectivité qui a le label")])
    assert 21 not in library.search(Question("je cherche de l'aide contre le gaspilage a figac")).ids
    assert library.search(Question("a la")).total == len(LIBRARY) + 1


def test_stop_words_alone_show_everything(library: Index) -> None:
    assert library.search(Question("le la les")).total == len(LIBRARY)


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1; --",
        '"tiers lieu" & !figeac | (',
        "\\",
        "\\' \\\\",
        "%s %(a)s {}",
        "\x00\x01\ufffe",
        "a" * 10_000,
        "gaspillage " * 1_000,
        "🙂 \u202e \u0301",
        "<script>alert(1)</script>",
        ":*",
        "'a':1A & b",
        "=kind:porteur",
        "@commune-46102",
        "日本語 поиск",
    ],
)
def test_hostile_text_is_harmless(library: Index, text: str) -> None:
    assert isinstance(library.search(Question(text)), Answer)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_the_two_folds_agree_and_words_are_clean(text: str) -> None:
    for word in words_of(text):
        assert word.raw == word.raw.lower()
    latin = "".join(letter for letter in text if letter.isascii() or "\u00c0" <= letter <= "\u017f")
    latin = latin.replace("\x00", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_fold(%s)", [latin])
        assert cursor.fetchone()[0] == folded(latin)


def test_identifiers_are_read_with_or_without_spaces() -> None:
    assert identifiers_of("SIRET 404 833 048 00022") == ["40483304800022", "404833048"]
    assert identifiers_of("rna w123456789 et 12345") == ["W123456789"]
    assert identifiers_of("W9R1001234, w2a1234567") == ["W9R1001234", "W2A1234567"]
    assert identifiers_of("W2A 1 234 567 ou W9R1.001.234") == ["W2A1234567", "W9R1001234"]


def test_a_name_sorts_without_its_accents() -> None:
    assert sorted(["Zèbre", "Évry", "abbaye"], key=sort_key) == ["abbaye", "Évry", "Zèbre"]


def test_the_answering_words_are_shown() -> None:
    assert highlighted("L’énergie des énergies !", ["energ"]) == [
        ("L’", False),
        ("énergie", True),
        (" des ", False),
        ("énergies", True),
        (" !", False),
    ]
