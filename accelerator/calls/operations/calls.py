"""Writing a call: what it says, what it asks, its people, its waves; publishing it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Call, CallRole, CallVersion, Wave
from accelerator.calls.queries.standing import call_standing_of
from accelerator.calls.queries.versions import faults_of, version_in_preparation
from accelerator.calls.remedies import remedies_on
from accelerator.calls.rules.calls import reason_against_creating, reason_against_discarding
from accelerator.calls.rules.registry import require
from accelerator.calls.states import (
    CANCEL_CALL,
    PUBLISH_CALL,
    ApplicationState,
    CallRoleName,
    CallState,
    Silence,
)
from accelerator.geography.perimeters import Perimeter
from accelerator.journal import Actor, System
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said
from accelerator.workflow.transitions import move

LABELS = {
    "title": "titre",
    "summary": "résumé",
    "presentation": "présentation",
    "purpose": "objet",
    "issuer_name": "émetteur",
    "issuer_kind": "sorte d’émetteur",
    "service": "service",
    "service_address": "adresse du service",
    "service_email": "adresse électronique du service",
    "service_phone": "téléphone du service",
    "crpa": "application du CRPA",
    "silence": "effet du silence",
    "silence_months": "durée du silence",
    "silence_source": "source de cette durée",
    "remedies": "recours",
    "opens_at": "ouverture",
    "closes_at": "clôture",
    "perimeter": "territoire",
    "perimeter_cover": "territoire",
}
# What the law of an application already made rests on: it does not change under those who applied.
_SETTLED = ("purpose", "issuer_kind", "crpa", "silence", "silence_months", "opens_at")
PARTS = {"form": "formulaire", "eligibility": "conditions", "criteria": "critères", "delays": "délais"}
TWO_MONTHS = {
    "law": "Code des relations entre le public et l’administration, articles L231-1 et L231-4",
    "url": "https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000031366350",
    "note": "valeur par défaut de la plateforme, à vérifier par l’émetteur",
}


@operation
def create_call(*, values: Mapping[str, Any], author: Person, by: Person | System, at: datetime) -> Call:
    """Open a call in preparation, with its first author and its first version to write."""
    if not isinstance(by, System) and (reason := reason_against_creating(by)):
        raise Refused(reason)
    remedies = [one.to_json() for one in remedies_on(localdate(at))]
    given = {"silence_months": 2, "silence_source": TWO_MONTHS, "remedies": remedies, **values}
    call = Call.objects.create(**given)
    CallVersion.objects.create(call=call, number=1)
    CallRole.objects.create(call=call, person=author, name=CallRoleName.AUTHOR, started_at=at)
    record("calls.call_created", call, by=by, at=at)
    return call


@operation
def change_call(*, call: Call, values: Mapping[str, Any], by: Person, at: datetime) -> Call:
    """Change what a call says. What applications already rest on no longer changes once it is published."""
    held = _held(call)
    require("calls.write", call_standing_of(by, held))
    changed = {name: value for name, value in values.items() if getattr(held, name) != value}
    if not changed:
        return held
    if held.state == CallState.CANCELLED:
        raise Refused("Un appel annulé ne change plus.")
    if held.state == CallState.PUBLISHED:
        if settled := [name for name in _SETTLED if name in changed]:
            raise Refused(
                f"L’appel est publié, et des candidatures reposent sur lui : {LABELS[settled[0]]} ne change plus.",
                field=settled[0],
            )
        _check_closing(held, changed, at)
    opens_at, closes_at = changed.get("opens_at", held.opens_at), changed.get("closes_at", held.closes_at)
    if closes_at is not None and (opens_at is None or closes_at <= opens_at):
        raise Refused("La clôture vient après l’ouverture.", field="closes_at")
    if changed.get("silence") == Silence.NONE:
        changed["silence_months"] = None
    for name, value in changed.items():
        setattr(held, name, value)
    held.save(update_fields=list(changed))
    labels = dict.fromkeys(LABELS[name] for name in changed)
    record("calls.call_changed", held, by=by, at=at, values=", ".join(labels))
    return held


def _check_closing(held: Call, changed: Mapping[str, Any], at: datetime) -> None:
    if "closes_at" not in changed:
        return
    before, after = held.closes_at, changed["closes_at"]
    if before is not None and at >= before:
        raise Refused("L’appel est clos : il ne rouvre pas. Ouvrez un autre appel.", field="closes_at")
    if after is not None and (before is None or after < before):
        raise Refused("La clôture d’un appel publié ne s’avance pas : on peut seulement la reculer.", field="closes_at")


@operation
def write_version(
    *, call: Call, part: str, value: Mapping[str, Any], seen: int, by: Person, at: datetime
) -> CallVersion:
    """Write a part of the version in preparation, begun from the last published one if there is none.

    part  a name of `PARTS`.
    seen  the revision that the author had before their eyes: someone else's change is told, not overwritten.
    """
    held = _held(call)
    require("calls.write", call_standing_of(by, held))
    if held.state == CallState.CANCELLED:
        raise Refused("Un appel annulé ne change plus.")
    version = held.versions.filter(published_at__isnull=True).first()
    if version is None:
        last = held.versions.order_by("-number")[0]
        copied = {name: getattr(last, name) for name in PARTS}
        version = CallVersion.objects.create(call=held, number=last.number + 1, **copied)
    if version.revision != seen:
        raise Refused(
            "Quelqu’un d’autre a modifié cette version entre-temps : relisez-la ci-dessous, puis envoyez à nouveau."
        )
    setattr(version, part, value)
    version.revision += 1
    version.save(update_fields=[part, "revision"])
    record("calls.version_written", held, by=by, at=at, part=PARTS[part])
    return version


@operation
def discard_version(*, call: Call, seen: int, by: Person, at: datetime) -> CallVersion:
    """Give up the version in preparation, under which nobody applied; return the published one, which stays.

    seen  the revision that the author had before their eyes: what someone else wrote since is not thrown away unread.
    """
    held = _held(call)
    require("calls.write", call_standing_of(by, held))
    version = version_in_preparation(held)
    if reason := reason_against_discarding(version):
        raise Refused(reason)
    if version.revision != seen:
        raise Refused("Quelqu’un d’autre a modifié cette version entre-temps : relisez-la avant de l’abandonner.")
    number = version.number
    version.delete()
    record("calls.version_discarded", held, by=by, at=at, version=number)
    return version_in_preparation(held)


@operation
def publish_version(*, call: Call, why: str, by: Person | System, at: datetime) -> CallVersion:
    """Publish the version in preparation, and the call with its first. Drafts go on with the new version, and are told.

    Refused with all that its author must mend: questions, rules that contradict one another, criteria.
    """
    held = _held(call)
    if not isinstance(by, System):
        require("calls.write", call_standing_of(by, held))
    version = held.versions.select_for_update().filter(published_at__isnull=True).first()
    if version is None:
        raise Refused("Aucune version n’est en préparation.")
    if not why.strip():
        raise Refused("Dites ce que cette version change, et pourquoi.", field="why")
    if faults := faults_of(version, localdate(at)):
        raise Refused(" ".join(faults))
    version.published_at, version.why = at, why.strip()
    version.published_by = None if isinstance(by, System) else by
    version.save(update_fields=["published_at", "published_by", "why"])
    if held.state == CallState.DRAFT:
        _check_can_be_answered(held)
        held = move(held, PUBLISH_CALL, by=by, at=at, version=version.number, why=version.why)
    else:
        record("calls.version_published", held, by=by, at=at, version=version.number, why=version.why)
    _carry_drafts(version, by, at)
    return version


def _check_can_be_answered(call: Call) -> None:
    if call.opens_at is None:
        raise Refused("Donnez à l’appel une date d’ouverture.")
    if not (call.service and call.service_address and call.service_email and call.service_phone):
        raise Refused(
            "Donnez le service chargé des dossiers, son adresse, son adresse électronique et son téléphone : "
            "ils figurent sur l’accusé de réception."
        )


def _carry_drafts(version: CallVersion, by: Person | System, at: datetime) -> None:
    drafts = Application.objects.filter(call=version.call, state=ApplicationState.DRAFT).exclude(version=version)
    carried = list(drafts.select_for_update(of=("self",)).select_related("person").order_by("pk"))
    if not carried:
        return
    drafts.filter(pk__in=[draft.pk for draft in carried]).update(version=version, revision=F("revision") + 1)
    for draft in carried:
        record("calls.form_changed", draft, by=by, at=at, version=version.number)
        if draft.person is not None:
            data = {"application": draft, "call": version.call, "version": version}
            tell("calls/form_changed", to=Recipient.of(draft.person), at=at, data=data)


@operation
def cancel_call(*, call: Call, reason: str, by: Person, at: datetime) -> Call:
    """Cancel a call, for a reason that is published. Whoever has a file in progress is told."""
    held = _held(call)
    require("calls.write", call_standing_of(by, held))
    if not reason.strip():
        raise Refused("Dites pourquoi l’appel est annulé.", field="reason")
    changes = {"cancelled_at": at, "cancelled_because": reason.strip()}
    moved = move(held, CANCEL_CALL, by=by, at=at, reason=reason.strip(), changes=changes)
    concerned = Application.objects.filter(call=moved).exclude(
        state__in=(ApplicationState.NOTIFIED, ApplicationState.WITHDRAWN)
    )
    told = [Recipient.of(one.person) for one in concerned.select_related("person").order_by("pk") if one.person]
    tell("calls/call_cancelled", to=told, at=at, data={"call": moved, "reason": reason.strip()})
    return moved


@operation
def set_wave(*, call: Call, reads_until: date, decision_expected_on: date, by: Person, at: datetime) -> Wave:
    """Say until when a permanent call is read together, and when its decisions are expected."""
    held = _held(call)
    require("calls.write", call_standing_of(by, held))
    if not held.is_permanent:
        raise Refused("Seul un appel permanent se lit par vagues : celui-ci a une clôture.")
    if reads_until < localdate(at):
        raise Refused("Choisissez un jour à venir.", field="reads_until")
    if decision_expected_on <= reads_until:
        raise Refused("La décision vient après le dernier jour de dépôt.", field="decision_expected_on")
    if held.waves.filter(reads_until=reads_until).exists():
        raise Refused("Une vague se lit déjà jusqu’à ce jour.", field="reads_until")
    number = held.waves.count() + 1
    wave = Wave.objects.create(
        call=held, number=number, reads_until=reads_until, decision_expected_on=decision_expected_on
    )
    record("calls.wave_set", held, by=by, at=at, until=said(reads_until), expected=said(decision_expected_on))
    return wave


@operation
def give_role(
    *,
    call: Call,
    person: Person,
    name: CallRoleName,
    perimeter: Perimeter | None = None,
    act: Mapping[str, Any] | None = None,
    by: Actor,
    at: datetime,
) -> CallRole:
    """Give a role in a call.

    perimeter  where an officer's files are; everywhere when it is empty.
    act        of a signatory: `act_reference`, `acts_from`, and as needed `acts_until` and `most_cents`.
    """
    held = _held(call)
    if not isinstance(by, System):
        require("calls.appoint", call_standing_of(by, held))
    if person.erased_at or not person.is_active:
        raise Refused("Ce compte n’existe plus.", field="email")
    if CallRole.objects.current().filter(call=held, person=person, name=name).exists():
        raise Refused(f"{person.name} a déjà ce rôle dans cet appel.", field="email")
    role = CallRole.objects.create(
        call=held,
        person=person,
        name=name,
        perimeter=list(perimeter.keys) if perimeter else [],
        perimeter_cover=list(perimeter.cover) if perimeter else [],
        started_at=at,
        **(act or {}),
    )
    record("calls.role_given", held, person, by=by, at=at, role=role.get_name_display(), person=person.name)
    if by != person:
        tell("calls/role_given", to=Recipient.of(person), at=at, data={"call": held, "role": role})
    return role


@operation
def end_role(*, role: CallRole, by: Person, at: datetime) -> CallRole:
    """End a role. A call keeps at least one author; the files of an officer who leaves wait for another."""
    held = _held(role.call)
    require("calls.appoint", call_standing_of(by, held))
    current = CallRole.objects.current().select_for_update(of=("self",)).filter(pk=role.pk).select_related("person")
    ending = current.first()
    if ending is None:
        raise Refused("Ce rôle a déjà pris fin.")
    others = CallRole.objects.current().filter(call=held, name=CallRoleName.AUTHOR).exclude(pk=role.pk)
    if ending.name == CallRoleName.AUTHOR and not others.exists():
        raise Refused("C’est le dernier auteur de l’appel : donnez d’abord ce rôle à quelqu’un d’autre.")
    ending.ended_at = at
    ending.save(update_fields=["ended_at"])
    if ending.name == CallRoleName.OFFICER:
        Application.objects.filter(call=held, officer=ending.person).update(officer=None)
    record(
        "calls.role_ended",
        held,
        ending.person,
        by=by,
        at=at,
        role=ending.get_name_display(),
        person=ending.person.name,
    )
    return ending


def _held(call: Call) -> Call:
    return Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call.pk)
