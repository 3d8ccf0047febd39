"""The identity provider of the demonstration: it speaks as ProConnect does, about people who do not exist.

`make run` starts it on this machine, unless PROCONNECT_ISSUER names another; it is absent from production. It is a
whole OpenID provider, small: discovery, published keys, authorization code good for 30 seconds and one use, PKCE,
client authenticated, ID token and userinfo both signed (RS256), end of session. Each of its people works in one of the
fictitious companies of `demonstration.register`. The tests drive the same provider, and make it lie.
"""

import base64
import hashlib
import html
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID = "french-impact-demonstration"
CODE_LASTS = 30
TOKEN_LASTS = 60
_LARGEST = 64 * 1024


@dataclass(frozen=True)
class Professional:
    """Someone who does not exist, and the fictitious establishment where they work."""

    sub: str
    given_name: str
    family_name: str
    email: str
    siret: str
    employer: str
    part: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def claims(self) -> dict[str, str]:
        """What the provider says of them."""
        return {
            "given_name": self.given_name,
            "usual_name": self.family_name,
            "email": self.email,
            "siret": self.siret,
            "idp_id": "fournisseur-de-demonstration",
            "organization_label": self.employer,
        }


PROFESSIONALS = (
    Professional(
        "demo-morgane",
        "Morgane",
        "Exemple",
        "morgane@jardins.example",
        "00000001800010",
        "Association fictive Les Jardins d’exemple",
        "directrice ; n’a pas encore de compte",
    ),
    Professional(
        "demo-yael",
        "Yaël",
        "Exemple",
        "yael@reemploi.example",
        "00000002600013",
        "Coopérative fictive du réemploi",
        "salarié ; n’a pas encore de compte",
    ),
    Professional(
        "demo-camille",
        "Camille",
        "Exemple",
        "camille@exemple.example",
        "00000006700017",
        "Réseau fictif des ressourceries",
        "salariée ; son adresse a déjà un compte ; la fiche de son employeur l’attend dans l’annuaire",
    ),
    Professional(
        "demo-lou",
        "Lou",
        "Exemple",
        "lou@exemple.example",
        "00000001800010",
        "Association fictive Les Jardins d’exemple",
        "bénévole ; son adresse a déjà un compte",
    ),
)

_PAGE = """<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} — fournisseur de démonstration</title>
<style>
body {{ font: 1.0625rem/1.6 system-ui, sans-serif; color: #161616; background: #fff; margin: 0 }}
header {{ background: #fee7fc; padding: .75rem 1.5rem; border-bottom: 2px solid #6e445a }}
main {{ max-width: 44rem; margin: 0 auto; padding: 1.5rem }}
li {{ margin-bottom: 1rem }}
a {{ color: #000091 }}
.choice {{ display: block; border: 1px solid #000091; padding: .75rem 1rem; text-decoration: none }}
.choice:hover, .choice:focus {{ background: #f5f5fe }}
ul {{ list-style: none; padding: 0 }}
</style></head>
<body><header role="banner"><strong>Fournisseur de démonstration</strong> : ce n’est pas ProConnect, et ces personnes
n’existent pas.</header><main><h1>{title}</h1>{content}</main></body></html>"""


class Wrong(Exception):
    """A question that the provider refuses: an OAuth error code."""


@dataclass
class _Grant:
    """What a code, then an access token, stands for."""

    who: Professional
    nonce: str
    challenge: str
    redirect_uri: str
    until: float


class Key:
    """A pair of keys, and how it is published."""

    def __init__(self) -> None:
        self.kid = secrets.token_hex(8)
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def published(self) -> dict[str, Any]:
        """The public half, as a JSON Web Key."""
        public = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**public, "kid": self.kid, "use": "sig", "alg": "RS256"}


@dataclass
class Answer:
    """What is sent back."""

    status: int
    body: str = ""
    kind: str = "text/html; charset=utf-8"
    location: str = ""


