"""Themes that a text lets one think of: which, why, how sure; answered by a person, never applied silently."""

import csv
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from accelerator.community.models import Organisation, Theme, ThemeRefusal
from accelerator.community.operations.themes import accept_theme, accept_themes, refuse_theme
from accelerator.community.queries.people import platform_roles_of
from accelerator.community.queries.suggestions import suggestions_of, without_theme
from accelerator.community.record import DECLARED, DEDUCED
from accelerator.community.search import DIRECTORY, refresh
from accelerator.community.states import RoleName
from accelerator.community.suggestions import CLUES, Suggestion, nomenclature
from accelerator.geography.models import Place
from accelerator.geography.perimeters import cover_of
from accelerator.journal.models import Event
from accelerator.search.types import Question
from accelerator.workflow import Refused, transaction
from tests import factories
from tests.client import HostileClient

Perform = Callable[..., Any]


def codes(text: str, zone: str = "presentation") -> list[str]:
    return [one.theme.code for one in nomenclature().suggest({zone: text})]


def suggestion(text: str, code: str, zone: str = "presentation") -> Suggestion:
    return next(one for one in nomenclature().suggest({zone: text}) if one.theme.code == code)


def fiche(**values: Any) -> Organisation:
    """A record found by the directory."""
    made = factories.organisation(**values)
    refresh([made])
    return made


# ------------------------------------------------------------------------------------------------------- what is read


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Maraîchage biologique et vente de paniers", "AGR"),
        ("École de musique municipale", "CUL"),  # and not SCO: the longest expression uses up its words
        ("Soutien scolaire au collège", "SCO"),
        ("Les maraichers de la plaine", "AGR"),  # without accents, another form of the word
        ("CHANTIERS D'INSERTION DU VAL", "INS"),
        ("Garage solidaire et auto-école", "MOB"),
        ("Santé mentale : groupe d’entraide", "PSY"),
    ],
)
def test_the_first_theme_of_a_text(text: str, first: str) -> None:
    assert codes(text)[0] == first


@pytest.mark.parametrize(
    "text", ["", "   ", "…", "Amicale des anciens élèves", "Société de portefeuille", "Syndic de copropriété"]
)
def test_nothing_is_said_of_what_says_nothing(text: str) -> None:
    assert codes(text) == []


def test_a_suggestion_says_the_words_that_made_it_as_they_are_written() -> None:
    found = suggestion("Des Maraîchers et deux hectares en agriculture.", "AGR")
    assert set(found.words) == {"maraîchers", "hectares", "agriculture"}
    assert "« maraîchers »" in found.because
    assert found.how_sure == "probable"


def test_an_expression_is_shown_with_its_articles() -> None:
    assert suggestion("Chantiers d'insertion", "INS").words == ("chantiers d’insertion",)
    assert suggestion("Des gens sans domicile", "PRE").words == ("sans domicile",)


def test_one_word_makes_a_theme_possible_two_make_it_probable() -> None:
    assert suggestion("Un verger.", "AGR").how_sure == "possible"
    assert suggestion("Un verger et une ferme.", "AGR").how_sure == "probable"
    assert suggestion("Un verger.", "AGR", zone="name").how_sure == "probable"  # a name is chosen with care


def test_a_word_said_again_counts_a_little_more_but_not_for_ever() -> None:
    once, thrice, often = (suggestion("verger. " * times, "AGR").score for times in (1, 3, 30))
    assert once < thrice == often


def test_an_expression_of_two_themes_is_worth_half_to_each() -> None:
    shared = nomenclature().suggest({"presentation": "Pour l’égalité des chances"})
    assert {one.theme.code for one in shared} == {"DIS", "ORI"}
    assert {one.score for one in shared} == {0.75}


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("Aide à domicile, sauf les soins médicaux.", "SAN"),
        ("Transport de personnes, à l’exclusion des élèves.", "SCO"),
        ("Vente en gros, hors alimentation.", "ALI"),
    ],
)
def test_what_is_said_not_to_be_done_is_left_out(text: str, left_out: str) -> None:
    assert left_out not in codes(text)


def test_an_exception_ends_with_its_clause() -> None:
    assert "SAN" in codes("Ouvert à tous sauf le lundi. Soins infirmiers.")


