"""Projects are followed and taken away as organisations are: one digest, one progress page."""

import csv
import gzip
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accelerator.community import search as community_search
from accelerator.directory import exporting, tasks
from accelerator.directory.models import Export, Finding, SavedSearch
from accelerator.directory.queries.searched import everything_searched, register, searched_as
from accelerator.projects import search
from accelerator.projects.models import Project
from accelerator.projects.operations.projects import publish, unpublish
from accelerator.projects.searched import SEARCHED_PROJECTS
from accelerator.search import asking
from accelerator.search.models import Before
from accelerator.workflow import transaction
from tests import factories
from tests.client import HostileClient

Deliver = Callable[[], list[Any]]
Perform = Callable[..., Any]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    """A folder of files for each test."""
    settings.MEDIA_ROOT = tmp_path


def listed(**values: Any) -> Project:
    one = factories.project(**values)
    with transaction():
        search.refresh(one)
    return one


def keep(person: Any, query: str = "?q=jardin", things: str = "projets", **values: Any) -> SavedSearch:
    """A search with an alert, kept for three days."""
    then = timezone.now() - timedelta(days=3)
    given = {"name": f"{things} {query}", "rhythm": "daily", "saved_at": then, "watched_since": then}
    day = timezone.localdate(then)
    return SavedSearch.objects.create(person=person, query=query, things=things, digested_on=day, **{**given, **values})


def told(deliver: Deliver) -> list[Any]:
    tasks.tell_the_news(timestamp=0)
    return deliver()


def test_a_search_of_projects_is_kept_beside_those_of_organisations(client: HostileClient) -> None:
    listed(title="Jardin partagé fictif")
    person = factories.person()
    client.force_login(person)
    address = re.search(r'href="(/enregistrer/projets\?[^"]*)"', client.get("/projets?q=jardin").content.decode())
    assert address
    page = client.get(address[1]).content.decode()
    assert "1 projet." in page
    assert "Être prévenu par courriel des nouveaux projets" in page
    # The same words asked of organisations are another search.
    for kept in (address[1], "/annuaire/enregistrer?q=jardin"):
        assert client.post(kept, {"name": "Mes jardins", "rhythm": "weekly"}).status_code == 302
    page = client.get("/mes-recherches").content.decode()
    assert 'href="/projets?q=jardin"' in page
    assert 'href="/annuaire?q=jardin"' in page
    again = client.post(address[1], {"name": "Encore", "rhythm": "weekly"})
    assert "Vous avez déjà enregistré cette recherche, sous le nom « Mes jardins »." in again.content.decode()
    (number,) = SavedSearch.objects.filter(things="projets").values_list("pk", flat=True)
    assert "des nouveaux projets" in client.get(f"/mes-recherches/{number}").content.decode()


def test_a_filter_of_projects_is_kept_and_read_again(client: HostileClient) -> None:
    client.force_login(factories.person())
    client.post("/enregistrer/projets?maturite=idee&type=porteur", {"name": "Les idées", "rhythm": "never"})
    (kept,) = SavedSearch.objects.all()
    assert kept.query == "?maturite=idee"  # « type » is a filter of organisations
    assert SEARCHED_PROJECTS.read(kept.query).filters == {"maturite": ("idee",)}


@pytest.mark.parametrize("address", ["/enregistrer/rien", "/exporter/rien"])
def test_what_nobody_declared_is_not_there(client: HostileClient, address: str) -> None:
    client.force_login(factories.person())
    assert client.get(address).status_code == 404
    assert client.post(address, {"name": "x", "rhythm": "never", "kind": "csv"}).status_code == 404


