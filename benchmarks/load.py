"""Fifty visitors at once, on a real server that this measure starts and stops; everything on 127.0.0.1."""

import asyncio
import random
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

from benchmarks.pages import addresses
from benchmarks.report import Line, quantile

VISITORS = 50
WORKERS = 2
# Of a hundred pages: 35 organisations, 35 territories, 20 searches, 10 home pages.
MIX = {
    "organisation": 35,
    "territoire : une commune": 18,
    "territoire : une intercommunalité": 6,
    "territoire : un département": 6,
    "territoire : une région": 4,
    "territoire : la France": 1,
    "annuaire, un mot": 8,
    "annuaire, une phrase": 5,
    "annuaire, près d’une commune": 2,
    "annuaire, plusieurs filtres": 2,
    "annuaire": 3,
    "accueil": 10,
}


@dataclass
class _Seen:
    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    bytes: int = 0


def measure(seconds: int) -> list[Line]:
    """Start granian, let the visitors in for a time, stop it."""
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", str(WORKERS), "--blocking-threads", "4", "--no-access-log", "config.wsgi:application"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        asyncio.run(_visit(port, 3))  # warm
        seen = asyncio.run(_visit(port, seconds))
    finally:
        server.terminate()
        _end(server)
    pages = len(seen.times)
    mix = ", ".join(f"{share} % {name}" for name, share in MIX.items())
    durations = f"{quantile(seen.times, 0.5):.0f} / {quantile(seen.times, 0.95):.0f} ms"
    errors = "".join(f" ; {one}" for one in sorted(set(seen.errors))[:3])
    apart = "sans temps de lecture entre deux pages ; visiteurs et serveur sur les mêmes cœurs"
    return [
        Line("pages servies par seconde", f"{pages / seconds:.0f}", "", f"{WORKERS} processus granian ; {mix}"),
        Line("durée d’une page, p50 / p95", durations, "", apart),
        Line("erreurs", f"{len(seen.errors)}", "0", f"{pages} pages, {seen.bytes / 1e6:.0f} Mo{errors}"),
    ]


def _end(server: subprocess.Popen[bytes]) -> None:
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("Le serveur de la mesure ne répond pas.")


async def _visit(port: int, seconds: int) -> _Seen:
    seen = _Seen()
    until = time.monotonic() + seconds
    asked = await asyncio.to_thread(addresses)
    kinds = [name for name in MIX if asked.get(name)]
    weights = [MIX[name] for name in kinds]

    async def visitor(number: int) -> None:
        chance = random.Random(number)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < until:
            address = chance.choice(asked[chance.choices(kinds, weights)[0]])
            began = time.perf_counter()
            try:
                status, size = await asyncio.wait_for(_get(reader, writer, address), timeout=20)
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                seen.errors.append(type(error).__name__)
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                continue
            seen.times.append((time.perf_counter() - began) * 1000)
            seen.bytes += size
            if status != 200:
                seen.errors.append(f"statut {status}")
        writer.close()

    await asyncio.gather(*(visitor(number) for number in range(VISITORS)))
    return seen


async def _get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> tuple[int, int]:
    writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    if "transfer-encoding: chunked" in head:
        size = 0
        while length := int(await reader.readline(), 16):
            size += length
            await reader.readexactly(length + 2)
        await reader.readline()
        return status, size
    length = int(head.split("content-length:")[1].split("\r\n", 1)[0])
    await reader.readexactly(length)
    return status, length
