"""`python -m benchmarks.credentials`: signing, verifying, and the weight of a status list.

BENCH_CREDENTIALS=100000   credentials of one status list: one in twenty is withdrawn, one in fifty suspended
"""

import copy
import gzip
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import ground, report

SIZE = int(os.environ.get("BENCH_CREDENTIALS", "100000"))
NAME = "credentials"
SEED = 53
REPEATED = 200
SUBJECT = {
    "id": "https://127.0.0.1/annuaire/collectif-exemple",
    "type": ["AchievementSubject"],
    "identifier": [
        {"type": "IdentityObject", "hashed": False, "identityHash": "Collectif exemple", "identityType": "name"}
    ],
    "achievement": {
        "id": "https://127.0.0.1/labels/territoire",
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": "Territoire French IMPACT",
        "description": "Un collectif qui anime l’innovation sociale sur un territoire. " * 4,
        "criteria": {"narrative": "Zone pertinente ; écosystème ; stratégie ; gouvernance ; engagement."},
    },
}


def main() -> None:
    """Measure, in a database of its own."""
    with ground.running():
        ground.make_afresh(NAME)
        ground.settle(NAME)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, stdout=sys.stderr)
        ground.shown(measure())


def measure() -> list[report.Line]:
    """Attest, measure, and leave nothing: what was attested is never deleted, but it can be undone."""
    from django.db.transaction import atomic, set_rollback

    with atomic():
        try:
            return _measured()
        finally:
            set_rollback(True)


def _measured() -> list[report.Line]:
    from django.conf import settings
    from django.utils import timezone

    from accelerator.credentials import bitstrings, operations, queries
    from accelerator.credentials.models import Credential, StatusList
    from accelerator.credentials.states import Finding, Purpose
    from accelerator.journal import System
    from accelerator.workflow import transaction

    settings.CREDENTIAL_KEYS = Path(tempfile.mkdtemp(prefix="french-impact-keys-")) / "keys"
    by, now = System("mesure"), timezone.now()
    with transaction():
        operations.rotate_key(by=by, at=now)
        # Attested of anything: the key will do.
        given: dict[str, Any] = {
            "name": "Territoire French IMPACT",
            "subject": SUBJECT,
            "valid_from": now,
            "valid_until": None,
        }
        first = operations.issue(about=queries.signing_key(), **given, by=by, at=now)
    draw = random.Random(SEED)
    taken = set(draw.sample(range(bitstrings.LENGTH), SIZE)) - {first.index}
    made = [
        Credential(
            about=f"mesure:{number}",
            claims={},
            issued_at=now,
            valid_from=now,
            status_list=first.status_list,
            index=index,
            revoked_at=now if draw.random() < 1 / 20 else None,
            suspended_at=now if draw.random() < 1 / 50 else None,
        )
        for number, index in enumerate(sorted(taken))
    ]
    Credential.objects.bulk_create(made, batch_size=5000)
    StatusList.objects.update(taken=len(made) + 1)

    signed = queries.signed(first)
    content = json.dumps(signed).encode()
    altered = json.dumps({**copy.deepcopy(signed), "name": "Autre"}).encode()
    listed = json.dumps(queries.status_list(first.status_list, Purpose.REVOCATION, at=now)).encode()
    raised = sum(one.revoked_at is not None for one in made)
    everything = gzip.compress(bitstrings.encoded(draw.sample(range(bitstrings.LENGTH), SIZE // 2)).encode())

    def valid() -> None:
        if queries.judge(content, at=now).finding != Finding.VALID:
            raise AssertionError("une attestation valide ne l’est pas")

    def seen() -> None:
        if queries.judge(altered, at=now).finding != Finding.ALTERED:
            raise AssertionError("une attestation modifiée ne se voit pas")

    def awarded() -> None:
        with transaction():
            operations.issue(about=first, **given, by=by, at=now)

    return [
        report.Line("signer une attestation, p50 / p95", _timed(lambda: queries.signed(first)), "≤ 10 ms"),
        report.Line("juger une attestation valide, p50 / p95", _timed(valid), "≤ 20 ms"),
        report.Line("juger une attestation modifiée, p50 / p95", _timed(seen), "≤ 20 ms"),
        report.Line("délivrer une attestation déjà délivrée, p50 / p95", _timed(awarded)),
        report.Line(
            f"faire une liste de {report.number(SIZE)} attestations, p50 / p95",
            _timed(lambda: queries.status_list(first.status_list, Purpose.REVOCATION, at=now)),
        ),
        report.Line(
            f"la liste des retraits ({report.number(raised)} sur {report.number(SIZE)})",
            f"{len(gzip.compress(listed)) / 1000:.1f} ko comprimés",
            "≤ 20 ko",
            f"{len(listed) / 1000:.1f} ko en JSON",
        ),
        report.Line("la même, si la moitié était retirée", f"{len(everything) / 1000:.1f} ko comprimés", "≤ 20 ko"),
    ]


def _timed(what: Callable[[], Any]) -> str:
    what()
    took = []
    for _ in range(REPEATED):
        began = time.perf_counter()
        what()
        took.append((time.perf_counter() - began) * 1000)
    return f"{statistics.median(took):.1f} / {report.quantile(took, 0.95):.1f} ms"


if __name__ == "__main__":
    main()