class Provider:
    """The provider's memory and its answers; `issuer` is known once it listens."""

    def __init__(self, *, redirect_uris: tuple[str, ...], professionals: tuple[Professional, ...], key: Key) -> None:
        self.issuer = ""
        self.client_secret = secrets.token_urlsafe(24)
        self.redirect_uris = redirect_uris
        self.professionals = professionals
        self.key = key
        self.published_keys = [key]
        self._codes: dict[str, _Grant] = {}
        self._tokens: dict[str, _Grant] = {}
        self._lock = Lock()

    def turn_keys(self) -> None:
        """Sign with a new key; the former one is no longer published."""
        self.key = Key()
        self.published_keys = [self.key]

    # ------------------------------------------------------------------------------------------- its answers

    def answer(self, method: str, address: str, form: dict[str, str], headers: Any) -> Answer:
        """Answer one question."""
        path, asked = urlsplit(address).path, dict(parse_qsl(urlsplit(address).query))
        try:
            match (method, path):
                case ("GET", "/.well-known/openid-configuration"):
                    return self._json(self.document())
                case ("GET", "/jwks"):
                    return self._json({"keys": [key.published() for key in self.published_keys]})
                case ("GET", "/authorize"):
                    return self.authorize(asked)
                case ("POST", "/token"):
                    return self._json(self.token(form, headers.get("Authorization", "")))
                case ("GET", "/userinfo"):
                    return self.userinfo(headers.get("Authorization", ""))
                case ("GET", "/session/end"):
                    return self.end_session(asked)
        except Wrong as error:
            return self._json({"error": str(error)}, status=400)
        return Answer(404, "")

    def document(self) -> dict[str, Any]:
        """What it publishes of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/session/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "userinfo_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, asked: dict[str, str]) -> Answer:
        """Ask who is there; once it is said, send the browser back with a code."""
        if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") not in self.redirect_uris:
            return self._page("Demande refusée", "<p>Ce service n’est pas connu ici.</p>", status=400)
        long_enough = all(len(asked.get(name, "")) >= 32 for name in ("state", "nonce"))
        by_code = asked.get("response_type") == "code" and "openid" in asked.get("scope", "").split()
        if not (long_enough and by_code and asked.get("code_challenge_method") == "S256"):
            raise Wrong("invalid_request")
        back = {"state": asked["state"], "iss": self.issuer}
        if asked.get("who") == "nobody":
            return self._send_back(asked, {**back, "error": "access_denied"})
        who = next((one for one in self.professionals if one.sub == asked.get("who")), None)
        if who is None:
            return self._choice(asked)
        code = secrets.token_urlsafe(24)
        grant = _Grant(who, asked["nonce"], asked["code_challenge"], asked["redirect_uri"], time.time() + CODE_LASTS)
        with self._lock:
            self._codes[code] = grant
        return self._send_back(asked, {**back, "code": code})

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """Exchange a code, once, for the tokens."""
        given = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
        if given[0] != CLIENT_ID or not compare_digest(given[1], self.client_secret):
            raise Wrong("invalid_client")
        with self._lock:
            grant = self._codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            grant is None
            or time.time() > grant.until
            or form.get("redirect_uri") != grant.redirect_uri
            or challenge.rstrip(b"=").decode() != grant.challenge
        ):
            raise Wrong("invalid_grant")
        access = secrets.token_urlsafe(24)
        grant.until = time.time() + TOKEN_LASTS
        with self._lock:
            self._tokens[access] = grant
        half = base64.urlsafe_b64encode(hashlib.sha256(access.encode()).digest()[:16]).rstrip(b"=").decode()
        identity = {"sub": grant.who.sub, "nonce": grant.nonce, "at_hash": half, "acr": "eidas1", "amr": ["pwd"]}
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_LASTS,
            "id_token": self.sign("id_token", identity),
        }

    def userinfo(self, authorization: str) -> Answer:
        """Who it is, signed."""
        with self._lock:
            grant = self._tokens.get(authorization.removeprefix("Bearer "))
        if grant is None or time.time() > grant.until:
            return self._json({"error": "invalid_token"}, status=401)
        claims = {"sub": grant.who.sub, **grant.who.claims()}
        return Answer(200, self.sign("userinfo", claims), "application/jwt; charset=utf-8")

    def end_session(self, asked: dict[str, str]) -> Answer:
        """Forget the browser, and send it back where the service asked, if that is known here."""
        target = asked.get("post_logout_redirect_uri", "")
        if target not in self.redirect_uris:
            return self._page("Vous êtes sorti", "<p>Vous pouvez fermer cette page.</p>")
        return Answer(303, location=f"{target}?{urlencode({'state': asked.get('state', '')})}")

    def sign(self, kind: str, claims: dict[str, Any]) -> str:
        """A token that says this, as an "id_token" or a "userinfo"."""
        now = int(time.time())
        whole = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + TOKEN_LASTS, **claims}
        return jwt.encode(whole, self.key.private, algorithm="RS256", headers={"kid": self.key.kid})

    # --------------------------------------------------------------------------------------------- its pages

    def _choice(self, asked: dict[str, str]) -> Answer:
        def link(who: str) -> str:
            return html.escape(f"/authorize?{urlencode({**asked, 'who': who})}")

        choices = "".join(
            f'<li><a class="choice" href="{link(one.sub)}"><strong>{html.escape(one.name)}</strong>, '
            f"{html.escape(one.part)}<br>{html.escape(one.employer)}, SIRET {one.siret}<br>"
            f"{html.escape(one.email)}</a></li>"
            for one in self.professionals
        )
        leave = f'<p><a href="{link("nobody")}">Renoncer, et revenir au service</a></p>'
        return self._page("Qui êtes-vous ?", f"<ul>{choices}</ul>{leave}")

    def _send_back(self, asked: dict[str, str], answer: dict[str, str]) -> Answer:
        return Answer(303, location=f"{asked['redirect_uri']}?{urlencode(answer)}")

    def _page(self, title: str, content: str, *, status: int = 200) -> Answer:
        return Answer(status, _PAGE.format(title=title, content=content))

    def _json(self, content: dict[str, Any], *, status: int = 200) -> Answer:
        return Answer(status, json.dumps(content), "application/json; charset=utf-8")


def _basic(authorization: str) -> tuple[str, str] | None:
    if not authorization.startswith("Basic "):
        return None
    name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
    return unquote(name), unquote(secret)


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        self._reply(self.provider.answer("GET", self.path, {}, self.headers))

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), _LARGEST)
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        self._reply(self.provider.answer("POST", self.path, form, self.headers))

    def _reply(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Silent: the launcher talks to the person at the terminal."""


@contextmanager
def listening(provider: Provider, *, poll_interval: float = 0.2) -> Iterator[Provider]:
    """Let a provider answer on a free port of this machine; its end is seen within the interval."""
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        provider.issuer = f"http://localhost:{server.server_address[1]}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": poll_interval}, daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()


@contextmanager
def running(base_url: str) -> Iterator[dict[str, str]]:
    """Answer for the platform of this address; gives the settings that lead to it."""
    back = (f"{base_url}/compte/proconnect/retour", f"{base_url}/compte/proconnect/sorti")
    with listening(Provider(redirect_uris=back, professionals=PROFESSIONALS, key=Key())) as provider:
        yield {
            "PROCONNECT_ISSUER": provider.issuer,
            "PROCONNECT_CLIENT_ID": CLIENT_ID,
            "PROCONNECT_CLIENT_SECRET": provider.client_secret,
        }
