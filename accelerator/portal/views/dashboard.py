"""The person's own space."""

from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.queries.judging import duties_of
from accelerator.community.queries.space import space_of
from accelerator.design.pages import Page


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
        return {
            "space": space_of(self.person, self.at, localdate(self.at)),
            "duties": duties_of(self.person),
        }
