"""A project told by a third party: proposed, then taken over or declined by its referent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.accounts.models import Person, new_token
from accelerator.community.models import Organisation
from accelerator.community.operations.locks import lock_person
from accelerator.community.queries.organisation import canonical, living
from accelerator.community.queries.people import standing_of as standing_in
from accelerator.community.queries.people import steering_people
from accelerator.geography.perimeters import cover_of
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.projects import rules
from accelerator.projects.events import PROPOSED
from accelerator.projects.models import Project, UnsavedText
from accelerator.projects.operations.locks import lock_project
from accelerator.projects.record import PRIVATE_AT_FIRST
from accelerator.projects.states import DECLINE, TAKE_OVER, ProjectState
from accelerator.workflow import Refused, operation
from accelerator.workflow.transitions import move

WAITS: Final = timedelta(days=60)
# What no longer waits holds no address and opens nothing.
_ANSWERED: Final[Mapping[str, Any]] = {"claim_token": "", "claim_until": None, "referent_email": ""}


@operation
def propose(
    *,
    values: Mapping[str, Any],
    proposed_as: str,
    referent_email: str,
    organisation: Organisation | None,
    by: Person,
    at: datetime,
) -> Project:
    """Tell a project that someone else carries; its referent is told who said what, and may take over or decline.

    values  title, summary, problem, families, territories.
    Nobody else sees it until it is taken over. The referent's address serves for this alone.
    Raises `Refused` when one proposes a project to oneself.
    """
    person = lock_person(by)
    if referent_email.lower() == (person.email or "").lower():
        raise Refused(
            "C’est votre adresse : ouvrez le dossier vous-même, vous en êtes le porteur.", field="referent_email"
        )
    if organisation:
        organisation = living(organisation)
    project = Project.objects.create(
        **values,
        state=ProjectState.PROPOSED,
        territories_cover=cover_of(values.get("territories", [])),
        organisation=organisation,
        private=list(PRIVATE_AT_FIRST),
        proposed_by=person,
        proposed_as=proposed_as,
        referent_email=referent_email,
        claim_token=new_token(),
        claim_until=localdate(at) + WAITS,
        recorded_at=at,
        changed_at=at,
    )
    record(PROPOSED.code, project, *([organisation] if organisation else []), by=by, at=at)
    _tell(project, person, at)
    return project


def _tell(project: Project, person: Person, at: datetime) -> None:
    link = f"{settings.BASE_URL}{reverse('projects:take_over_by_link', args=[project.claim_token])}"
    data = {"project": project, "proposer": person.name, "link": link}
    # Whoever holds the link may take the project over: the text is forgotten once sent.
    tell("projects/proposed", to=Recipient(email=project.referent_email), at=at, data=data, secret=True)
    if project.organisation:
        page = f"{settings.BASE_URL}{reverse('projects:take_over', args=[project.key])}"
        people = [Recipient.of(one) for one in steering_people(project.organisation)]
        others = [one for one in people if one.email.lower() != project.referent_email.lower()]
        tell("projects/proposed_to_organisation", to=others, at=at, data={**data, "link": page})


@operation
def take_over(*, project: Project, token: str, by: Person, at: datetime) -> Project:
    """« C’est bien mon projet » : by the link that the referent received, or as one who steers the organisation named.

    The organisation named stays only if whoever takes over steers it: a third party's word attaches nobody.
    """
    person = lock_person(by)
    held = lock_project(project)
    if held.state != ProjectState.PROPOSED:
        raise Refused(TAKE_OVER.refusal)
    if not token or token != held.claim_token:
        rules.require("projects.take_over", by, held)
    elif held.claim_until and localdate(at) > held.claim_until:
        raise Refused("Ce lien a expiré : demandez à qui a proposé le projet de le proposer à nouveau.")
    organisation = canonical(held.organisation) if held.organisation else None
    if organisation and not standing_in(person, organisation).is_steering:
        organisation = None
    proposer = held.proposed_by
    changes = {**_ANSWERED, "person": person, "organisation": organisation, "changed_at": at}
    moved = move(held, TAKE_OVER, by=by, at=at, changes=changes)
    if proposer and proposer != person:
        tell("projects/taken_over", to=Recipient.of(proposer), at=at, data={"project": moved})
    return moved


@operation
def decline(*, project: Project, token: str, by: Actor, at: datetime) -> Project:
    """« Ce n’est pas mon projet » : what the third party told is blanked with the referent's address.

    The link alone is enough: nobody needs an account to have something said of them forgotten.
    """
    held = lock_project(project)
    if not token or token != held.claim_token:
        rules.require("projects.take_over", by, held)
    return _declined(held, by, at, reason="")


def _declined(held: Project, by: Actor, at: datetime, reason: str) -> Project:
    blank = {"title": "Proposition déclinée", "summary": "", "problem": "", "organisation": None}
    return move(held, DECLINE, by=by, at=at, reason=reason, changes={**_ANSWERED, **blank, "changed_at": at})


@operation
def forget_what_waited(*, by: Actor, at: datetime) -> int:
    """Forget the proposals that nobody answered in time, and the texts that nobody came back to; return how many."""
    late = Project.objects.filter(state=ProjectState.PROPOSED, claim_until__lt=localdate(at)).order_by("pk")
    for project in late.select_for_update(no_key=True):
        _declined(project, by, at, reason="Le référent n’a pas répondu dans le délai.")
    forgotten, _ = UnsavedText.objects.left(at).delete()
    return len(late) + forgotten
