"""What came from `community` keeps the names by which the database, the journal, the queue and people know it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.apps import apps
from procrastinate.contrib.django import app as queue

from accelerator.directory.models import Export, SavedSearch
from accelerator.directory.operations.searches import save_search
from accelerator.directory.queries.searched import SEARCHED_ORGANISATIONS
from accelerator.journal.models import Event
from accelerator.journal.types import number_in, ref, refs
from tests import factories
from tests.client import HostileClient


def test_its_tables() -> None:
    tables = {model._meta.db_table for model in apps.get_app_config("directory").get_models()}
    assert tables == {"community_savedsearch", "community_finding", "community_export"}


def test_what_the_journal_says_of_a_search(perform: Callable[..., Any], at: datetime) -> None:
    question = SEARCHED_ORGANISATIONS.read("?q=jardin")
    search = perform(
        save_search,
        searched=SEARCHED_ORGANISATIONS,
        question=question,
        name="Jardins",
        rhythm="never",
        by=factories.person(),
        at=at,
    )
    key = f"community.savedsearch:{search.pk}"
    assert Event.objects.get(code="community.search_saved").about == [key]
    assert ref(search) == key
    assert [one["ref"] for one in refs(SavedSearch.objects.all())] == [key]
    assert number_in(key, SavedSearch) == search.pk
    assert number_in(f"directory.savedsearch:{search.pk}", SavedSearch) is None
    assert number_in(key, Export) is None


def test_the_jobs_asked_for_before() -> None:
    ours = {name for name, task in queue.tasks.items() if task.func.__module__ == "accelerator.directory.tasks"}
    assert ours == {
        "community.tell_the_news",
        "community.write_export",
        "community.write_whole_directory",
        "community.forget_exports",
    }


def test_where_people_find_what_is_held_about_them(client: HostileClient, at: datetime) -> None:
    role = factories.role(factories.organisation(name="Les Jardins fictifs"))
    SavedSearch.objects.create(
        person=role.person, name="Jardins", query="?q=jardin", saved_at=at, digested_on=at.date()
    )
    client.force_login(role.person)
    assert client.get("/compte/donnees").content.decode().count("<li>Vos organisations</li>") == 1
    held = client.get("/compte/donnees.json").json()["données"]["Vos organisations"]
    assert held["rôles"][0]["organisation"] == "Les Jardins fictifs"
    assert [one["nom"] for one in held["recherches enregistrées"]] == ["Jardins"]
    assert held["exports demandés"] == []
