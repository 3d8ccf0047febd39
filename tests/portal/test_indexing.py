"""What search engines read."""

import re
import xml.etree.ElementTree as ET
from typing import Any

from accelerator.calls.states import CallState
from accelerator.portal.views import indexing
from tests import factories
from tests.client import HostileClient


def _addresses(client: HostileClient, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200
    return [node.text or "" for node in ET.fromstring(response.content).iter() if node.tag.endswith("}loc")]


def _listed(client: HostileClient, settings: Any, files: list[str]) -> list[str]:
    return [address for file in files for address in _addresses(client, file.removeprefix(settings.BASE_URL))]


def test_the_list_of_public_pages_holds_what_is_listed(client: HostileClient, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(indexing, "PER_FILE", 2)
    shown = [factories.organisation(name=f"Une & deux {number}") for number in range(3)]
    hidden = factories.organisation(publishable=False)
    files = [file for file in _addresses(client, "/sitemap.xml") if re.search(r"/sitemap-\d", file)]
    own = {(one.pk - 1) // 2 + 1 for one in shown}
    assert files == [f"{settings.BASE_URL}/sitemap-{number}.xml" for number in sorted({1} | own)]
    listed = [address for file in files for address in _addresses(client, file.removeprefix(settings.BASE_URL))]
    assert f"{settings.BASE_URL}/annuaire" in listed
    assert {f"{settings.BASE_URL}/organisations/{one.key}" for one in shown} <= set(listed)
    assert not [address for address in listed if hidden.public_id in address]
    assert len(listed) == len(set(listed))
    assert client.get(f"/sitemap-{hidden.pk + 3}.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_projects_and_calls_that_anyone_may_read_are_listed(
    client: HostileClient, settings: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(indexing, "PER_FILE", 2)
    shown = [factories.project() for _ in range(3)]
    hidden = [factories.project(state="draft"), factories.proposal()]
    call, draft = factories.call(), factories.call(state=CallState.DRAFT)
    label = factories.label()
    files = [file for file in _addresses(client, "/sitemap.xml") if not re.search(r"/sitemap-\d", file)]
    own = {(one.pk - 1) // 2 + 1 for one in shown}
    projects = [f"{settings.BASE_URL}/sitemap-projets-{number}.xml" for number in sorted({1} | own)]
    labels = [file for file in files if "sitemap-labels-" in file]
    assert files == [*projects, f"{settings.BASE_URL}/sitemap-appels.xml", *labels]
    assert f"{settings.BASE_URL}/labels/{label.key}" in _listed(client, settings, labels)
    assert f"{settings.BASE_URL}/labels/{label.category.code}" in _listed(client, settings, labels)
    listed = [address for file in files for address in _addresses(client, file.removeprefix(settings.BASE_URL))]
    assert {f"{settings.BASE_URL}/projets/{one.key}" for one in shown} <= set(listed)
    assert f"{settings.BASE_URL}/projets" in listed
    assert f"{settings.BASE_URL}/appels/{call.key}/" in listed
    assert not [one for one in (*hidden, draft) if any(one.public_id in address for address in listed)]
    assert len(listed) == len(set(listed))
    assert client.get(f"/sitemap-projets-{hidden[-1].pk + 3}.xml").status_code == 404


def test_robots_are_kept_out_of_a_demonstration(client: HostileClient, settings: Any) -> None:
    settings.DEMONSTRATION = True
    assert "Disallow: /\n" in client.get("/robots.txt").content.decode()
    settings.DEMONSTRATION = False
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /\n" not in text
    assert f"Sitemap: {settings.BASE_URL}/sitemap.xml" in text
