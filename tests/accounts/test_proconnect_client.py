"""What ProConnect says is believed once it is verified: a real provider, over HTTP, that lies in every way we know."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from accelerator.accounts import clients
from accelerator.accounts.clients import Arrival, Departure, Unavailable, Untrusted
from demonstration.proconnect import Answer, Key
from tests.accounts.proconnect_server import (
    BACK,
    LEFT,
    MORGANE,
    Unruly,
    altered,
    signed_by,
    signed_with_a_secret,
    unsigned,
)

AN_HOUR = timedelta(hours=1)


def leave(provider: Unruly, at: datetime) -> tuple[Departure, str]:
    """Go to the provider and come back with a code."""
    departure = clients.depart(redirect_uri=BACK, at=at)
    back = parse_qs(urlsplit(provider.choose(departure.url)).query)
    assert back["state"] == [departure.state]
    return departure, back["code"][0]


def come_back(departure: Departure, code: str, at: datetime, **other: str) -> Arrival:
    given = {"nonce": departure.nonce, "verifier": departure.verifier, "redirect_uri": BACK, **other}
    return clients.arrive(code=code, at=at, **given)


def whole_way(provider: Unruly, at: datetime) -> Arrival:
    return come_back(*leave(provider, at), at)


def test_the_way_there_and_back(proconnect: Unruly, at: datetime) -> None:
    departure, code = leave(proconnect, at)
    asked = parse_qs(urlsplit(departure.url).query)
    assert asked["scope"] == ["openid given_name usual_name email siret idp_id organization_label"]
    assert asked["code_challenge_method"] == ["S256"]
    assert min(len(asked["state"][0]), len(asked["nonce"][0])) >= 32
    # ProConnect refuses any other parameter.
    assert set(asked) == {
        *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method"),
    }
    arrival = come_back(departure, code, at)
    assert (arrival.issuer, arrival.sub, arrival.siret) == (proconnect.issuer, MORGANE.sub, MORGANE.siret)
    assert (arrival.email, arrival.given_name, arrival.family_name) == (MORGANE.email, "Morgane", "Exemple")
    assert arrival.idp_label == "Jardins fictifs"


def test_what_is_published_is_asked_once_an_hour(proconnect: Unruly, at: datetime) -> None:
    for _ in range(3):
        clients.depart(redirect_uri=BACK, at=at)
    assert proconnect.asked == ["/.well-known/openid-configuration", "/jwks"]
    clients.depart(redirect_uri=BACK, at=at + AN_HOUR)
    assert len(proconnect.asked) == 4


def lie(**claims: Any) -> Callable[[str, dict[str, Any]], None]:
    return lambda kind, said: said.update(claims)


def lie_in(which: str, **claims: Any) -> Callable[[str, dict[str, Any]], None]:
    return lambda kind, said: said.update(claims if kind == which else {})


LIES = {
    "expired": lie_in("id_token", exp=1_600_000_000),
    "expired userinfo": lie_in("userinfo", exp=1_600_000_000),
    "without expiry": lie_in("id_token", exp=None),
    "from the future": lie_in("id_token", iat=4_000_000_000, exp=4_000_000_060),
    "without date": lie_in("id_token", iat=None),
    "another nonce": lie_in("id_token", nonce="x" * 40),
    "without nonce": lie_in("id_token", nonce=None),
    "another audience": lie(aud="another-service"),
    "another audience of the userinfo": lie_in("userinfo", aud="another-service"),
    "without audience": lie(aud=None),
    "several audiences, not for us": lie_in("id_token", aud=["french-impact-demonstration", "x"], azp="x"),
    "several audiences, nobody named": lie_in("id_token", aud=["french-impact-demonstration", "x"]),
    "another issuer": lie(iss="https://elsewhere.example"),
    "another issuer of the userinfo": lie_in("userinfo", iss="https://elsewhere.example"),
    "without sub": lie_in("id_token", sub=None),
    "empty sub": lie(sub=""),
    "huge sub": lie(sub="x" * 256),
    "a sub that is a number": lie(sub=12),
    "userinfo of someone else": lie_in("userinfo", sub="sub-victime"),
    "another access token": lie_in("id_token", at_hash="x"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_not_believed(name: str, proconnect: Unruly, at: datetime) -> None:
    proconnect.change = LIES[name]
    with pytest.raises(Untrusted):
        whole_way(proconnect, at)


@pytest.mark.parametrize("which", ["id_token", "userinfo"])
@pytest.mark.parametrize("how", ["none", "secret", "ours", "forged", "altered", "nonsense"])
def test_a_signature_that_is_not_the_providers(which: str, how: str, proconnect: Unruly, at: datetime) -> None:
    resign = {
        "none": unsigned,
        "secret": signed_with_a_secret("un secret"),
        "ours": signed_with_a_secret(proconnect.client_secret),
        "forged": signed_by(Key(), proconnect.key.kid),
        "altered": altered,
        "nonsense": lambda kind, token: "rien",
    }[how]
    proconnect.resign = lambda kind, token: resign(kind, token) if kind == which else token
    with pytest.raises(Untrusted):
        whole_way(proconnect, at)


def test_a_userinfo_in_plain_json_is_refused(proconnect: Unruly, at: datetime) -> None:
    said = f'{{"sub": "{MORGANE.sub}", "email": "victime@personnes.example"}}'
    proconnect.instead["/userinfo"] = Answer(200, said, "application/json")
    with pytest.raises(Untrusted, match="not signed"):
        whole_way(proconnect, at)


def test_a_code_serves_once_for_who_asked_it(proconnect: Unruly, at: datetime) -> None:
    departure, code = leave(proconnect, at)
    with pytest.raises(Untrusted, match="status 400"):
        come_back(departure, code, at, verifier="another browser's verifier, of a sufficient length")
    departure, code = leave(proconnect, at)
    come_back(departure, code, at)
    with pytest.raises(Untrusted, match="status 400"):
        come_back(departure, code, at)


def test_a_secret_that_is_not_ours_is_refused(proconnect: Unruly, at: datetime, settings: Any) -> None:
    settings.PROCONNECT_CLIENT_SECRET = "un autre"
    with pytest.raises(Untrusted, match="status 400"):
        whole_way(proconnect, at)


def test_the_secret_goes_in_the_header_when_the_provider_wants_it_there(proconnect: Unruly, at: datetime) -> None:
    document = {**proconnect.document(), "token_endpoint_auth_methods_supported": ["client_secret_basic"]}
    proconnect.document = lambda: document  # type: ignore[method-assign]
    assert whole_way(proconnect, at).sub == MORGANE.sub
    assert all("client_secret" not in form for form in proconnect.forms)


def test_keys_turn(proconnect: Unruly, at: datetime) -> None:
    assert whole_way(proconnect, at)
    proconnect.turn_keys()
    assert whole_way(proconnect, at).sub == MORGANE.sub
    assert proconnect.asked.count("/jwks") == 2


def test_invented_keys_do_not_make_us_knock(proconnect: Unruly, at: datetime) -> None:
    assert whole_way(proconnect, at)
    proconnect.resign = signed_by(Key(), "invented")
    for _ in range(5):
        with pytest.raises(Untrusted, match="unknown key"):
            whole_way(proconnect, at)
    assert proconnect.asked.count("/jwks") == 2


def test_a_key_for_something_else_signs_nothing(proconnect: Unruly, at: datetime) -> None:
    proconnect.turn_keys()
    published = {**proconnect.key.published(), "use": "enc"}
    proconnect.key.published = lambda: published  # type: ignore[method-assign]
    with pytest.raises(Untrusted, match="unknown key"):
        whole_way(proconnect, at)


def test_away_and_nothing_kept(proconnect: Unruly, at: datetime, settings: Any) -> None:
    settings.PROCONNECT_ISSUER = "http://127.0.0.1:9"
    with pytest.raises(Unavailable):
        clients.depart(redirect_uri=BACK, at=at)


def test_away_what_it_published_is_believed_for_a_day(proconnect: Unruly, at: datetime) -> None:
    clients.depart(redirect_uri=BACK, at=at)
    proconnect.instead["/.well-known/openid-configuration"] = Answer(503)
    assert clients.depart(redirect_uri=BACK, at=at + 2 * AN_HOUR).url.startswith(proconnect.issuer)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"])
def test_away_at_each_step(path: str, status: int, proconnect: Unruly, at: datetime) -> None:
    proconnect.instead[path] = Answer(status)
    with pytest.raises(Unavailable):
        whole_way(proconnect, at)


def test_at_rest_after_a_failure(proconnect: Unruly, at: datetime) -> None:
    proconnect.instead["/.well-known/openid-configuration"] = Answer(503)
    for _ in range(3):
        with pytest.raises(Unavailable):
            clients.depart(redirect_uri=BACK, at=at)
    assert len(proconnect.asked) == 1


def test_slow_is_away(proconnect: Unruly, at: datetime, settings: Any) -> None:
    settings.PROCONNECT_TIMEOUT = 0.2
    proconnect.slow = 1.0
    with pytest.raises(Unavailable, match="ReadTimeout"):
        clients.depart(redirect_uri=BACK, at=at)


def test_an_endless_answer_is_cut(proconnect: Unruly, at: datetime) -> None:
    proconnect.instead["/jwks"] = Answer(200, "x" * (clients.LARGEST + 1), "application/json")
    with pytest.raises(Unavailable, match="too long"):
        clients.depart(redirect_uri=BACK, at=at)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "https://elsewhere.example"),
        ("token_endpoint", "file:///etc/passwd"),
        ("jwks_uri", "https://"),
        ("userinfo_endpoint", None),
    ],
)
def test_what_is_published_makes_no_sense(name: str, value: Any, proconnect: Unruly, at: datetime) -> None:
    document = {**proconnect.document(), name: value}
    proconnect.document = lambda: document  # type: ignore[method-assign]
    with pytest.raises(Untrusted):
        clients.depart(redirect_uri=BACK, at=at)


@pytest.mark.parametrize("body", ["", "rien", "[]", "null", '{"keys": 3}'])
def test_nonsense_is_not_believed(body: str, proconnect: Unruly, at: datetime) -> None:
    proconnect.instead["/jwks"] = Answer(200, body, "application/json")
    with pytest.raises(Untrusted):
        clients.depart(redirect_uri=BACK, at=at)


@pytest.mark.parametrize(
    ("siret", "kept"),
    [("000 000 018 00010", "00000001800010"), ("1234", ""), ("١٢٣٤٥٦٧٨٩٠١٢٣٤", ""), (12, ""), (None, "")],
)
def test_a_siret_is_fourteen_digits_or_nothing(siret: Any, kept: str, proconnect: Unruly, at: datetime) -> None:
    proconnect.change = lie_in("userinfo", siret=siret)
    assert whole_way(proconnect, at).siret == kept


def test_farewell_leads_back_here(proconnect: Unruly, at: datetime) -> None:
    arrival = whole_way(proconnect, at)
    url = clients.farewell(id_token=arrival.id_token, state="s" * 32, redirect_uri=LEFT, at=at)
    assert httpx.get(url).headers["Location"] == f"{LEFT}?state={'s' * 32}"
