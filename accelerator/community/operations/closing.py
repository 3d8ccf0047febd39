"""An organisation has ceased its activity, or resumes it (docs/rules/fiche-organisation.md)."""

from datetime import date, datetime

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community import rules, search
from accelerator.community.models import Handover, Organisation, Role
from accelerator.community.operations.locks import lock_organisation
from accelerator.community.queries.claims import on_probation
from accelerator.community.record import declared
from accelerator.community.states import CEASE, REVIVE, HandoverState
from accelerator.notices import Letter, Recipient
from accelerator.notices.operations import tell_each
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said
from accelerator.workflow.transitions import Transition, move

RECENT = "Vous gérez cette fiche à la suite d’une revendication récente : vous pourrez le faire après le {day}."


@operation
def cease(*, organisation: Organisation, on: date | None, reason: str, by: Person, at: datetime) -> Organisation:
    """Say that an organisation has ceased: shown as such, written to no more, asked nothing. It can resume.

    on  the day since when, if it is known; not a day to come.
    """
    if on and on > localdate(at):
        raise Refused("Choisissez un jour passé, ou aujourd’hui.", field="on")
    held = _change(organisation, CEASE, on, reason, by, at)
    offers = Handover.objects.filter(organisation=held, state=HandoverState.OPEN)
    offers.update(state=HandoverState.WITHDRAWN, closed_at=at)
    return held


@operation
def revive(*, organisation: Organisation, reason: str, by: Person, at: datetime) -> Organisation:
    """Say that an organisation acts again."""
    return _change(organisation, REVIVE, None, reason, by, at)


def _change(
    organisation: Organisation, transition: Transition, on: date | None, reason: str, by: Person, at: datetime
) -> Organisation:
    held = lock_organisation(organisation)
    rules.require("community.cease", by, held)
    if claim := on_probation(by, held):
        raise Refused(RECENT.format(day=said(claim.reversible_until)))
    provenance = {**held.provenance, "state": declared(by.actor_key, at, on=on)}
    changes = {"provenance": provenance, "changed_at": at}
    moved = move(held, transition, by=by, at=at, reason=reason, changes=changes)
    search.refresh([moved])
    roles = Role.objects.current().filter(organisation=moved).exclude(person=by).select_related("person")
    data = {"organisation": moved, "reason": reason, "person": by, "on": on}
    letters = [Letter(Recipient.of(role.person), {**data, "role": role}) for role in roles.order_by("pk")]
    tell_each(f"community/{transition.event.partition('.')[2]}", letters, at=at)
    return moved
