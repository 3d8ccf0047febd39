"""The record: registering an organisation, changing it, confirming it, bringing it back to the register."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from accelerator.accounts.models import Person
from accelerator.community import charter, rules, search
from accelerator.community.events import (
    RECORD_CHANGED,
    RECORD_REFRESHED,
    RECORD_REGISTERED,
    VALUE_CONFIRMED,
)
from accelerator.community.models import Establishment, Organisation
from accelerator.community.operations.charter import accept_charter
from accelerator.community.operations.locks import lock_organisation, lock_person
from accelerator.community.operations.people import grant_role
from accelerator.community.queries.duplicates import known_by, lookalikes
from accelerator.community.queries.register import differences, said, values_of
from accelerator.community.record import (
    DECLARED,
    FROM_REGISTER,
    LABELS,
    SECTIONS,
    SourceOfEsus,
    confirmed,
    declared,
    from_register,
    is_confirmed,
)
from accelerator.community.states import Identity, OrganisationState, RoleName
from accelerator.geography.perimeters import cover_of
from accelerator.journal.operations import record
from accelerator.registers.clients import Answer
from accelerator.registers.identifiers import Identifier, Scheme
from accelerator.workflow import Refused, operation
from accelerator.workflow.prints import changed_meanwhile

ALREADY_KNOWN = "Ce numéro est déjà celui d’une fiche : elle est proposée ci-dessous."
LOOKALIKES = (
    "Des fiches ressemblent à la vôtre : regardez-les ci-dessous. Si c’est une autre organisation, cochez « Ce n’est"
    " pas la même »."
)


@operation
def register(
    *,
    values: Mapping[str, Any],
    identifier: Identifier | None,
    answer: Answer | None,
    by: Person,
    at: datetime,
    is_representative: bool = False,
    accepts_charter: bool = False,
    is_natural_person: bool = False,
    is_another: bool = False,
    esus: SourceOfEsus | None = None,
) -> Organisation:
    """Enter an organisation; whoever enters it becomes its representative (declared) or its manager.

    values             the fields of the record, already clean.
    answer             what the register said of the number, None when it was not asked or did not answer.
    accepts_charter    only a representative may: the charter's own rule is asked.
    is_natural_person  declared, when the register could not say: such a record is never public (decision 8).
    is_another         the person looked at the records that resemble and says that it is none of them.
    Raises `Refused` when the number is known already (also by someone registering it at this very moment), or when
    records resemble and the person did not say that it is another one.
    """
    person = lock_person(by)
    company = answer.company if answer else None
    if identifier and known_by(identifier):
        raise Refused(ALREADY_KNOWN)
    if not is_another and lookalikes(values["name"], values.get("seat")):
        raise Refused(LOOKALIKES, field="is_another")
    given = values_of(company, company.establishment(identifier.value) if identifier else None) if company else {}
    publishable = company.publishable if company else not is_natural_person
    organisation = Organisation(
        **{**given, **values, **_numbers(identifier, given)},
        identity=Identity.VERIFIED if company else Identity.DECLARED,
        state=OrganisationState.ACTIVE if company is None or company.is_active else OrganisationState.CEASED,
        territories_cover=cover_of(values.get("territories", [])),
        source=DECLARED,
        source_on=at.date(),
        provenance=_first_provenance(values, given, answer, person, at, esus),
        publishable=publishable,
        recorded_at=at,
        changed_at=at,
    )
    # Two people may register one number at this moment: the second waits here for the first, and inserts nothing.
    Organisation.objects.bulk_create([organisation], ignore_conflicts=True)
    entered = Organisation.objects.filter(public_id=organisation.public_id).first()
    if entered is None:
        raise Refused(ALREADY_KNOWN)
    _enter_establishments(entered, identifier, answer)
    record(RECORD_REGISTERED.code, entered, by=by, at=at)
    grant_role(
        person=person,
        name=RoleName.REPRESENTATIVE if is_representative else RoleName.MANAGER,
        organisation=entered,
        by=by,
        at=at,
    )
    if accepts_charter:
        accept_charter(organisation=entered, version=charter.VERSION, by=by, at=at)
    search.refresh([entered])
    return entered


def _numbers(identifier: Identifier | None, given: Mapping[str, Any]) -> dict[str, str | None]:
    """The columns of the numbers; the RNA that the register gives is left out when another record bears it."""
    numbers: dict[str, str | None] = {"siren": identifier.siren if identifier else None}
    if "rna" in given and Organisation.objects.filter(rna=given["rna"]).exists():
        numbers["rna"] = None
    if identifier and identifier.scheme == Scheme.RNA:
        numbers["rna"] = identifier.value
    if identifier and identifier.scheme == Scheme.AMALIA:
        numbers["amalia"] = identifier.value
    return numbers


def _first_provenance(
    values: Mapping[str, Any],
    given: Mapping[str, Any],
    answer: Answer | None,
    person: Person,
    at: datetime,
    esus: SourceOfEsus | None,
) -> dict[str, Any]:
    """Where each value comes from: the register for what was left as it gave it, the person for all else."""
    provenance = {}
    if answer and answer.company:
        entry = from_register(answer.company.siren, answer.read_at, in_file=answer.is_from_file)
        provenance = {name: entry for name, value in given.items() if values.get(name, value) == value}
        provenance["siren"] = entry
    if values.get("is_esus") and esus:
        provenance["is_esus"] = declared(person.actor_key, at, url=esus.url, on=esus.on)
    return provenance


def _enter_establishments(organisation: Organisation, identifier: Identifier | None, answer: Answer | None) -> None:
    company = answer.company if answer else None
    rows = []
    if company and company.seat and company.publishable:
        rows.append(
            Establishment(
                organisation=organisation,
                siret=company.seat.siret,
                is_seat=True,
                is_open=company.seat.is_open,
                place=organisation.seat,
                address=company.seat.address,
            )
        )
    if identifier and identifier.scheme == Scheme.SIRET and identifier.value not in {row.siret for row in rows}:
        found = company.establishment(identifier.value) if company and company.publishable else None
        rows.append(
            Establishment(
                organisation=organisation,
                siret=identifier.value,
                is_open=found.is_open if found else True,
                address=found.address if found else "",
            )
        )
    Establishment.objects.bulk_create(rows, ignore_conflicts=True)


@operation
def change(
    *,
    organisation: Organisation,
    section: str,
    values: Mapping[str, Any],
    seen: Mapping[str, str],
    by: Person,
    at: datetime,
    esus: SourceOfEsus | None = None,
) -> Organisation:
    """Change the values of one section; each changed value is from then on the organisation's word.

    seen  the prints of the values as they were when the form was opened (`workflow.prints`).
    Raises `Refused` when someone else changed one of them meanwhile, saying which and to what.
    """
    held = lock_organisation(organisation)
    rules.require("community.edit_record", by, held)
    fields = [name for name in SECTIONS[section].fields if name in values]
    if clashes := changed_meanwhile(held, {name: values[name] for name in fields}, seen):
        now = " ; ".join(f"« {LABELS[name]} » est maintenant : {said(name, getattr(held, name))}" for name in clashes)
        raise Refused(
            f"Pendant que vous écriviez, quelqu’un d’autre a modifié cette section. {now}. Ce que vous avez tapé est"
            " gardé ci-dessous : vérifiez, puis enregistrez à nouveau pour le retenir."
        )
    changed = [name for name in fields if values[name] != getattr(held, name)]
    if esus and "is_esus" in fields and values["is_esus"]:
        entry = held.provenance.get("is_esus", {})
        if (esus.url, esus.on and esus.on.isoformat()) != (entry.get("url", ""), entry.get("on")):
            changed = [*dict.fromkeys([*changed, "is_esus"])]
    if not changed:
        return held
    for name in changed:
        setattr(held, name, values[name])
        held.provenance[name] = declared(by.actor_key, at)
    if "is_esus" in changed and esus:
        held.provenance["is_esus"] = declared(by.actor_key, at, url=esus.url, on=esus.on)
    _save(held, changed, at)
    record(
        RECORD_CHANGED.code,
        held,
        by=by,
        at=at,
        section=SECTIONS[section].title,
        values=_listed(changed),
        fields=changed,
    )
    return held


@operation
def confirm(*, organisation: Organisation, name: str, by: Person, at: datetime) -> Organisation:
    """« Je confirme » : the value is right, whatever its source; no register overwrites it any more."""
    held = lock_organisation(organisation)
    rules.require("community.edit_record", by, held)
    if name not in LABELS or getattr(held, name, None) in (None, "", []):
        raise Refused("Cette valeur n’est pas connue : il n’y a rien à confirmer.")
    if is_confirmed(held.provenance, name):
        raise Refused("Cette valeur est déjà confirmée.")
    entry = held.provenance.get(name) or {
        "source": held.source,
        "url": held.source_url,
        "on": held.source_on.isoformat() if held.source_on else "",
    }
    held.provenance[name] = confirmed(entry, by.actor_key, at)
    _save(held, [], at)
    record(VALUE_CONFIRMED.code, held, by=by, at=at, value=LABELS[name])
    return held


@operation
def take_from_register(
    *, organisation: Organisation, answer: Answer, taken: Collection[str], by: Person, at: datetime
) -> Organisation:
    """Replace the values chosen by those of the register, and verify the identity.

    A unit that opposes publication, or a natural person, leaves the public directory at once (decision 8).
    Raises `Refused` for a value that a person confirmed, or when the register speaks of someone else.
    """
    held = lock_organisation(organisation)
    rules.require("community.edit_record", by, held)
    company = answer.company
    if company is None or company.siren != held.siren:
        raise Refused("Le registre des entreprises ne connaît pas ce numéro.")
    given = values_of(company)
    different = {one.name: one for one in differences(held, company)}
    chosen = [name for name in FROM_REGISTER if name in taken and name in different]
    if any(different[name].kept for name in chosen):
        raise Refused("Une valeur confirmée par une personne n’est pas remplacée par celle du registre.")
    entry = from_register(company.siren, answer.read_at, in_file=answer.is_from_file)
    if "rna" in chosen and Organisation.objects.filter(rna=given["rna"]).exists():
        raise Refused("Le numéro RNA que donne le registre est celui d’une autre fiche : signalez-le à la modération.")
    for name in chosen:
        setattr(held, name, given[name])
        held.provenance[name] = entry
    for same, value in given.items():
        if same not in different and value == getattr(held, same) and not is_confirmed(held.provenance, same):
            held.provenance[same] = entry
    held.provenance["siren"] = entry
    held.identity = Identity.VERIFIED
    if not company.publishable:
        held.publishable = False
        # A list may have noted that the register had not said it yet.
        held.provenance.get("publishable", {}).pop("note", None)
    if not company.is_active:
        held.state = OrganisationState.CEASED
    _save(held, [*chosen, "identity", "publishable", "state"], at)
    record(RECORD_REFRESHED.code, held, by=by, at=at, values=_listed(chosen) or "rien à changer", fields=chosen)
    return held


def _save(held: Organisation, fields: list[str], at: datetime) -> None:
    held.changed_at = at
    if "territories" in fields:
        held.territories_cover = cover_of(held.territories)
        fields = [*fields, "territories_cover"]
    held.save(update_fields=[*fields, "provenance", "changed_at"])
    search.refresh([held])


def _listed(names: Collection[str]) -> str:
    return ", ".join(LABELS[name] for name in names)
