"""Fictitious people, on a laptop and nowhere else."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from demonstration.drawing import picture
from demonstration.models import Mail
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


def test_a_picture_is_the_same_for_the_same_words() -> None:
    assert picture("Des mots").digest == picture("Des mots").digest
    assert picture("Des mots").digest != picture("D’autres mots").digest


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
