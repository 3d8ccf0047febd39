"""Asking to join an organisation, and the answer."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community import rules
from accelerator.community.models import JoinRequest, Organisation
from accelerator.community.operations.locks import lock_organisation, lock_person
from accelerator.community.operations.people import grant_role
from accelerator.community.queries.organisation import living
from accelerator.community.queries.people import moderating_people, reason_nameless, steering_people
from accelerator.community.states import ACCEPT_JOIN, REJECT_JOIN, WITHDRAW_JOIN
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.transitions import move


@operation
def ask_to_join(*, organisation: Organisation, message: str, by: Person, at: datetime) -> JoinRequest:
    """Ask the managers of an organisation to join it; without managers, the platform's moderators, who are told.

    The answer is expected within `settings.JOIN_ANSWER_DAYS` days; past that, the platform may answer too. Raises
    `Refused` without a name, for a member, while a first request waits.
    """
    person = lock_person(by)
    organisation = lock_organisation(organisation)
    rules.require("community.ask_to_join", person, organisation)
    if reason := reason_nameless(person):
        raise Refused(reason)
    if JoinRequest.objects.open().filter(organisation=organisation, person=person).exists():
        raise Refused("Votre demande est déjà en cours d’examen.")
    managers = steering_people(organisation)
    today = localdate(at)
    request = JoinRequest.objects.create(
        organisation=organisation,
        person=person,
        message=message,
        asked_at=at,
        expected_on=today + timedelta(days=settings.JOIN_ANSWER_DAYS),
    )
    record("community.join_asked", organisation, person, request, by=by, at=at)
    told = managers or [one for one in moderating_people(organisation) if one != person]
    data = {"organisation": organisation, "person": person, "request": request, "is_managed": bool(managers)}
    tell("community/join_asked", to=[Recipient.of(one) for one in told], at=at, data=data)
    return request


@operation
def withdraw_join(*, request: JoinRequest, by: Person, at: datetime) -> JoinRequest:
    """Take one's own request back."""
    if request.person != by:
        raise Refused("Cette demande n’est pas la vôtre.")
    return move(request, WITHDRAW_JOIN, by=by, at=at, changes={"answered_at": at})


@operation
def accept_join(*, request: JoinRequest, role: str, by: Person, at: datetime) -> JoinRequest:
    """Let the person in, with a role. They are told."""
    lock_person(request.person)
    organisation = lock_organisation(living(request.organisation))
    rules.require("community.decide_join", by, organisation)
    moved = move(request, ACCEPT_JOIN, by=by, at=at, changes={"answered_at": at})
    granted = grant_role(person=moved.person, name=role, organisation=organisation, by=by, at=at)
    data = {"organisation": organisation, "role": granted.get_name_display()}
    tell("community/join_accepted", to=Recipient.of(moved.person), at=at, data=data)
    return moved


@operation
def reject_join(*, request: JoinRequest, answer: str, by: Person, at: datetime) -> JoinRequest:
    """Refuse, with a reason that the person reads."""
    organisation = lock_organisation(living(request.organisation))
    rules.require("community.decide_join", by, organisation)
    moved = move(request, REJECT_JOIN, by=by, at=at, reason=answer, changes={"answered_at": at, "answer": answer})
    data = {"organisation": organisation, "answer": answer}
    tell("community/join_rejected", to=Recipient.of(moved.person), at=at, data=data)
    return moved
