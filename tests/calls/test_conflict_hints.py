"""What facts let one think of: links between people and applicants."""

from datetime import date

from accelerator.calls.conflicts import Applicant, Hint, Link, Ties, found, said_all, standing

FILE = Applicant(
    application=7,
    name="Les Jardins fictifs",
    organisation=3,
    people=frozenset({11}),
    domains=frozenset({"jardins.example"}),
    partners=frozenset({3, 5}),
    places=frozenset({"commune-46102", "epci-200067361", "pays-FR"}),
)


def hints_of(ties: Ties) -> dict[str, str]:
    return {hint.code: hint.words for hint in found([ties], [FILE]).get((7, ties.person), ())}


def test_who_has_no_link_has_no_hint() -> None:
    assert hints_of(Ties(person=1, roles=(Link(4, "Membre"),), domain="ailleurs.example")) == {}


def test_each_link_has_its_words() -> None:
    assert hints_of(Ties(person=11)) == {"applicant": "a déposé ou commencé cette candidature"}
    assert hints_of(Ties(person=1, roles=(Link(3, "Représentant légal"),))) == {
        "member": "est représentant légal de Les Jardins fictifs"
    }
    assert hints_of(Ties(person=1, roles=(Link(3, "Membre", date(2024, 3, 1)),))) == {
        "former": "a été membre de Les Jardins fictifs, jusqu’au 1er mars 2024"
    }
    assert hints_of(Ties(person=1, mandates=(Link(3, ""),))) == {
        "mandate": "a un mandat pour aider Les Jardins fictifs"
    }
    assert hints_of(Ties(person=1, mandates=(Link(3, "", date(2024, 3, 2)),))) == {
        "former_mandate": "a eu un mandat pour aider Les Jardins fictifs, jusqu’au 2 mars 2024"
    }
    assert hints_of(Ties(person=1, domain="jardins.example")) == {
        "domain": "a une adresse électronique du candidat (@jardins.example)"
    }


def test_those_who_carry_the_project_together_are_looked_at_too() -> None:
    assert hints_of(Ties(person=1, roles=(Link(5, "Membre"),))) == {
        "partner": "est membre d’une structure qui porte ce projet avec Les Jardins fictifs"
    }
    assert hints_of(Ties(person=1, mandates=(Link(5, "accompagnateur", date(2024, 3, 1)),))) == {
        "former_partner": (
            "a été accompagnateur d’une structure qui porte ce projet avec Les Jardins fictifs, jusqu’au 1er mars 2024"
        )
    }
    # The organisation that applies is its own hint, said once.
    assert list(hints_of(Ties(person=1, roles=(Link(3, "Membre"),)))) == ["member"]


def test_an_elected_official_has_a_link_with_who_is_on_their_territory() -> None:
    mayor = Ties(person=1, governs={"commune-46102": "Commune de Figeac", "commune-46042": "Commune de Cahors"})
    assert hints_of(mayor) == {"elected": "représente Commune de Figeac, sur le territoire de qui est le candidat"}
    assert hints_of(Ties(person=1, governs={"commune-46042": "Commune de Cahors"})) == {}


def test_a_domain_that_proves_nothing_links_nobody() -> None:
    assert hints_of(Ties(person=1, domain="")) == {}


def test_a_hint_set_aside_does_not_come_back_and_another_kind_does() -> None:
    both = (Hint("former", "a été membre"), Hint("domain", "a une adresse"))
    assert standing(both, [{"code": "former", "words": "a été membre"}]) == (both[1],)
    assert said_all(both) == "a été membre ; a une adresse"
