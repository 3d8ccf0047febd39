"""Who is told of what happens to a file."""

from accelerator.calls.models import Application
from accelerator.calls.queries.standing import applying
from accelerator.community.models import Mandate, Role
from accelerator.community.queries.people import steering_people
from accelerator.notices.recipients import Recipient


def told_of(application: Application) -> list[Recipient]:
    """The applicant's side, each once: who began it and who submitted it, those who steer the organisation, the paper.

    Whoever left the organisation that applies is told no more, as long as someone is left there: they may not read its
    file either. A file that came on paper is told to the address that was written on it. Three queries at most.
    """
    people = {one.pk: one for one in (application.person, application.submitted_by) if one}
    organisation = applying(application)
    if organisation is not None:
        roles = Role.objects.current().filter(organisation=organisation, person__in=people)
        mandates = Mandate.objects.current().filter(organisation=organisation, helper__in=people)
        belonging = {*roles.values_list("person", flat=True), *mandates.values_list("helper", flat=True)}
        steering = {one.pk: one for one in steering_people(organisation)}
        # A decision is told to somebody: with nobody left, to whoever applied.
        people = ({key: one for key, one in people.items() if key in belonging} | steering) or people
    written = [Recipient(application.paper["email"])] if application.paper.get("email") else []
    return [*(Recipient.of(one) for one in people.values()), *written]


def examining(application: Application) -> Recipient:
    """The service's side: who examines the file, or the service itself as long as it is nobody's."""
    return Recipient.of(application.officer) if application.officer else Recipient(application.call.service_email)
