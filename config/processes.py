"""The processes of the platform: what each is started with, how all are ended.

Two kinds, from the same code and the same environment: the web server (granian, which has web processes of its own)
and the worker. `config.run` opens a laptop with them, `config.serve` keeps a server going.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from types import FrameType
from typing import IO

from config import embedded

PATIENCE_AT_STOP = 15.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Child = subprocess.Popen[bytes]
Children = dict[str, Child]

# On Linux a child is asked to end (SIGTERM) when whoever started it dies, even without a word.
_BOUND = (
    "import ctypes, os, sys\n"
    "if sys.platform == 'linux':\n"
    "    ctypes.CDLL(None).prctl(1, 15)\n"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


def web_command(*, host: str, port: int, processes: int, threads: int) -> list[str]:
    """The web server. A web process that dies is made again; the requests that it was answering are lost."""
    return [
        *("-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws"),
        *("--workers", str(processes), "--blocking-threads", str(threads), "--backpressure", "64"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10", "--log-level", "warning"),
        "config.wsgi:application",
    ]


def worker_command() -> list[str]:
    """One worker: it does what waits in the queue, and the periodic tasks."""
    return ["manage.py", "procrastinate", "worker"]


def start(
    command: list[str],
    *,
    log: IO[bytes] | None = None,
    held: tuple[int, ...] = (),
    settings: Mapping[str, str] | None = None,
) -> Child:
    """Start a child in a session of its own (Ctrl-C is for us: we tell it).

    log       where it writes; by default where we do.
    held      open files that it inherits.
    settings  what its environment has besides ours.
    """
    return subprocess.Popen(  # noqa: S603  our own commands
        [sys.executable, "-c", _BOUND, *command],
        cwd=embedded.ROOT,
        env={**os.environ, **(settings or {})},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        pass_fds=held,
    )


def end(running: Children) -> list[str]:
    """Ask each child to end, wait, and interrupt those that do not; return the names of these."""
    for child in running.values():
        if child.poll() is None:
            child.terminate()
    late = []
    limit = time.monotonic() + PATIENCE_AT_STOP
    for name, child in running.items():
        try:
            child.wait(max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            late.append(name)
            child.kill()
            child.wait()
    return late


class CannotRunError(Exception):
    """The platform cannot be opened; the message says why and what to do."""


class Asked(BaseException):
    """Someone asked us to stop. Not an error, and nothing may catch it on the way."""


def obey_signals() -> None:
    """Make Ctrl-C, SIGTERM and the end of the terminal raise `Asked`."""

    def ask(number: int, frame: FrameType | None) -> None:
        raise Asked

    for number in STOP_SIGNALS:
        signal.signal(number, ask)


def ignore_signals() -> None:
    """What stops must not be stopped."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def say(*lines: str, to: IO[str] | None = None) -> None:
    """Tell the person at the terminal."""
    for line in lines:
        print(line, file=to or sys.stdout, flush=True)
