"""A label in force, and the people around it, for tests."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.models import Application
from accelerator.calls.remedies import remedies_on
from accelerator.calls.states import ApplicationState, CallRoleName
from accelerator.community.models import Organisation
from accelerator.community.states import RoleName
from accelerator.labels import search
from accelerator.labels.models import Action, Candidacy, Category, Challenge, Label
from accelerator.labels.queries.renewals import subject_of
from accelerator.labels.states import Holder, MemberState
from accelerator.workflow import transaction
from tests import factories


def shown(label: Label) -> Label:
    """The register knows it."""
    with transaction():
        search.refresh(label)
    return label


@dataclass
class Labelled:
    """A collective of two, its label since a hundred days, and the service that follows it."""

    category: Category
    candidacy: Candidacy
    label: Label
    lead: Organisation
    partner: Organisation
    representative: Person
    manager_of_partner: Person
    officer: Person
    signatory: Person

    @classmethod
    def make(cls, *, since: date | None = None, until: date | None = None, **values: Any) -> "Labelled":
        """Everything around a label of a collective."""
        call = factories.call(
            closes_at=None, remedies=[one.to_json() for one in remedies_on(timezone.localdate())], purpose="calls.open"
        )
        factories.call_version(call)
        given = {"holder": Holder.COLLECTIVE, "call": call, "reminders": [6, 1], **values}
        category = factories.category(**given)
        lead, partner = factories.organisation(), factories.organisation()
        candidacy = factories.candidacy(category, organisation=lead, title="Pays fictif des Lilas")
        factories.member(candidacy, partner, state=MemberState.CONFIRMED, answered_at=timezone.now())
        since = since or timezone.localdate() - timedelta(days=100)
        application = applied(candidacy)
        label = factories.label(
            candidacy, since=since, until=until, application=application, awarded_on=since, seat=lead.seat
        )
        now = timezone.now()
        return cls(
            category=category,
            candidacy=candidacy,
            label=shown(label),
            lead=lead,
            partner=partner,
            representative=factories.role(
                lead, name=RoleName.REPRESENTATIVE, confirmed_at=now, confirmed_by=factories.person()
            ).person,
            manager_of_partner=factories.role(partner).person,
            officer=factories.call_role(call).person,
            signatory=factories.call_role(call, name=CallRoleName.SIGNATORY).person,
        )

    def fresh(self) -> Label:
        """The label as the database has it."""
        self.label = Label.objects.get(pk=self.label.pk)
        return self.label

    def action(self, **values: Any) -> Action:
        """An action of its road map, due in a month."""
        challenge, _ = Challenge.objects.get_or_create(
            candidacy=self.candidacy, position=1, defaults={"kind": "social", "title": "Bien vieillir au village"}
        )
        given = {"due_on": timezone.localdate() + timedelta(days=30), "title": "Ouvrir un café des aînés", **values}
        return Action.objects.create(challenge=challenge, pilot=self.candidacy.members.order_by("pk")[0], **given)


def applied(candidacy: Candidacy, *, received_on: date | None = None, **values: Any) -> Application:
    """An application of a candidacy to the call of its category, notified unless a state is given."""
    call = candidacy.category.call
    assert call is not None
    given = {
        "organisation": candidacy.organisation,
        "subject": subject_of(candidacy.pk),
        "state": ApplicationState.NOTIFIED,
        "title": candidacy.title,
        **values,
    }
    if received_on:
        given["received_on"] = received_on
    return factories.call_application(call.versions.get(), **given)


def days_from_now(days: int) -> datetime:
    """Some days from now, at the same hour."""
    return timezone.now() + timedelta(days=days)
