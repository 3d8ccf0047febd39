"""Second factors, without the database: passkeys (WebAuthn, by fido2), codes of an application (RFC 6238), paper codes.

Note [What is kept of a secret]
An application's secret must be read again to compute its codes: it is sealed with the platform's key, and a former key
(`SECRET_KEY_FALLBACKS`) still opens it. A recovery code need not be read: only its print is kept. A passkey has no
secret here.
"""

import base64
import json
import secrets
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.encoding import force_bytes
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accelerator.accounts.models import Person
from accelerator.accounts.states import TOTP_DRIFT, TOTP_STEP

# Neither 0 nor o, neither 1, i nor l: what is copied from paper is copied right.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LENGTH: Final = 10
_DIGITS: Final = 6
_SECRET_BYTES: Final = 20


class NotProved(Exception):
    """What was given proves nothing. The message is the reason, for the log."""


def sealed(text: str) -> str:
    """The text, that only the platform's key opens."""
    return _seal().encrypt(text.encode()).decode()


def unsealed(text: str) -> str:
    """The text that was sealed. Raises `NotProved` when no key of ours opens it."""
    try:
        return _seal().decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise NotProved("sealed with another key") from error


def _seal() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str | bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"accounts.factors").derive(force_bytes(key))


# --------------------------------------------------------------------------------------- codes of an application


def new_secret() -> str:
    """A secret for an application, as it is typed (base 32)."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The half-minute whose code this is, near the moment; None when it is no code of now."""
    now = int(at.timestamp()) // TOTP_STEP
    for step in range(now - TOTP_DRIFT, now + TOTP_DRIFT + 1):
        expected = _totp(secret).generate(step * TOTP_STEP).decode()
        if constant_time_compare(expected, code):
            return step
    return None


def provisioning(secret: str, email: str) -> str:
    """The address that an application reads in the picture."""
    return _totp(secret).get_provisioning_uri(email, settings.SITE_NAME)


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), _DIGITS, SHA1(), TOTP_STEP)  # noqa: S303  what applications compute with


# ------------------------------------------------------------------------------------------------ recovery codes


def new_recovery_code() -> str:
    """A code for paper: two groups of five."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH))
    return f"{drawn[:5]}-{drawn[5:]}"


def recovery_digest(person: Person, code: str) -> str:
    """What is kept of a recovery code; whatever its capitals, spaces and hyphens."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return salted_hmac("accounts.recovery", f"{person.pk}:{plain}", algorithm="sha256").hexdigest()


# ------------------------------------------------------------------------------------------------------ passkeys

State = dict[str, Any]


def _server() -> Fido2Server:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    # The very origin of the site, port included: not any page of the same host.
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=host, name=settings.SITE_NAME), verify_origin=lambda origin: origin == _origin()
    )


def _origin() -> str:
    parts = urlsplit(settings.BASE_URL)
    return f"{parts.scheme}://{parts.netloc}"


def begin_making(person: Person, held: list[bytes]) -> tuple[str, State]:
    """What the browser needs to make a passkey (JSON), and what must come back. `held`: those of the person already."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(
            id=person.public_id.encode(), name=person.email or "", display_name=person.name or person.email or ""
        ),
        credentials=[AttestedCredentialData(one) for one in held],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return json.dumps(dict(options.public_key)), state


def finish_making(state: State, response: str) -> tuple[str, bytes, int]:
    """What is kept of a passkey just made: its identifier, its public half, its count. Raises `NotProved`."""
    try:
        made = _server().register_complete(state, json.loads(response))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotProved(f"{type(error).__name__}: {error}") from error
    if made.credential_data is None:
        raise NotProved("no credential")
    return websafe_encode(made.credential_data.credential_id), bytes(made.credential_data), made.counter


def begin_using(held: list[bytes] | None = None) -> tuple[str, State]:
    """What the browser needs to use a passkey (JSON), and what must come back. `held`: among which; None: any."""
    credentials = [AttestedCredentialData(one) for one in held] if held is not None else None
    options, state = _server().authenticate_begin(credentials, user_verification=UserVerificationRequirement.REQUIRED)
    return json.dumps(dict(options.public_key)), state


def credential_named(response: str) -> str:
    """The identifier of the passkey that a browser says it used. Raises `NotProved` when it says none."""
    try:
        return websafe_encode(websafe_decode(json.loads(response)["rawId"]))
    except (ValueError, TypeError, KeyError) as error:
        raise NotProved("no identifier") from error


def finish_using(state: State, response: str, credential: bytes, count: int) -> int:
    """The new count of a passkey that proved itself. Raises `NotProved`, also for a copy (its count goes back)."""
    try:
        given = AuthenticationResponse.from_dict(json.loads(response))
        _server().authenticate_complete(state, [AttestedCredentialData(credential)], given)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotProved(f"{type(error).__name__}: {error}") from error
    new = given.response.authenticator_data.counter
    # Most passkeys do not count and always say 0 (WebAuthn 6.1.1).
    if (new or count) and new <= count:
        raise NotProved("its count goes back: a copy")
    return new
