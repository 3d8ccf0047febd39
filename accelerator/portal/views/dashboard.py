"""The person's own space."""

from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.queries.desk import calls_served
from accelerator.calls.queries.files import my_applications, next_date
from accelerator.calls.queries.judging import duties_of
from accelerator.calls.queries.letters import letters_to_sign
from accelerator.community.queries.space import space_of
from accelerator.design.pages import Page

# Of one's own applications, how many are shown; the others are one click away.
SHOWN = 5


class Dashboard(Page):
    """My organisations, what awaits me, what I await."""

    title = "Mon espace"
    template_name = "portal/dashboard.html"

    @property
    def register_url(self) -> str:
        return reverse("community:register")

    @property
    def directory_url(self) -> str:
        return reverse("community:directory")

    def context(self) -> dict[str, Any]:
        mine = list(my_applications(self.person).order_by("-begun_at", "-pk")[:SHOWN])
        return {
            "space": space_of(self.person, self.at, localdate(self.at)),
            "applications": [(one, next_date(one)) for one in mine],
            "calls_served": calls_served(self.person),
            "duties": duties_of(self.person),
            "letters": letters_to_sign(self.person, localdate(self.at)),
        }
