"""`python -m config.audit` (in `make check`): are the locked dependencies known to be vulnerable?

Asks osv.dev, the open base that gathers the advisories of Python packages, about each locked version. A vulnerability
fails the check, unless `[tool.audit]` of pyproject.toml accepts it with a reason, until a date. When the base cannot be
reached, one line says that the audit was not made, and nothing fails: an offline machine must be able to work.
"""

import os
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
BASE = os.environ.get("AUDIT_URL", "https://api.osv.dev")
LOCKS = ("requirements.txt", "requirements-dev.txt")
PATIENCE = httpx.Timeout(10.0, connect=3.0)
AT_ONCE = 500
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Locked:
    """One dependency, as it is locked."""

    name: str
    version: str


@dataclass(frozen=True)
class Advisory:
    """What the base says of one vulnerability; `names` are its number and those that other bases gave it."""

    names: frozenset[str]
    summary: str
    is_withdrawn: bool


class Unreachable(Exception):
    """The base did not answer, or answered something else; the message is the reason."""


def main() -> int:
    """Audit, say what was found; the number returned is the process's exit code."""
    locked = sorted({one for lock in LOCKS for one in read(ROOT / lock)})
    try:
        with httpx.Client(base_url=BASE, timeout=PATIENCE) as base:
            found = advisories(base, locked)
    except Unreachable as reason:
        say(f"audit non fait : {reason}")
        return 0
    given = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    accepted = given.get("tool", {}).get("audit", {}).get("accepted", {})
    faults = list(judged(found, accepted, date.today()))  # noqa: DTZ011  a day of the developer's
    say(*faults)
    if not faults:
        say(f"audit fait : {len(locked)} dépendances, rien de connu contre elles.")
    return int(bool(faults))


def read(lock: Path) -> list[Locked]:
    """The versions that a lock holds."""
    return [Locked(name, version) for name, version in _LOCKED.findall(lock.read_text(encoding="utf-8"))]


def advisories(base: httpx.Client, locked: list[Locked]) -> dict[Locked, list[Advisory]]:
    """What is known against each version; those with nothing are left out. Raises `Unreachable`."""
    numbers: dict[Locked, set[str]] = {}
    waiting = [(one, "") for one in locked]
    while waiting:
        batch, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        queries = [
            {"package": {"ecosystem": "PyPI", "name": one.name}, "version": one.version}
            | ({"page_token": page} if page else {})
            for one, page in batch
        ]
        results = _asked(base, "POST", "/v1/querybatch", {"queries": queries}).get("results")
        if not isinstance(results, list) or len(results) != len(batch):
            raise Unreachable("la réponse de la base d’avis n’est pas celle attendue")
        for (one, _), result in zip(batch, results, strict=True):
            numbers.setdefault(one, set()).update(str(said["id"]) for said in result.get("vulns", ()))
            if page := result.get("next_page_token"):
                waiting.append((one, page))
    known = {number: _advisory(base, number) for number in sorted({n for all_of in numbers.values() for n in all_of})}
    return {one: [known[number] for number in sorted(said)] for one, said in numbers.items() if said}


def judged(found: Mapping[Locked, Iterable[Advisory]], accepted: Mapping[str, Any], today: date) -> Iterable[str]:
    """One sentence for each vulnerability that is neither withdrawn nor accepted today."""
    for one, known in sorted(found.items()):
        for advisory in known:
            exception = next((accepted[name] for name in sorted(advisory.names) if name in accepted), None)
            if advisory.is_withdrawn or (exception and today <= exception["until"] and exception["why"].strip()):
                continue
            late = f" (accepté jusqu’au {exception['until']} seulement)" if exception else ""
            yield f"{one.name} {one.version} : {', '.join(sorted(advisory.names))}{late}. {advisory.summary}".strip()


def _advisory(base: httpx.Client, number: str) -> Advisory:
    said = _asked(base, "GET", f"/v1/vulns/{number}")
    return Advisory(
        frozenset({number, *map(str, said.get("aliases", ()))}), str(said.get("summary", "")), "withdrawn" in said
    )


def _asked(base: httpx.Client, method: str, path: str, content: Any = None) -> dict[str, Any]:
    try:
        answer = base.request(method, path, json=content)
        answer.raise_for_status()
        said = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unreachable(f"la base d’avis ne répond pas ({type(error).__name__})") from error
    if not isinstance(said, dict):
        raise Unreachable("la réponse de la base d’avis n’est pas celle attendue")
    return said


def say(*lines: str) -> None:
    """Tell the person at the terminal."""
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