def test_both_kinds_come_in_one_mail_that_stops_in_one_click(deliver: Deliver) -> None:
    person = factories.person()
    keep(person, name="Mes projets suivis")
    keep(person, things="organisations", name="Mes structures suivies")
    project = listed(title="Jardin partagé fictif")
    organisation = factories.organisation(name="Jardin fictif, association")
    with transaction():
        community_search.refresh([organisation])
    (sent,) = told(deliver)
    assert sent.subject.startswith("1 nouvelle organisation et 1 nouveau projet pour vos recherches")
    of_projects = sent.body.partition("Mes projets suivis")[2].partition("Mes structures suivies")[0]
    assert f"/projets/{project.key}" in of_projects
    assert "les plus récents d’abord" in of_projects
    assert "/projets?q=jardin&tri=recentes" in of_projects
    assert f"/organisations/{organisation.key}" not in of_projects
    assert f"/organisations/{organisation.key}" in sent.body
    stop = re.search(r"^<.*(/alertes/\S*)>$", sent.message()["List-Unsubscribe"])
    assert stop
    assert HostileClient().post(stop[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert set(SavedSearch.objects.values_list("rhythm", flat=True)) == {"never"}


def test_the_numbers_of_one_kind_are_not_taken_for_those_of_the_other(deliver: Deliver) -> None:
    """A project and an organisation may have the same number, and two people ask the same words."""
    keep(factories.person(), things="organisations")
    project = listed(title="Jardin partagé fictif")
    factories.organisation(pk=project.pk, name="Jardin de même numéro")
    assert told(deliver) == []
    assert not Finding.objects.exists()


def test_a_project_published_is_news_and_taken_back_is_not(deliver: Deliver, perform: Perform, at: datetime) -> None:
    person = factories.person()
    keep(person)
    shown = factories.project(title="Jardin publié", state="draft", person=person)
    hidden = factories.project(title="Jardin repris", state="draft", person=person)
    for one in (shown, hidden):
        perform(publish, project=one, by=person, at=at)
    perform(unpublish, project=hidden, reason="", by=person, at=at)
    (sent,) = told(deliver)
    assert "Jardin publié" in sent.body
    assert "Jardin repris" not in sent.body
    assert not Before.objects.exists()


def test_a_private_part_tells_nobody(deliver: Deliver) -> None:
    keep(factories.person(), "?q=zibeline")
    listed(title="Discret", novelty="Un secret zibeline", private=["novelty"])
    assert told(deliver) == []


def test_a_short_export_of_projects_comes_at_once(client: HostileClient) -> None:
    listed(title="Jardin partagé fictif")
    page = client.get("/projets?q=jardin").content.decode()
    assert 'href="/exporter/projets?q=jardin"' in page
    page = client.get("/exporter/projets?q=jardin").content.decode()
    assert "1 projet :" in page
    assert 'href="/projets/reutiliser"' in page
    sent = client.post("/exporter/projets?q=jardin", {"kind": "csv"})
    assert (sent.status_code, sent["Location"]) == (302, "/projets.csv?q=jardin")
    assert not Export.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_long_export_of_projects_is_written_and_followed(
    client: HostileClient, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(asking, "CAP", 2)
    made = [listed(title=f"Jardin {n}") for n in range(5)]
    sent = client.get(f"/projets.{kind}?q=jardin")
    assert (sent.status_code, sent["Location"]) == (302, "/exporter/projets?q=jardin")
    page = client.post("/exporter/projets?q=jardin", {"kind": kind}, follow=True)
    (export,) = Export.objects.all()
    assert (export.things, export.number) == ("projets", 5)
    assert "Lignes écrites" in page.content.decode()
    assert exporting.write(export.pk)
    page = client.get(f"/exports/{export.token}").content.decode()
    assert "5 projets" in page
    assert 'href="/projets?q=jardin"' in page
    file = client.get(f"/exports/{export.token}/fichier", headers={"accept-encoding": "gzip"})
    assert 'filename="projets-' in file["Content-Disposition"]
    content = b"".join(file.streaming_content)
    file.close()
    if kind == "csv":
        text = gzip.decompress(content).decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        assert sorted(line["nom"] for line in lines) == [one.title for one in made]


def test_a_person_asked_twice_has_one_export_of_each_kind(
    client: HostileClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "CAP", 2)
    for n in range(3):
        listed(title=f"Jardin {n}")
        one = factories.organisation(name=f"Jardin {n}")
        with transaction():
            community_search.refresh([one])
    client.force_login(factories.person())
    for address in ("/exporter/projets?q=jardin", "/annuaire/export?q=jardin"):
        for _ in range(2):
            assert client.post(address, {"kind": "csv"}).status_code == 302
    assert sorted(Export.objects.values_list("things", flat=True)) == ["organisations", "projets"]
    page = client.get("/mes-exports").content.decode()
    assert "Annuaire" in page
    assert "Projets" in page


def test_each_is_declared_once() -> None:
    assert [one.code for one in everything_searched()] == ["organisations", "projets"]
    with pytest.raises(ValueError, match="deux fois"):
        register(SEARCHED_PROJECTS)
    with pytest.raises(LookupError, match="organisations, projets"):
        searched_as("rien")