def test_lack_is_not_negation() -> None:
    """Social innovation speaks of what people have not."""
    assert "HAB" in codes("Pour les familles sans logement")
    assert "HAB" in codes("Ils ne trouvent pas de logement")


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("Il va livrer des colis", "FOR"),
        ("Des colis livrés", "LEC"),
        ("Téléphone mobile", "MOB"),
        ("Une aide financière", "AID"),
    ],
)
def test_words_that_a_stem_would_confuse_count_only_as_written(text: str, absent: str) -> None:
    assert absent not in codes(text)


def test_they_count_with_their_accents_or_without_any() -> None:
    assert "ENF" in codes("Accueil des mères")
    assert "ENF" in codes("ACCUEIL DES MERES")
    assert "ENF" not in codes("Accueil de la mer")


def test_at_most_five_themes_and_none_far_behind_the_first() -> None:
    text = "ferme verger potager maraîchage élevage paysan. " + "logement. santé. sport. culture. emploi. eau. climat."
    assert codes(text)[0] == "AGR"
    assert len(codes(text)) == 1
    assert len(codes("logement, santé, sport, culture, emploi, eau, climat")) == 5


def test_a_long_hostile_text_is_read_without_harm() -> None:
    assert codes("'; DROP TABLE théâtre; -- \x00 {{ 7*7 }} <script>" * 300) == ["CUL"]


def test_a_theme_that_is_closed_is_not_proposed() -> None:
    Theme.objects.filter(pk="AGR").update(until="2026-11-01")
    assert "AGR" not in codes("Maraîchage et verger")


def test_the_clues_name_themes_that_exist() -> None:
    with CLUES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    known = set(Theme.objects.values_list("code", flat=True))
    assert {row["theme"] for row in rows if row["theme"]} == known
    assert {row["how"] for row in rows} == {"", "exact"}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_texts_of_a_page_are_read_together(rows: int, django_assert_max_num_queries: Any) -> None:
    organisations = [fiche(presentation=f"Ferme et verger {number}") for number in range(rows)]
    suggestions_of(organisations)  # the stems of the nomenclature, learnt once a process
    fresh = [fiche(presentation=f"Potager inédit{number} du hameau") for number in range(rows)]
    with django_assert_max_num_queries(3):
        suggestions_of(fresh)


# ---------------------------------------------------------------------------------------------------------- answering


def test_accepting_makes_it_the_organisation_s_word(perform: Perform, at: datetime) -> None:
    organisation = fiche(presentation="Maraîchage et verger", themes=["EAU"])
    manager = factories.role(organisation).person
    perform(accept_theme, organisation=organisation, code="AGR", by=manager, at=at)
    organisation.refresh_from_db()
    assert organisation.themes == ["EAU", "AGR"]
    assert organisation.provenance["themes"]["source"] == DECLARED
    event = Event.objects.get(code="community.theme_accepted")
    assert event.data["theme"] == "Agriculture et terres nourricières"
    assert "« maraîchage »" in event.data["words"]
    assert DIRECTORY.search(Question(filters={"theme": ("AGR",)})).ids == [organisation.pk]


def test_accepting_twice_is_accepting_once(perform: Perform, at: datetime) -> None:
    organisation = fiche(presentation="Maraîchage et verger")
    manager = factories.role(organisation).person
    for _ in range(2):
        perform(accept_theme, organisation=organisation, code="AGR", by=manager, at=at)
    organisation.refresh_from_db()
    assert organisation.themes == ["AGR"]
    assert Event.objects.filter(code="community.theme_accepted").count() == 1


def test_what_is_not_proposed_is_not_accepted(perform: Perform, at: datetime) -> None:
    organisation = fiche(presentation="Maraîchage et verger")
    manager = factories.role(organisation).person
    with pytest.raises(Refused, match="n’est plus proposé"):
        perform(accept_theme, organisation=organisation, code="SPO", by=manager, at=at)


def test_five_themes_and_no_more(perform: Perform, at: datetime) -> None:
    organisation = fiche(presentation="Maraîchage et verger", themes=["EAU", "CLI", "SPO", "CUL", "NUM"])
    manager = factories.role(organisation).person
    assert suggestions_of([organisation])[organisation.pk] == []
    with pytest.raises(Refused, match="5 thèmes au plus"):
        perform(accept_theme, organisation=organisation, code="AGR", by=manager, at=at)


