"""Fictitious people, on a laptop and nowhere else."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accelerator.accounts.models import Person
from accelerator.calls.models import Application
from accelerator.community.models import Mandate, Organisation, Role
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.labels.models import Label
from accelerator.projects.models import Project, ProjectFile
from demonstration.cast import CAST
from demonstration.drawing import picture
from demonstration.models import Mail
from demonstration.operations import seed
from demonstration.projects import WHOLE
from tests import factories
from tests.client import HostileClient

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DATABASE_URL": "postgres://a:b@127.0.0.1:1/c",
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "impact.example",
    "BASE_URL": "https://impact.example",
    "DEFAULT_FROM_EMAIL": "a@impact.example",
    "EMAIL_HOST": "127.0.0.1",
    "MEDIA_ROOT": "/nowhere/media",
    "CREDENTIAL_KEYS": "/nowhere/keys",
    "CONTACT_EMAIL": "a@impact.example",
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "DEMONSTRATION": "1",
}


@pytest.fixture
def people(perform: Callable[..., Any], at: datetime) -> list[Person]:
    seeded: list[Person] = perform(seed, by=System("demonstration"), at=at)
    return seeded


def _in_production(code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **PRODUCTION}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


def test_production_does_not_have_it() -> None:
    done = _in_production(
        "import django; django.setup(); from django.apps import apps; from django.conf import settings;"
        "from django.urls import reverse, resolve;"
        "print(apps.is_installed('demonstration'), settings.DEMONSTRATION, settings.EMAIL_BACKEND);"
        "print('demo' in [str(p.pattern).strip('/') for p in __import__('config.urls').urls.urlpatterns])"
    )
    assert done.stdout.split() == ["False", "False", "django.core.mail.backends.smtp.EmailBackend", "False"], (
        done.stderr
    )


def test_production_refuses_it() -> None:
    done = _in_production(
        "from django.conf import settings; settings.INSTALLED_APPS.append('demonstration');"
        "import django; django.setup()"
    )
    assert done.returncode == 1
    assert "ImproperlyConfigured: L'application « demonstration » permet d'entrer" in done.stderr


def test_people_are_made_once(people: list[Person]) -> None:
    assert [person.name for person in people] == [figure.name for figure in CAST]
    before = [model.objects.count() for model in (Person, Organisation, Role, Event)]
    call_command("seed_demonstration", verbosity=0, stdout=StringIO())
    assert [model.objects.count() for model in (Person, Organisation, Role, Event)] == before
    assert all(person.email.endswith(".example") for person in Person.objects.all() if person.email)
    assert {person.terms_version for person in people} == {"2026-11"}


@pytest.mark.usefixtures("people")
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


@pytest.mark.usefixtures("people")
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


@pytest.mark.usefixtures("people")
def test_one_collective_has_its_label_and_another_applies(client: HostileClient) -> None:
    label = Label.objects.get()
    assert (label.title, label.nature, label.state) == ("Vallée des voisins (exemple)", "demonstration", "active")
    page = client.get(f"/labels/{label.key}").content.decode()
    for words in ("Démonstration : fictif", "1 en retard", "Remplie le", "deuxième cuisine", "Une navette roule"):
        assert words in page
    assert client.get(f"/labels/{label.key}/preuve").status_code == 200
    states = Application.objects.filter(subject__startswith="labels.candidacy:").values_list("title", "state")
    assert dict(states) == {"Causse en commun (exemple)": "draft", label.title: "notified"}


def test_a_picture_is_the_same_for_the_same_words() -> None:
    assert picture("Des mots").digest == picture("Des mots").digest
    assert picture("Des mots").digest != picture("D’autres mots").digest


@pytest.mark.usefixtures("people")
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


@pytest.mark.usefixtures("people")
def test_becoming_is_guarded() -> None:
    client = HostileClient(enforce_csrf_checks=True)
    assert client.post("/demo/devenir", {"who": "camille"}).status_code == 403
    assert client.get("/demo/devenir").status_code == 405
    open_client = HostileClient()
    assert open_client.post("/demo/devenir", {"who": "personne-d-autre"}).status_code == 404
    response = open_client.post("/demo/devenir", {"who": "camille", "next": "https://ailleurs.example/"})
    assert response["Location"] == "/"


def test_before_the_seed_the_bar_says_what_to_do(client: HostileClient) -> None:
    client.post("/demo/devenir", {"who": "camille", "next": "/"})
    assert "seed_demonstration" in client.get("/").content.decode()


def test_the_bar_costs_no_query(client: HostileClient, settings: Any) -> None:
    def count(demonstration: bool) -> int:
        settings.DEMONSTRATION = demonstration
        with CaptureQueriesContext(connection) as captured:
            client.get("/compte/connexion")
        return len(captured)

    with_bar = count(demonstration=True)
    assert with_bar == count(demonstration=False)


def test_the_real_code_is_read_in_the_browser(client: HostileClient, deliver: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "demonstration.mail.Backend"
    page = client.post("/compte/connexion", {"email": "nouvelle@exemple.example"})["Location"]
    deliver()
    assert 'href="/demo/courriels"' in client.get(page).content.decode()
    listed = client.get("/demo/courriels").content.decode()
    mail = Mail.objects.get()
    assert mail.subject in listed
    code = mail.subject[:6]
    assert code in client.get(f"/demo/courriels/{mail.pk}").content.decode()
    assert client.post(page, {"code": code})["Location"].startswith("/compte/bienvenue/")


@pytest.mark.parametrize("count", [1, 3])
def test_mails_are_listed_and_found(
    client: HostileClient, at: datetime, count: int, django_assert_num_queries: Any
) -> None:
    assert "Aucun courriel" in client.get("/demo/courriels").content.decode()
    for number in range(count):
        Mail.objects.create(to=f"personne{number}@exemple.example", subject=f"Objet {number}", body="…", sent_at=at)
    with django_assert_num_queries(5):  # savepoint, read only, count, rows, end of the savepoint
        page = client.get("/demo/courriels").content.decode()
    assert [number for number in range(count) if f"Objet {number}" in page] == list(range(count))
    found = client.get("/demo/courriels?a=PERSONNE0").content.decode()
    assert "Objet 0" in found
    assert "Objet 1" not in found
    assert client.get("/demo/courriels/999999").status_code == 404


def test_a_hostile_mail_is_only_read(client: HostileClient, at: datetime) -> None:
    body = "<script>alert(1)</script> https://ailleurs.example/?a=<b>"
    mail = Mail.objects.create(to="a@exemple.example", subject="<img src=x onerror=alert(1)>", body=body, sent_at=at)
    page = client.get(f"/demo/courriels/{mail.pk}").content.decode()
    assert "&lt;script&gt;" in page


def test_someone_real_keeps_a_bar(client: HostileClient) -> None:
    client.force_login(factories.person(given_name="Claude", family_name="Exemple"))
    assert "Claude Exemple" in client.get("/").content.decode()
