"""What others answer is read within a size and a time, from who they say they are."""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from accelerator.workflow.answers import Endless, authorities, read_within


def endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 100


def test_what_is_short_is_read_whole() -> None:
    assert read_within([b"deux ", b"mots"], most=9, until=time.monotonic() + 10) == b"deux mots"
    assert read_within([], most=0, until=0) == b""


def test_what_does_not_end_is_left() -> None:
    with pytest.raises(Endless, match="too long"):
        read_within(endless(), most=1000, until=time.monotonic() + 10)
    with pytest.raises(Endless, match="too slow"):
        read_within(endless(), most=10**12, until=time.monotonic() - 1)


class _Impostor(HTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asks hangs up: that is expected."""


def test_nobody_vouches_for_oneself(tmp_path: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=localhost")
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, clear = serialization.Encoding.PEM, serialization.NoEncryption()
    chain = tmp_path / "chain.pem"
    chain.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, clear) + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with _Impostor(("localhost", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        with (
            httpx.Client(verify=authorities(), trust_env=False) as client,
            pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            client.get(f"https://localhost:{server.server_address[1]}/")
        server.shutdown()