def test_a_theme_set_aside_comes_back_only_with_another_word(perform: Perform, at: datetime) -> None:
    organisation = fiche(presentation="Maraîchage et verger")
    manager = factories.role(organisation).person
    perform(refuse_theme, organisation=organisation, code="AGR", by=manager, at=at)
    assert suggestions_of([organisation])[organisation.pk] == []
    organisation.presentation = "Verger ! Et maraîchage, toujours."
    organisation.save()
    assert suggestions_of([organisation])[organisation.pk] == []
    organisation.presentation += " Et une ferme."
    organisation.save()
    assert [one.theme.code for one in suggestions_of([organisation])[organisation.pk]] == ["AGR"]
    perform(refuse_theme, organisation=organisation, code="AGR", by=manager, at=at)
    assert suggestions_of([organisation])[organisation.pk] == []
    assert ThemeRefusal.objects.count() == 1
    assert Event.objects.filter(code="community.theme_refused").count() == 2


def test_setting_aside_twice_is_setting_aside_once(perform: Perform, at: datetime) -> None:
    organisation = fiche(presentation="Maraîchage et verger")
    manager = factories.role(organisation).person
    for _ in range(2):
        perform(refuse_theme, organisation=organisation, code="AGR", by=manager, at=at)
    assert Event.objects.filter(code="community.theme_refused").count() == 1


def test_a_theme_that_the_organisation_has_is_not_set_aside(perform: Perform, at: datetime) -> None:
    organisation = fiche(presentation="Maraîchage et verger", themes=["AGR"])
    with pytest.raises(Refused, match="déjà celui"):
        perform(refuse_theme, organisation=organisation, code="AGR", by=factories.role(organisation).person, at=at)


def test_the_moderation_answers_only_where_nobody_manages(perform: Perform, at: datetime) -> None:
    alone, managed = fiche(presentation="Maraîchage et verger"), fiche(presentation="Maraîchage et verger")
    factories.role(managed)
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    perform(accept_theme, organisation=alone, code="AGR", by=moderator, at=at)
    alone.refresh_from_db()
    assert alone.provenance["themes"]["source"] == DEDUCED
    for operation in (accept_theme, refuse_theme):
        with pytest.raises(Refused, match="gèrent cette fiche"):
            perform(operation, organisation=managed, code="AGR", by=moderator, at=at)


def test_several_together_and_what_cannot_be_leaves_the_others_done(perform: Perform, at: datetime) -> None:
    farms = [fiche(name=f"Ferme {letter}", presentation="Maraîchage") for letter in "ABC"]
    factories.role(farms[1])
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    chosen = [(farm, "AGR") for farm in farms] + [(farms[0], "SPO")]
    done = perform(accept_themes, chosen=chosen, by=moderator, at=at)
    assert [(organisation.name, code) for organisation, code in done.kept] == [("Ferme A", "AGR"), ("Ferme C", "AGR")]
    assert [organisation.name for organisation, _ in done.left] == ["Ferme A", "Ferme B"]


def test_two_people_who_answer_at_the_same_moment(together: Callable[..., list[Any]], at: datetime) -> None:
    def made() -> tuple[Organisation, Any]:
        with transaction():
            organisation = fiche(presentation="Maraîchage et verger")
            return organisation, factories.role(organisation).person

    [(organisation, manager)] = together(made)

    def accept() -> Any:
        with transaction():
            return accept_theme(organisation=organisation, code="AGR", by=manager, at=at)

    assert not any(isinstance(answer, Refused) for answer in together(accept, accept, accept))

    def seen() -> tuple[list[str], int]:
        return (
            Organisation.objects.get(pk=organisation.pk).themes,
            Event.objects.filter(code="community.theme_accepted").count(),
        )

    assert together(seen) == [(["AGR"], 1)]


# -------------------------------------------------------------------------------------------------------------- pages


@pytest.fixture
def farm() -> Organisation:
    return fiche(name="Les Sillons", summary="Maraîchage biologique", presentation="Un verger ; des soins infirmiers.")


@pytest.fixture
def manager(client: HostileClient, farm: Organisation) -> Any:
    person = factories.role(farm).person
    client.force_login(person)
    return person


