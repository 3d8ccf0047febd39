"""Signing keys: Ed25519, each in a file that its owner alone reads; their public half as the standards write it.

A key is named by its public half (Multikey: "z6Mk…"), which is also the name of its file and the end of its address in
the DID document.
"""

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# What says that the bytes which follow are an Ed25519 public key (multicodec 0xed).
_ED25519: Final = b"\xed\x01"
_OTHERS_MAY: Final = 0o077


class KeyMissing(Exception):
    """The private half is not usable on this machine; the message says why, in French, to whoever operates it."""


def make() -> str:
    """Make a pair, keep its private half in a file, return its name.

    Raises `KeyMissing` when the folder cannot be written, or may be read by others.
    """
    key = Ed25519PrivateKey.generate()
    name = name_of(key.public_key())
    folder = _folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _demand_secrecy(folder)
        written = os.open(folder / f"{name}.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyMissing(f"Le dossier des clés {folder} ne peut pas être écrit ({error.strerror}).") from error
    with os.fdopen(written, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    return name


def private(name: str) -> Ed25519PrivateKey:
    """The private half of a key. Raises `KeyMissing` when it is not here, or when others may read it."""
    path = _folder() / f"{name}.pem"
    try:
        _demand_secrecy(path)
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise KeyMissing(f"La clé de signature {name} n’est pas dans {path.parent} ({error.strerror}).") from error
    except ValueError as error:
        raise KeyMissing(f"Le fichier {path} n’est pas une clé.") from error
    if not isinstance(key, Ed25519PrivateKey) or name_of(key.public_key()) != name:
        raise KeyMissing(f"Le fichier {path} tient une autre clé que celle qu’il nomme.")
    return key


def public(name: str) -> Ed25519PublicKey:
    """The public half that a name is. Raises `ValueError` for what is not one."""
    held = decoded(name)
    if held[:2] != _ED25519:
        raise ValueError(f"{name} n’est pas une clé Ed25519.")
    return Ed25519PublicKey.from_public_bytes(held[2:])


def name_of(key: Ed25519PublicKey) -> str:
    """The name of a public key (Multikey)."""
    return encoded(_ED25519 + key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def encoded(held: bytes) -> str:
    """Bytes as multibase base58btc ("z…")."""
    number, signs = int.from_bytes(held, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        signs = _ALPHABET[rest] + signs
    return "z" + "1" * (len(held) - len(held.lstrip(b"\0"))) + signs


def decoded(text: str) -> bytes:
    """The bytes of a multibase base58btc text, of at most 200 signs. Raises `ValueError` for anything else."""
    if not text.startswith("z") or len(text) > 200:
        raise ValueError("multibase base58btc")
    number, signs = 0, text[1:]
    for sign in signs:
        number = number * 58 + _ALPHABET.index(sign)
    return b"\0" * (len(signs) - len(signs.lstrip("1"))) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _folder() -> Path:
    return Path(settings.CREDENTIAL_KEYS)


def _demand_secrecy(path: Path) -> None:
    if path.stat().st_mode & _OTHERS_MAY:
        raise KeyMissing(f"{path} peut être lu par d’autres que son propriétaire : chmod go-rwx.")
