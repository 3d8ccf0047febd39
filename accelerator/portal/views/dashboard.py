"""The person's own space."""

from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.queries.files import my_applications, next_date
from accelerator.calls.queries.judging import duties_of
from accelerator.calls.queries.letters import letters_to_sign
from accelerator.community.queries.claims import employer_of
from accelerator.community.queries.space import space_of
from accelerator.design.pages import Page
from accelerator.journal.types import ref
from accelerator.labels.queries.space import space_of as space_of_labels
from accelerator.projects.purpose import CODE as QUALIFICATION
from accelerator.projects.queries.projects import projects_carried
from accelerator.projects.states import ProjectState

# Of one's own projects and applications, how many are shown; the others are one click away.
SHOWN = 5
# Those whose applications are looked for.
MOST_PROJECTS = 200


class Dashboard(Page):
    """My organisations, what awaits me, what I await."""

    title = "Mon espace"
    template_name = "portal/dashboard.html"

    @property
    def register_url(self) -> str:
        return reverse("community:register")

    @property
    def directory_url(self) -> str:
        return reverse("directory:directory")

    def context(self) -> dict[str, Any]:
        projects = list(projects_carried(self.person)[:MOST_PROJECTS])
        subjects = {QUALIFICATION: [ref(one) for one in projects]}
        today = localdate(self.at)
        mine = list(my_applications(self.person, today, subjects).order_by("-begun_at", "-pk")[:SHOWN])
        duties = duties_of(self.person)
        space = space_of(self.person, self.at, today)
        return {
            "today": today,
            "projects": [(one, ProjectState(one.state).label) for one in projects[:SHOWN]],
            "space": space,
            "employer": employer_of(self.person, self.at) if space.is_new else None,
            "applications": [(one, next_date(one, self.at)) for one in mine],
            "duties": duties,
            "labels": space_of_labels(self.person, today),
            # Who signs serves a call: the others are not asked about.
            "letters": letters_to_sign(self.person, today) if duties.served else [],
        }
