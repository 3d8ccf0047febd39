"""The other organisations of a project: named by its carriers, each says by itself whether it takes part."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accelerator.accounts.models import Person
from accelerator.community.models import Organisation
from accelerator.community.queries.organisation import canonical, living
from accelerator.community.queries.people import steering_people
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.projects import rules, search
from accelerator.projects.events import PARTNER_CONFIRMED, PARTNER_DECLINED, PARTNER_INVITED, PARTNER_REMOVED
from accelerator.projects.models import Project, ProjectPartner
from accelerator.projects.operations.locks import lock_project
from accelerator.projects.states import SHOWN, PartnerRole
from accelerator.workflow import Refused, operation

MOST_PARTNERS = 60


@operation
def invite_partner(
    *, project: Project, organisation: Organisation, role: PartnerRole, by: Person, at: datetime
) -> ProjectPartner:
    """Name an organisation; those who steer it are told and answer. Named again after a refusal, it is asked again."""
    held = lock_project(project)
    rules.require("projects.manage", by, held)
    organisation = living(organisation)
    if held.organisation and canonical(held.organisation) == organisation:
        raise Refused("C’est déjà la structure qui porte le projet.", field="organisation")
    if held.partners.count() >= MOST_PARTNERS:
        raise Refused(f"Un projet nomme {MOST_PARTNERS} structures au plus.")
    known = held.partners.filter(organisation=organisation).first()
    if known and known.declined_at is None:
        raise Refused(f"« {organisation.name} » est déjà parmi les structures du projet.", field="organisation")
    if known:
        known.delete()
    partner = ProjectPartner.objects.create(project=held, organisation=organisation, role=role, invited_at=at)
    said = partner.get_role_display().lower()
    record(PARTNER_INVITED.code, held, organisation, by=by, at=at, organisation=organisation.name, role=said)
    link = f"{settings.BASE_URL}{reverse('projects:answer_partner', args=[held.key, partner.pk])}"
    people = [Recipient.of(one) for one in steering_people(organisation)]
    data = {"project": held, "organisation": organisation, "role": said, "link": link}
    tell("projects/partner_invited", to=people, at=at, data=data)
    return partner


@operation
def answer_partner(*, partner: ProjectPartner, takes_part: bool, by: Person, at: datetime) -> ProjectPartner:
    """Say that one's organisation takes part, or does not; it may change its mind later."""
    project = lock_project(partner.project)
    held = ProjectPartner.objects.select_for_update().select_related("organisation").filter(pk=partner.pk).first()
    if held is None:
        raise Refused("Cette structure n’est plus parmi celles du projet.")
    if held.pk not in rules.standing_of(by, project).answers_for:
        raise Refused("Seuls les gestionnaires de cette organisation répondent pour elle.")
    if takes_part == bool(held.confirmed_at) and (held.confirmed_at or held.declined_at):
        return held
    held.confirmed_at, held.declined_at = (at, None) if takes_part else (None, at)
    held.save(update_fields=["confirmed_at", "declined_at"])
    event = PARTNER_CONFIRMED if takes_part else PARTNER_DECLINED
    record(event.code, project, held.organisation, by=by, at=at, organisation=held.organisation.name)
    _refresh(project)
    return held


@operation
def remove_partner(*, partner: ProjectPartner, by: Person, at: datetime) -> None:
    """Take an organisation out of those of a project; one that is gone already is gone."""
    project = lock_project(partner.project)
    rules.require("projects.manage", by, project)
    held = ProjectPartner.objects.select_related("organisation").filter(pk=partner.pk).first()
    if held is None:
        return
    record(PARTNER_REMOVED.code, project, held.organisation, by=by, at=at, organisation=held.organisation.name)
    held.delete()
    _refresh(project)


def _refresh(project: Project) -> None:
    if project.state in SHOWN:
        search.refresh(project)