def test_the_edit_page_proposes_with_the_words_and_answers(
    client: HostileClient, farm: Organisation, manager: Any
) -> None:
    page = client.get(reverse("community:edit", args=[farm.key])).content.decode()
    assert "Thèmes proposés" in page
    assert "À cause de : « maraîchage »" in page
    assert 'Retenir<span class="fr-sr-only"> : Agriculture et terres nourricières</span>' in page
    response = client.post(reverse("community:themes", args=[farm.key]), {"theme": "AGR", "answer": "retenir"})
    assert response.status_code == 302
    farm.refresh_from_db()
    assert farm.themes == ["AGR"]
    page = client.get(reverse("community:edit", args=[farm.key])).content.decode()
    assert 'Retenir<span class="fr-sr-only"> : Agriculture' not in page


def test_setting_aside_from_the_page(client: HostileClient, farm: Organisation, manager: Any) -> None:
    url = reverse("community:themes", args=[farm.key])
    page = client.post(url, {"theme": "AGR", "answer": "ecarter"}, follow=True).content.decode()
    assert "Le thème est écarté." in page
    assert "Agriculture et terres nourricières</strong>" not in page
    farm.refresh_from_db()
    assert farm.themes == []


def test_an_answer_that_comes_too_late_says_why(client: HostileClient, farm: Organisation, manager: Any) -> None:
    Organisation.objects.filter(pk=farm.pk).update(summary="", presentation="")
    response = client.post(reverse("community:themes", args=[farm.key]), {"theme": "AGR", "answer": "retenir"})
    assert response.status_code == 422
    assert "n’est plus proposé" in response.content.decode()
    assert "Aucun thème à proposer" in response.content.decode()


@pytest.mark.parametrize(
    "sent", [{}, {"theme": "AGR"}, {"theme": "../x", "answer": "retenir"}, {"theme": "AGR", "answer": "x"}]
)
def test_a_form_tampered_with_changes_nothing(
    client: HostileClient, farm: Organisation, manager: Any, sent: dict[str, str]
) -> None:
    assert client.post(reverse("community:themes", args=[farm.key]), sent).status_code == 422
    farm.refresh_from_db()
    assert farm.themes == []


def test_a_member_neither_sees_nor_answers(client: HostileClient, farm: Organisation) -> None:
    client.force_login(factories.role(farm, name=RoleName.MEMBER).person)
    assert client.get(reverse("community:themes", args=[farm.key])).status_code == 403
    sent = client.post(reverse("community:themes", args=[farm.key]), {"theme": "AGR", "answer": "retenir"})
    assert sent.status_code == 403


# ----------------------------------------------------------------------------------------------------------- the desk


@pytest.fixture
def moderator(client: HostileClient) -> Any:
    person = factories.role(None, name=RoleName.MODERATOR).person
    client.force_login(person)
    return person


def names(page: str) -> list[str]:
    return re.findall(r'data-label="Organisation">\s*<a [^>]*>([^<]+)<', page)


def test_the_desk_shows_records_without_theme_and_what_their_words_suggest(
    client: HostileClient, moderator: Any
) -> None:
    fiche(name="Du Lot", presentation="Maraîchage")
    fiche(name="Muette")
    fiche(name="Déjà rangée", themes=["EAU"])
    fiche(name="Cachée", publishable=False)
    managed = fiche(name="Gérée", presentation="Un verger")
    factories.role(managed)
    page = client.get(reverse("community:themeless")).content.decode()
    assert names(page) == ["Du Lot", "Gérée", "Muette"]
    assert "possible, à cause de « maraîchage »" in page
    assert page.count('name="choix"') == 1
    assert "proposés aux personnes qui gèrent la fiche" in page
    assert "Aucun : rien dans le texte n’y mène" in page


def test_the_desk_filters_by_theme_words_and_departement(client: HostileClient, moderator: Any) -> None:
    figeac, paris = Place.objects.get(pk="commune-46102"), Place.objects.get(pk="commune-75056")
    fiche(name="Ferme de Figeac", presentation="Maraîchage", seat=figeac)
    fiche(name="Ferme de Paris", presentation="Maraîchage", seat=paris)
    fiche(name="Club de Figeac", presentation="Rugby", seat=figeac)
    desk = reverse("community:themeless")
    assert names(client.get(f"{desk}?departement=46").content.decode()) == ["Club de Figeac", "Ferme de Figeac"]
    assert names(client.get(f"{desk}?theme=AGR").content.decode()) == ["Ferme de Figeac", "Ferme de Paris"]
    assert names(client.get(f"{desk}?theme=AGR&departement=46").content.decode()) == ["Ferme de Figeac"]
    assert names(client.get(f"{desk}?q=rugby").content.decode()) == ["Club de Figeac"]
    assert names(client.get(f"{desk}?q=l%27%26%20%21%20%27rugby").content.decode()) in (["Club de Figeac"], [])
    assert "Rien ne correspond" in client.get(f"{desk}?theme=SPO&departement=75").content.decode()


