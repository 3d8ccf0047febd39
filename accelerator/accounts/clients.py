"""ProConnect, the State's identity provider for professionals: OpenID Connect, by the authorization code.

What it documents (documentation of the « fournisseurs de service »): state and nonce of 32 characters at least, a code
good for 30 seconds, an access token good for 60, and a userinfo that is not JSON but a JWT signed like the ID token.

Nothing that arrives is believed before it is verified: signature by a key that the provider publishes, issuer,
audience, dates, nonce, and the same `sub` in both tokens (OpenID Connect Core 3.1.3.7 and 5.3.2).

Note [Keys turn]
What the provider publishes is asked once an hour. A token signed by a key that is not known yet makes us ask again,
at most once a minute: whoever sends us invented keys does not make us knock at the provider's door. When it is away,
what it published is still believed for a day.
"""

import base64
import hashlib
import json
import logging
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import constant_time_compare

from accelerator.workflow.answers import Endless, authorities, read_within

logger = logging.getLogger(__name__)

# Only what is used is asked for: identity, employer, and by whom it is said.
SCOPES: Final = "openid given_name usual_name email siret idp_id organization_label"
# Signatures with a pair of keys; never "none", never one made with our own secret.
ALGORITHMS: Final = ("RS256", "ES256")
LEEWAY: Final = timedelta(seconds=30)
FRESH: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=1)
BETWEEN_KEYS: Final = timedelta(minutes=1)
# After a failure it is left alone for a moment: nobody else waits for it meanwhile.
REST: Final = timedelta(seconds=15)
LARGEST: Final = 256 * 1024
_ENDPOINTS: Final = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
)


class Unavailable(Exception):
    """The provider did not answer, or answered that it could not. The message is the reason, for the log."""


class Untrusted(Exception):
    """What the provider answered cannot be believed. The message is the reason, for the log."""


