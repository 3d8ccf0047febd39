"""`/sante`, on the real database."""

import os
import subprocess
import sys
from datetime import datetime, timedelta

from django.db import connection
from procrastinate.contrib.django import app
from pytest_django import DjangoAssertNumQueries

from config import embedded
from config.health import LONGEST_WAIT_SECONDS
from tests.client import HostileClient


def _wait_since(moment: datetime) -> None:
    app.configure_task("housework.purge", schedule_at=moment).defer(timestamp=0)


def test_all_is_well(client: HostileClient) -> None:
    response = client.get("/sante")
    assert response.status_code == 200
    answer = response.json()
    assert answer["etat"] == "ok"
    assert set(answer) == {"etat", "base", "migrations", "file"}
    assert answer["migrations"] == {"etat": "ok", "en_attente": 0}


def test_it_leaves_no_trace_and_is_never_kept(client: HostileClient) -> None:
    response = client.get("/sante")
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


def test_it_is_quick(client: HostileClient, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client.get("/sante")  # reads the migrations of the code once
    with django_assert_max_num_queries(10):
        client.get("/sante")


def test_a_job_that_waits_a_little_is_ordinary(client: HostileClient, at: datetime) -> None:
    _wait_since(at - timedelta(seconds=LONGEST_WAIT_SECONDS - 60))
    answer = client.get("/sante").json()
    assert answer["file"]["etat"] == "ok"
    assert answer["file"]["en_attente"] == 1


def test_a_job_due_tomorrow_does_not_wait(client: HostileClient, at: datetime) -> None:
    _wait_since(at + timedelta(days=1))
    assert client.get("/sante").json()["file"]["en_attente"] == 0


def test_a_queue_that_nobody_serves_is_a_fault_but_pages_are_still_served(client: HostileClient, at: datetime) -> None:
    _wait_since(at - timedelta(seconds=LONGEST_WAIT_SECONDS + 60))
    response = client.get("/sante")
    assert response.status_code == 503
    assert response.json()["file"]["etat"] == "en retard"
    assert client.get("/sante/pages").status_code == 200


def test_a_migration_that_waits_is_a_fault(client: HostileClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'portal' OR app = 'workflow'")
    response = client.get("/sante/pages")
    assert response.status_code == 503
    assert response.json()["migrations"]["etat"] == "en retard"
    assert client.get("/sante").status_code == 503


def test_a_database_that_does_not_answer_is_a_fault() -> None:
    code = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "answer = Client(SERVER_NAME='localhost').get('/sante')\n"
        "print(answer.status_code, answer.content.decode())"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DATABASE_URL": "postgres://personne:motdepasse@127.0.0.1:9/rien",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=embedded.ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == '503 {"etat": "en panne", "base": {"etat": "injoignable"}}', done.stderr


def test_it_is_only_read(client: HostileClient) -> None:
    assert client.post("/sante").status_code == 405
