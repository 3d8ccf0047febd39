"""The fictitious people, once they are there: their places, what they made, and becoming each of them."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db.transaction import atomic, set_rollback
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.models import Application
from accelerator.community.models import Mandate, Organisation, Role
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.labels.models import Label
from accelerator.projects.models import Project, ProjectFile
from accelerator.workflow import transaction
from demonstration.cast import CAST
from demonstration.operations import seed
from demonstration.projects import WHOLE
from tests.client import HostileClient


@pytest.fixture(scope="module", autouse=True)
def people(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Person]]:
    """Made once for this file, in a transaction around those of its tests: each undoes what it does, and no more."""
    with django_db_blocker.unblock(), atomic():
        with transaction():
            seeded: list[Person] = seed(by=System("demonstration"), at=timezone.now())
        yield seeded
        set_rollback(True)


def test_people_are_made_once(people: list[Person]) -> None:
    assert [person.name for person in people] == [figure.name for figure in CAST]
    before = [model.objects.count() for model in (Person, Organisation, Role, Event)]
    call_command("seed_demonstration", verbosity=0, stdout=StringIO())
    assert [model.objects.count() for model in (Person, Organisation, Role, Event)] == before
    assert all(person.email.endswith(".example") for person in Person.objects.all() if person.email)
    assert {person.terms_version for person in people} == {"2026-11"}


def test_each_holds_their_place() -> None:
    roles = {(role.person.given_name, role.name, bool(role.confirmed_at)) for role in Role.objects.current()}
    assert roles == {
        ("Dominique", "representative", True),
        ("Sacha", "manager", False),
        ("Noa", "member", False),
        ("Alix", "representative", False),
        ("Gabrielle", "representative", False),
        ("Maxence", "moderator", False),
        ("Ange", "administrator", False),
    }
    mandate = Mandate.objects.current().get()
    assert (mandate.helper.given_name, mandate.organisation.name) == ("Alix", "Les Paniers partagés (exemple)")
    for organisation in Organisation.objects.filter(name__endswith="(exemple)"):
        assert "n’existe pas" in organisation.presentation


def test_a_new_visitor_finds_projects_with_pictures_and_applications(client: HostileClient) -> None:
    pictures = ProjectFile.objects.filter(kind="image")
    assert {one.project_id for one in pictures} == set(
        Project.objects.exclude(state="proposed").values_list("pk", flat=True)
    )
    assert all(one.described and default_storage.exists(one.file.name) for one in pictures)
    assert len({one.digest for one in pictures}) == len(pictures)
    shown = Project.objects.listed().get(title=WHOLE["title"])
    page = client.get(f"/projets/{shown.key}").content.decode()
    assert page.count("<img src=") == 2
    for address in re.findall(r'<img src="([^"]+)"', page):
        assert b"".join(client.get(address).streaming_content).startswith(b"\x89PNG")
    applied = Application.objects.filter(subject__startswith="projects.project:")
    assert dict(applied.values_list("person__given_name", "state")) == {"Dominique": "submitted", "Alix": "draft"}
    assert [bool(one.number) for one in applied.order_by("state")] == [False, True]
    client.force_login(Person.objects.get(given_name="Yaël"))
    file = client.get(f"/instruction/{applied.get(state='submitted').public_id}/").text
    for words in ("Demandé le", "Favorable avec réserves", "Avis fictif : favorable, à condition"):
        assert words in file


def test_one_collective_has_its_label_and_another_applies(client: HostileClient) -> None:
    label = Label.objects.get()
    assert (label.title, label.nature, label.state) == ("Vallée des voisins (exemple)", "demonstration", "active")
    page = client.get(f"/labels/{label.key}").content.decode()
    for words in ("Démonstration : fictif", "1 en retard", "Remplie le", "deuxième cuisine", "Une navette roule"):
        assert words in page
    assert client.get(f"/labels/{label.key}/preuve").status_code == 200
    states = Application.objects.filter(subject__startswith="labels.candidacy:").values_list("title", "state")
    assert dict(states) == {"Causse en commun (exemple)": "draft", label.title: "notified"}


@pytest.mark.parametrize("figure", CAST, ids=lambda figure: figure.key)
def test_one_click_to_become_each(client: HostileClient, figure: Any) -> None:
    home = client.get("/").content.decode()
    assert f'value="{figure.key}"' in home
    assert client.post("/demo/devenir", {"who": figure.key, "next": "/compte/"})["Location"] == "/compte/"
    page = client.get("/compte/").content.decode()
    assert figure.email in page
    assert f"{figure.name}<span" in page
    client.post("/demo/devenir", {"who": "visiteur", "next": "/"})
    assert client.get("/compte/").status_code == 302


def test_becoming_is_guarded() -> None:
    client = HostileClient(enforce_csrf_checks=True)
    assert client.post("/demo/devenir", {"who": "camille"}).status_code == 403
    assert client.get("/demo/devenir").status_code == 405
    open_client = HostileClient()
    assert open_client.post("/demo/devenir", {"who": "personne-d-autre"}).status_code == 404
    response = open_client.post("/demo/devenir", {"who": "camille", "next": "https://ailleurs.example/"})
    assert response["Location"] == "/"
