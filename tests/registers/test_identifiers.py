import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from accelerator.registers.identifiers import Identifier, Misread, Scheme, understand

SIREN, SIRET = "732829320", "73282932000074"


@pytest.mark.parametrize(
    ("typed", "scheme", "value"),
    [
        (SIREN, Scheme.SIREN, SIREN),
        ("732 829 320", Scheme.SIREN, SIREN),
        ("732.829.320.00074", Scheme.SIRET, SIRET),
        ("732 829 320 00074", Scheme.SIRET, SIRET),
        ("Siret : 732 829 320 00074", Scheme.SIRET, SIRET),
        ("n° SIREN 732829320", Scheme.SIREN, SIREN),
        ("７３２８２９３２０", Scheme.SIREN, SIREN),
        ("FR44 732829320", Scheme.SIREN, SIREN),
        ("35600000000048", Scheme.SIRET, "35600000000048"),
        ("35600000009075", Scheme.SIRET, "35600000009075"),  # La Poste: not Luhn, the sum is a multiple of 5
        ("w 751 123456", Scheme.RNA, "W751123456"),
        ("RNA W9R1003456", Scheme.RNA, "W9R1003456"),
        ("W2A1000123", Scheme.RNA, "W2A1000123"),
        ("A2023STR000123", Scheme.AMALIA, "A2023STR000123"),
    ],
)
def test_a_number_is_understood_however_it_is_typed(typed: str, scheme: Scheme, value: str) -> None:
    assert understand(typed) == Identifier(scheme, value)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Tapez un numéro"),
        ("7328293200007", "Il manque un chiffre : un SIRET en compte 14."),
        ("732829320000", "Il manque 2 chiffres : un SIRET en compte 14."),
        ("732829320000745", "Il y a un chiffre de trop : un SIRET en compte 14."),
        ("73282932", "Il manque un chiffre : un SIREN en compte 9."),
        ("7328293201", "Il y a un chiffre de trop : un SIREN en compte 9."),
        ("73282932000079", "cinq derniers chiffres"),
        ("73282932100074", "un chiffre est faux"),
        ("732829321", "un chiffre est faux"),
        ("00000000000000", "ne désigne personne"),
        ("000000000", "ne désigne personne"),
        ("73282932O", "lettre O"),
        ("W75112345", "Il manque un caractère"),
        ("W7511234567", "un caractère de trop"),
        ("W75112345X", "Ce RNA comporte une erreur"),
        ("923S92330", "ancien numéro d’association"),
        ("178-236", "Alsace-Moselle"),
        ("vol. 12 folio 34", "Alsace-Moselle"),
        ("Les Jardins d’Exemple", "n’est pas un numéro connu"),
        ("7" * 10_000, "trop long"),
        ("<script>alert(1)</script>", "n’est pas un numéro connu"),
    ],
)
def test_a_fault_is_told_in_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(Misread, match=sentence):
        understand(typed)


def test_a_siren_typed_where_a_siret_is_asked_is_explained() -> None:
    with pytest.raises(Misread, match="C’est un SIREN"):
        understand(SIREN, wanted={Scheme.SIRET})
    with pytest.raises(Misread, match="732 829 320"):
        understand(SIRET, wanted={Scheme.SIREN})
    with pytest.raises(Misread, match="C’est un numéro RNA"):
        understand("W751123456", wanted={Scheme.SIREN, Scheme.SIRET})


_siren = st.integers(1, 99_999_999).map(lambda n: f"{n:08d}").map(lambda head: head + luhn.calc_check_digit(head))


@given(_siren, st.lists(st.sampled_from(["", " ", ".", " ", "-"]), min_size=9, max_size=9))
def test_separators_change_nothing(number: str, separators: list[str]) -> None:
    typed = "".join(separator + digit for separator, digit in zip(separators, number, strict=True))
    assert understand(typed) == Identifier(Scheme.SIREN, number)


@given(_siren, st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(number: str, place: int, shift: int) -> None:
    digit = (int(number[place]) + shift) % 10
    with pytest.raises(Misread):
        understand(f"{number[:place]}{digit}{number[place + 1 :]}")


@given(_siren)
def test_reading_aloud_then_typing_gives_the_same_number(number: str) -> None:
    identifier = understand(number)
    assert understand(str(identifier)) == identifier


@given(st.text(max_size=80))
def test_any_text_is_understood_or_refused_with_a_sentence(text: str) -> None:
    try:
        said = f"{understand(text)}."
    except Misread as misread:
        said = str(misread)
    assert said.endswith((".", "?"))
