"""Entering the organisations of a list: never twice, never over what someone said, never in public without a register.

docs/rules/registres.md tells the rules in French.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from accelerator.community.models import Organisation
from accelerator.community.operations.locks import lock_organisation
from accelerator.community.queries.duplicates import known_by, lookalikes
from accelerator.community.record import SIRENE, is_confirmed
from accelerator.community.states import Identity, OrganisationState
from accelerator.geography.models import Place
from accelerator.imports.lists import Row
from accelerator.imports.models import ListSource
from accelerator.journal import Actor
from accelerator.registers.models import Run, Unit
from accelerator.registers.workspace import LEFT
from accelerator.workflow import Refused, operation

UNVERIFIED = "Le registre n’a pas encore dit si cette unité peut être publiée."


@operation
def keep_list_source(
    *, code: str, name: str, url: str, licence: str, mapping: Mapping[str, str], by: Actor, at: datetime
) -> ListSource:
    """Keep how a list is read; what is empty stays as it was. Raises `Refused` for a name that another list has."""
    source = ListSource.objects.select_for_update().filter(pk=code).first() or ListSource(code=code, name=name or code)
    source.name, source.url = name or source.name, url or source.url
    source.licence, source.mapping = licence or source.licence, dict(mapping) or source.mapping
    if ListSource.objects.filter(name=source.name).exclude(pk=code).exists():
        raise Refused(f"Une autre liste s’appelle déjà « {source.name} ».")
    source.save()
    return source


@operation
def take_list(
    *,
    run: Run,
    source: ListSource,
    rows: Sequence[Row],
    places: Mapping[str, Place | None],
    by: Actor,
    at: datetime,
) -> list[tuple[int, str, str, str, str]]:
    """Enter or complete the organisations of some rows; return the faults: rank, column, value, reason, effect.

    places  what each text of a commune was understood to be.
    The organisations entered and changed bear the moment at which the run began, so that they can be found again.
    """
    faults = []
    counts = {"new": 0, "entered": 0, "changed": 0, "unchanged": 0}
    for row in rows:
        seat = places.get(row.commune)
        found = _known(row, source, seat)
        if found is None and not row.numbers and (close := lookalikes(row.values["name"], seat)):
            reason = f"Ressemble à la fiche « {close[0].organisation.name} » ({close[0].reason})."
            faults.append((row.rank, source.mapping["name"], row.values["name"], reason, LEFT))
        elif found is None:
            _enter(row, source, seat, run)
            counts["new"] += 1
            counts["entered"] += 1
        else:
            counts["changed" if _complete(found, row, source, seat, run) else "unchanged"] += 1
    added = {name: F(name) + count for name, count in counts.items()}
    Run.objects.filter(pk=run.pk).update(told_at=at, done=F("done") + len(rows), **added)
    return faults


def _known(row: Row, source: ListSource, seat: Place | None) -> Organisation | None:
    """The record that bears one of its numbers; without any, the one that this same list entered before."""
    for number in row.numbers:
        if found := known_by(number):
            return found
    if row.numbers:
        return None
    ours = Organisation.objects.filter(source=source.name, name=row.values["name"], seat=seat)
    return ours.exclude(state=OrganisationState.MERGED).order_by("pk").first()


def _enter(row: Row, source: ListSource, seat: Place | None, run: Run) -> None:
    siren = next((number.siren for number in row.numbers if number.siren), None)
    rna = next((number.value for number in row.numbers if number.siren is None), None)
    unit = Unit.objects.filter(pk=siren).first() if siren else None
    publishable, provenance = True, {}
    if siren and (unit is None or unit.is_withdrawn):
        # A number may be a sole trader's, or oppose publication (decision 8): SIRENE's next file will tell.
        publishable = False
        provenance["publishable"] = {"source": SIRENE, "note": UNVERIFIED, "on": ""}
    Organisation.objects.create(
        **row.values,
        siren=siren,
        rna=rna,
        seat=seat,
        identity=Identity.VERIFIED if unit else Identity.DECLARED if row.numbers else Identity.UNKNOWN,
        publishable=publishable,
        provenance=provenance,
        source=source.name,
        source_url=source.url,
        source_on=run.file_on,
        recorded_at=run.started_at,
        changed_at=run.started_at,
    )


def _complete(known: Organisation, row: Row, source: ListSource, seat: Place | None, run: Run) -> bool:
    """Fill what nobody said, replace what this list had said; tell whether anything changed."""
    held = lock_organisation(known)
    given: dict[str, Any] = {**row.values, **({"seat": seat} if seat else {})}
    entry = {"source": source.name, "url": source.url, "on": run.file_on.isoformat() if run.file_on else ""}
    changed = []
    for name, value in given.items():
        said = held.provenance.get(name, {}).get("source", held.source)
        unsaid = getattr(held, name) in (None, "") and name not in held.provenance
        if getattr(held, name) == value or is_confirmed(held.provenance, name) or not (unsaid or said == source.name):
            continue
        setattr(held, name, value)
        changed.append(name)
        if held.source != source.name:
            held.provenance[name] = entry
    if changed:
        held.changed_at = run.started_at
        held.save(update_fields=[*changed, "provenance", "changed_at"])
    return bool(changed)
