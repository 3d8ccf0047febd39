"""Headers, and whose address is believed."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from config.middleware import VisitorAddressMiddleware
from tests.client import HostileClient


def test_each_page_carries_its_policies(client: HostileClient) -> None:
    headers = client.get("/").headers
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
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
