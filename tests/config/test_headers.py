"""Headers, and whose address is believed."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from config.middleware import VisitorAddressMiddleware
from tests import factories
from tests.client import HostileClient


def test_each_page_carries_its_policies(client: HostileClient) -> None:
    headers = client.get("/").headers
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "6.6.6.6, 192.0.2.7", "192.0.2.7"),
        (2, "6.6.6.6, 192.0.2.7, 198.51.100.1", "192.0.2.7"),
        (2, "198.51.100.1", "127.0.0.1"),
    ],
)
def test_a_forwarded_address_is_believed_from_our_proxies_only(
    settings: Settings, proxies: int, forwarded: str, believed: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    seen: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    VisitorAddressMiddleware(answer)(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}))
    assert seen == [believed]


@pytest.mark.parametrize(
    "path", ["/", "/annuaire.csv", "/nulle-part", "/static/design/site.css", "/organisations/a%00"]
)
def test_whatever_is_answered_carries_the_policies(client: HostileClient, path: str) -> None:
    response = client.get(path)
    response.close()
    headers = response.headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Cache-Control" in headers


def test_an_address_that_holds_a_nul_names_nothing(client: HostileClient) -> None:
    for path in ("/organisations/a%00", "/organisations/%00.json", "/messages/%00", "/%00"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code in (404, 405)


def test_no_file_of_the_sitemap_is_beyond_counting(client: HostileClient) -> None:
    assert client.get("/sitemap-99999999999999999999999.xml").status_code == 404


def test_what_a_person_was_shown_is_kept_by_no_shared_cache(client: HostileClient) -> None:
    client.force_login(factories.person())
    for path in ("/mon-espace", "/compte/", "/annuaire", "/compte/donnees.json"):
        response = client.get(path)
        assert "private" in response["Cache-Control"], path
        assert "Cookie" in response["Vary"], path
    assert "no-store" in client.get("/compte/donnees.json")["Cache-Control"]
    assert client.post("/compte/deconnexion")["Clear-Site-Data"] == '"cache"'


def test_only_open_data_and_static_files_may_be_taken_into_other_sites(client: HostileClient) -> None:
    one = factories.organisation()
    for path in (f"/organisations/{one.key}.json", "/static/design/site.css"):
        response = client.get(path)
        response.close()
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin", path
