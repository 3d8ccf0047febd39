"""Calls that are written beforehand, as data: entered once, with their sources."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from accelerator.calls.models import Call, CallVersion
from accelerator.calls.operations.calls import TWO_MONTHS
from accelerator.calls.queries.versions import faults_of
from accelerator.calls.remedies import remedies_on
from accelerator.calls.states import CallState
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.workflow import Refused, operation

WRITTEN = Path(settings.ROOT) / "data" / "calls"


@operation
def load_call(*, code: str, purpose: str = "", by: Actor, at: datetime, folder: Path = WRITTEN) -> Call:
    """Enter a call written beforehand, published as it was; entered already, nothing changes.

    purpose  another purpose than the one that the file names.
    Raises `Refused` with what its author must mend, as for any other call.
    """
    written: Mapping[str, Any] = json.loads((folder / f"{code}.json").read_text())
    public_id = hashlib.sha256(f"french-impact:calls:{code}".encode()).hexdigest()[:12]
    known = Call.objects.filter(public_id=public_id).first()
    if known is not None:
        return known
    values = dict(written["call"])
    for name in ("opens_at", "closes_at"):
        if values.get(name):
            values[name] = datetime.fromisoformat(values[name])
    if purpose:
        values["purpose"] = purpose
    remedies = [one.to_json() for one in remedies_on(values["opens_at"].date())]
    given = {"silence_source": TWO_MONTHS, "remedies": remedies, **values}
    call = Call.objects.create(public_id=public_id, nature=written["nature"], state=CallState.PUBLISHED, **given)
    version = CallVersion(
        call=call,
        number=1,
        published_at=values["opens_at"],
        why=written["why"],
        **{part: written[part] for part in ("form", "eligibility", "criteria", "delays")},
    )
    if faults := faults_of(version, values["opens_at"].date()):
        raise Refused(" ".join(faults))
    version.save()
    record("calls.call_loaded", call, by=by, at=at)
    return call
