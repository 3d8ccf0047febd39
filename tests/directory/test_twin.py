"""The record of an organisation for machines, and the page that explains its fields."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from accelerator.community.models import Organisation
from accelerator.community.operations.founding import load_founding_facts
from accelerator.community.states import OrganisationState, RoleName
from accelerator.journal import System
from tests import factories
from tests.client import HostileClient


@pytest.fixture
def founding(places: None, perform: Callable[..., Any], at: datetime) -> None:
    perform(load_founding_facts, by=System("founding-facts"), at=at)


def test_the_twin_says_what_the_page_says(client: HostileClient, founding: None) -> None:
    record = client.get(f"/organisations/{Organisation.objects.get(name='Figeac').key}.json").json()
    assert record["nom"] == "Figeac"
    assert record["territoires"] == ["epci-200067361"]
    assert record["siren"] == ""
    assert record["ess"] is None
    assert record["distinctions"][0]["le"] == "2019-02-25"
    assert "probable" in next(one for one in record["provenance"] if one["champ"] == "territories")["remarque"]
    assert "Licence Ouverte" in record["licence"]["nom"]
    assert "contact_email" not in json.dumps(record)


def test_the_page_of_an_organisation_leads_to_its_twin_and_to_what_its_fields_mean(client: HostileClient) -> None:
    one = factories.organisation()
    page = client.get(f"/organisations/{one.key}").content.decode()
    assert f'<link rel="alternate" type="application/json" href="/organisations/{one.key}.json">' in page
    assert f'href="/organisations/{one.key}.json">Ces données en JSON</a>' in page
    assert '<a href="/annuaire/reutiliser">ce que veut dire chaque champ</a>' in page


def test_an_address_of_before_leads_to_that_of_today(client: HostileClient) -> None:
    living = factories.organisation()
    old = factories.organisation(state=OrganisationState.MERGED, merged_into=living)
    for address in (old.key, f"ancien-nom-{living.public_id}"):
        response = client.get(f"/organisations/{address}.json")
        assert (response.status_code, response["Location"]) == (301, f"/organisations/{living.key}.json")


def test_what_is_not_published_has_no_twin_even_for_its_own_people(client: HostileClient) -> None:
    hidden = factories.organisation(publishable=False)
    merged = factories.organisation(state=OrganisationState.MERGED, merged_into=hidden)
    manager, staff = factories.role(hidden).person, factories.role(None, name=RoleName.MODERATOR).person
    for person in (None, manager, staff):
        if person:
            client.force_login(person)
        for one in (hidden, merged):
            assert client.get(f"/organisations/{one.key}.json").status_code == 404


def test_the_page_of_reuse_names_every_field(client: HostileClient) -> None:
    page = client.get("/annuaire/reutiliser").content.decode()
    assert "adresse_source" in page
    assert "Lutte contre le gaspillage" in page
