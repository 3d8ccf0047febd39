"""The identity provider of the tests: the demonstration's, on this machine, that can be told to lie or to be away."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import jwt

from accelerator.workflow.answers import authorities
from demonstration.proconnect import CLIENT_ID, Answer, Key, Professional, Provider, listening

BACK = "http://localhost:8000/compte/proconnect/retour"
LEFT = "http://localhost:8000/compte/proconnect/sorti"
MORGANE = Professional(
    "sub-morgane",
    "Morgane",
    "Exemple",
    "morgane@jardins.example",
    "00000001800010",
    "Jardins fictifs",
    "directrice",
)
Claims = dict[str, Any]
# Making a pair of keys takes a while: one for all the tests.
KEY = Key()


class Unruly(Provider):
    """A provider that obeys: each test says how it misbehaves.

    change     what it does to the claims of a token before it signs them; "id_token" or "userinfo" comes first.
    resign     what it does to the signed token.
    instead    what it answers instead, by path.
    slow       how long it waits before each answer, in seconds.
    asked      the paths that it was asked, in order.
    """

    def __init__(self) -> None:
        super().__init__(redirect_uris=(BACK, LEFT), professionals=(MORGANE,), key=KEY)
        self.change: Callable[[str, Claims], None] = lambda kind, claims: None
        self.resign: Callable[[str, str], str] = lambda kind, token: token
        self.instead: dict[str, Answer] = {}
        self.slow = 0.0
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []

    def answer(self, method: str, address: str, form: dict[str, str], headers: Any) -> Answer:
        path = address.partition("?")[0]
        self.asked.append(path)
        if form:
            self.forms.append(form)
        time.sleep(self.slow)
        return self.instead.get(path) or super().answer(method, address, form, headers)

    def sign(self, kind: str, claims: Claims) -> str:
        now = int(time.time())
        whole = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, **claims}
        self.change(kind, whole)
        whole = {name: value for name, value in whole.items() if value is not None}
        signed = jwt.encode(whole, self.key.private, algorithm="RS256", headers={"kid": self.key.kid})
        return self.resign(kind, signed)

    def choose(self, url: str, who: str = MORGANE.sub) -> str:
        """What a browser does at the provider: open the page, choose someone; the address it is sent back to."""
        page = httpx.get(url, verify=authorities())
        assert page.status_code == 200, page.text
        assert "Qui êtes-vous ?" in page.text
        sent = httpx.get(url, verify=authorities(), params={**httpx.URL(url).params, "who": who})
        assert sent.status_code == 303
        return sent.headers["Location"]


def unsigned(kind: str, token: str) -> str:
    """The same claims, "signed" by nobody (alg "none")."""
    return jwt.encode(_claims(token), key="", algorithm="none", headers={"kid": "x"})


def signed_with_a_secret(secret: str) -> Callable[[str, str], str]:
    """The same claims, signed with a shared secret (HS256)."""
    return lambda kind, token: jwt.encode(
        _claims(token), key=secret.ljust(32, "x"), algorithm="HS256", headers={"kid": _kid(token)}
    )


def signed_by(key: Key, kid: str) -> Callable[[str, str], str]:
    """The same claims, signed by someone else who gives a known key's name."""
    return lambda kind, token: jwt.encode(_claims(token), key.private, algorithm="RS256", headers={"kid": kid})


def altered(kind: str, token: str) -> str:
    """A signed token in which one claim was rewritten afterwards."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["sub"] = "sub-victime"
    rewritten = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{header}.{rewritten}.{signature}"


def _kid(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]


def _claims(token: str) -> Claims:
    return jwt.decode(token, options={"verify_signature": False})


@contextmanager
def running() -> Iterator[Unruly]:
    """Listen on this machine."""
    provider = Unruly()
    with listening(provider, poll_interval=0.01):
        yield provider