def test_a_moderator_works_in_their_perimeter(client: HostileClient) -> None:
    figeac, paris = Place.objects.get(pk="commune-46102"), Place.objects.get(pk="commune-75056")
    fiche(name="Figeac", seat=figeac)
    fiche(name="Paris", seat=paris)
    fiche(name="Région", territories=["region-76"], territories_cover=cover_of(["region-76"]))
    perimeter = ["departement-46"]
    person = factories.role(
        None, name=RoleName.MODERATOR, perimeter=perimeter, perimeter_cover=cover_of(perimeter)
    ).person
    client.force_login(person)
    assert names(client.get(reverse("community:themeless")).content.decode()) == ["Figeac", "Région"]
    assert sorted(one.name for one in without_theme(platform_roles_of(person))) == ["Figeac", "Région"]


def test_the_choice_is_shown_before_anything_is_written(client: HostileClient, moderator: Any) -> None:
    farm, club = fiche(name="Ferme", presentation="Maraîchage"), fiche(name="Club", presentation="Rugby")
    managed = fiche(name="Gérée", presentation="Un verger")
    factories.role(managed)
    picked = [f"{farm.public_id}:AGR", f"{club.public_id}:SPO", f"{managed.public_id}:AGR", f"{club.public_id}:CUL"]
    url = reverse("community:themeless_choice") + "?" + "&".join(f"choix={one}" for one in picked)
    page = client.get(url).content.decode()
    assert "Retenir ces 2 thèmes" in page
    assert "Des personnes gèrent cette fiche" in page
    assert "n’est plus proposé" in page
    assert not Organisation.objects.exclude(themes=[]).exists()
    page = client.post(url, follow=True).content.decode()
    assert "2 thèmes retenus." in page
    assert dict(Organisation.objects.values_list("name", "themes")) == {"Ferme": ["AGR"], "Club": ["SPO"], "Gérée": []}
    assert client.post(url).status_code == 302  # again: nothing is left to do


def test_the_choice_of_someone_else_s_perimeter_is_left_out(client: HostileClient) -> None:
    paris = fiche(name="Paris", presentation="Maraîchage", seat=Place.objects.get(pk="commune-75056"))
    perimeter = ["departement-46"]
    client.force_login(
        factories.role(None, name=RoleName.MODERATOR, perimeter=perimeter, perimeter_cover=cover_of(perimeter)).person
    )
    url = f"{reverse('community:themeless_choice')}?choix={paris.public_id}:AGR"
    assert "Rien à retenir" in client.get(url).content.decode()
    client.post(url)
    paris.refresh_from_db()
    assert paris.themes == []


def test_nothing_ticked_too_many_ticked(client: HostileClient, moderator: Any) -> None:
    url = reverse("community:themeless_choice")
    assert "Cochez d’abord au moins un thème." in client.get(url, follow=True).content.decode()
    many = "&".join(f"choix=x{number}:AGR" for number in range(101))
    assert "Trop de thèmes cochés" in client.get(f"{url}?{many}").content.decode()
    assert "Rien à retenir" in client.get(f"{url}?choix=%00&choix=:&choix=a:b:c").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_desk_costs_the_same_whatever_its_rows(
    rows: int, client: HostileClient, moderator: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        fiche(presentation=f"Maraîchage {number}", seat=Place.objects.get(pk="commune-46102"))
    client.get(reverse("community:themeless"))
    with django_assert_max_num_queries(14):  # the two of the savepoint included
        client.get(reverse("community:themeless") + "?departement=46&theme=AGR")


def test_the_desk_exports_what_it_shows(client: HostileClient, moderator: Any) -> None:
    fiche(name="Ferme", presentation="Maraîchage")
    response = client.get(reverse("community:themeless") + "?format=csv")
    text = b"".join(response).decode("utf-8-sig")
    assert "Ferme;;Agriculture et terres nourricières (probable : ferme, maraîchage)" in text