@dataclass(frozen=True)
class Departure:
    """Where to lead the browser, and what it must come back with."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Arrival:
    """Who the provider says has arrived: verified, but only as true as what their employer declared.

    siret      the establishment where they work, or an empty text when what was said is not 14 digits.
    idp_label  the name of the organisation, or failing that the identifier of its provider.
    """

    issuer: str
    sub: str
    email: str
    given_name: str
    family_name: str
    siret: str
    idp_label: str
    id_token: str


@dataclass(frozen=True)
class _Provider:
    """What the provider publishes of itself."""

    document: dict[str, Any]
    keys: list[dict[str, Any]]
    read_at: datetime


def is_configured() -> bool:
    """Whether the platform has credentials at ProConnect."""
    return bool(settings.PROCONNECT_ISSUER and settings.PROCONNECT_CLIENT_ID and settings.PROCONNECT_CLIENT_SECRET)


def depart(*, redirect_uri: str, at: datetime) -> Departure:
    """Prepare a way to the provider. Raises `Unavailable`, or `Untrusted` when what it publishes makes no sense."""
    document = _published(at).document
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    question = {
        "response_type": "code",
        "client_id": settings.PROCONNECT_CLIENT_ID,
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return Departure(f"{document['authorization_endpoint']}?{urlencode(question)}", state, nonce, verifier)


def arrive(*, code: str, nonce: str, verifier: str, redirect_uri: str, at: datetime) -> Arrival:
    """Exchange the code that the browser brought back for who it is.

    Raises `Unavailable` when the provider is away, `Untrusted` when the code or a token is refused.
    """
    document = _published(at).document
    tokens = _tokens(document, code, verifier, redirect_uri)
    identity = _verified(tokens["id_token"], at, required=("iss", "aud", "sub", "exp", "iat", "nonce"))
    if not constant_time_compare(str(identity["nonce"]), nonce):
        raise Untrusted("nonce")
    _check_access_token(identity, tokens["access_token"])
    said = _userinfo(document, tokens["access_token"], at)
    if said["sub"] != identity["sub"]:
        raise Untrusted("userinfo of someone else")
    siret = _text(said, "siret", 20).replace(" ", "")
    return Arrival(
        issuer=settings.PROCONNECT_ISSUER,
        sub=str(identity["sub"]),
        email=_text(said, "email", 254).lower(),
        given_name=_text(said, "given_name", 80),
        family_name=_text(said, "usual_name", 80),
        siret=siret if len(siret) == 14 and siret.isascii() and siret.isdigit() else "",
        idp_label=_text(said, "organization_label", 120) or _text(said, "idp_id", 120),
        id_token=tokens["id_token"],
    )


def farewell(*, id_token: str, state: str, redirect_uri: str, at: datetime) -> str:
    """Where to lead the browser so that the provider forgets it too. Raises `Unavailable` or `Untrusted`."""
    question = {"id_token_hint": id_token, "state": state, "post_logout_redirect_uri": redirect_uri}
    return f"{_published(at).document['end_session_endpoint']}?{urlencode(question)}"


# ---------------------------------------------------------------------------------------------- what it publishes


def _published(at: datetime) -> _Provider:
    """What the provider publishes, asked again when it is old; see Note [Keys turn]."""
    kept = _kept()
    if kept and at - kept.read_at < FRESH:
        return kept
    try:
        if cache.get(_key_of("resting")):
            raise Unavailable("left at rest after a failure")
        return _read(at)
    except Unavailable as reason:
        if cache.add(_key_of("resting"), True, REST.total_seconds()):
            logger.warning("ProConnect unavailable: %s", reason)
        if kept:
            return kept
        raise


def _read(at: datetime) -> _Provider:
    document = _json(_ask("GET", f"{settings.PROCONNECT_ISSUER}/.well-known/openid-configuration"))
    if document.get("issuer") != settings.PROCONNECT_ISSUER:
        raise Untrusted("another issuer")
    scheme = urlsplit(settings.PROCONNECT_ISSUER).scheme
    for name in _ENDPOINTS:
        address = urlsplit(str(document.get(name, "")))
        if address.scheme != scheme or not address.hostname:
            raise Untrusted(f"address of {name}")
    keys = _json(_ask("GET", document["jwks_uri"])).get("keys")
    if not isinstance(keys, list):
        raise Untrusted("no keys")
    provider = _Provider(document, [key for key in keys if isinstance(key, dict)], at)
    raw = {"document": document, "keys": provider.keys, "read_at": at.isoformat()}
    cache.set(_key_of("published"), raw, KEPT.total_seconds())
    return provider


def _kept() -> _Provider | None:
    raw = cache.get(_key_of("published"))
    return _Provider(raw["document"], raw["keys"], datetime.fromisoformat(raw["read_at"])) if raw else None


def _key_of(what: str) -> str:
    print_of_issuer = hashlib.sha256(settings.PROCONNECT_ISSUER.encode()).hexdigest()[:16]
    return f"proconnect:{what}:{print_of_issuer}"


# ------------------------------------------------------------------------------------------------------ the tokens


def _tokens(document: dict[str, Any], code: str, verifier: str, redirect_uri: str) -> dict[str, str]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "client_id": settings.PROCONNECT_CLIENT_ID,
    }
    secret = settings.PROCONNECT_CLIENT_SECRET
    # "client_secret_basic" is what a provider that says nothing expects (OpenID Connect Discovery 3).
    if "client_secret_post" in document.get("token_endpoint_auth_methods_supported", []):
        response = _ask("POST", document["token_endpoint"], data={**form, "client_secret": secret})
    else:
        basic = httpx.BasicAuth(settings.PROCONNECT_CLIENT_ID, secret)
        response = _ask("POST", document["token_endpoint"], data=form, auth=basic)
    tokens = _json(response)
    if not all(isinstance(tokens.get(name), str) for name in ("access_token", "id_token")):
        raise Untrusted("tokens missing")
    return tokens


def _userinfo(document: dict[str, Any], access_token: str, at: datetime) -> dict[str, Any]:
    response = _ask("GET", document["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"})
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/jwt":
        raise Untrusted(f"userinfo is not signed ({kind[:40]})")
    return _verified(response.text.strip(), at, required=("iss", "aud", "sub"))


def _verified(token: str, at: datetime, *, required: Iterable[str]) -> dict[str, Any]:
    """What a token says, once its signature, its issuer, its audience and its dates are verified."""
    try:
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or not isinstance(kid, str):
            raise Untrusted(f"signature {algorithm!r}")
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(kid, algorithm, at),
            algorithms=[algorithm],
            issuer=settings.PROCONNECT_ISSUER,
            audience=settings.PROCONNECT_CLIENT_ID,
            leeway=LEEWAY,
            options={"require": list(required)},
        )
    except jwt.PyJWTError as error:
        raise Untrusted(type(error).__name__) from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != settings.PROCONNECT_CLIENT_ID:
        raise Untrusted("authorized party")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise Untrusted("sub")
    return claims


def _check_access_token(identity: dict[str, Any], access_token: str) -> None:
    """The ID token may hold the print of the access token: it then goes with no other (Core 3.1.3.6)."""
    if "at_hash" in identity:
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        expected = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
        if not constant_time_compare(str(identity["at_hash"]), expected):
            raise Untrusted("at_hash")


def _key(kid: str, algorithm: str, at: datetime) -> jwt.PyJWK:
    found = _find(_published(at).keys, kid, algorithm)
    if found is None and cache.add(_key_of("new-keys"), True, BETWEEN_KEYS.total_seconds()):
        found = _find(_read(at).keys, kid, algorithm)
    if found is None:
        raise Untrusted("unknown key")
    return found


def _find(keys: list[dict[str, Any]], kid: str, algorithm: str) -> jwt.PyJWK | None:
    for key in keys:
        if key.get("kid") == kid and key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm:
            return jwt.PyJWK(key, algorithm)
    return None


# ---------------------------------------------------------------------------------------------------- the wire


def _ask(method: str, url: str, **question: Any) -> httpx.Response:
    """One question, once more if nobody listened; bounded in time and in size. Raises `Unavailable` or `Untrusted`."""
    for last in (False, True):
        try:
            response = _sent(method, url, **question)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if last:
                raise Unavailable(type(error).__name__) from error
            continue
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(type(error).__name__) from error
        if response.status_code >= 500 or response.status_code == 429:
            raise Unavailable(f"status {response.status_code}")
        if response.status_code != 200:
            raise Untrusted(f"status {response.status_code} of {urlsplit(url).path}")
        return response
    raise AssertionError("unreachable")


def _sent(method: str, url: str, **question: Any) -> httpx.Response:
    timeout = settings.PROCONNECT_TIMEOUT
    deadline = time.monotonic() + 2 * timeout
    with (
        httpx.Client(verify=authorities(), timeout=timeout, follow_redirects=False) as client,
        client.stream(method, url, **question) as response,
    ):
        try:
            content = read_within(response.iter_bytes(), most=LARGEST, until=deadline)
        except Endless as endless:
            raise Unavailable(str(endless)) from endless
        return httpx.Response(response.status_code, headers={"Content-Type": _kind(response)}, content=content)


def _kind(response: httpx.Response) -> str:
    return response.headers.get("Content-Type", "")


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        content = json.loads(response.content)
    except ValueError as error:
        raise Untrusted("not JSON") from error
    if not isinstance(content, dict):
        raise Untrusted("not an object")
    return content


def _text(claims: dict[str, Any], name: str, longest: int) -> str:
    value = claims.get(name)
    return " ".join(value.split())[:longest] if isinstance(value, str) else ""
