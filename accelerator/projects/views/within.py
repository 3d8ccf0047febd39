"""Pages about one project: loaded, ruled and surrounded alike."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from accelerator.design.pages import ActionPage, Crumb, KeyedPage
from accelerator.projects import rules
from accelerator.projects.models import Project


class Within(KeyedPage):
    """A page within a project: 404 when it is invisible, 403 with the reason when `rule` forbids.

    `rule` names the rule of `projects.rules` that opens the page; None says that whoever sees the project may.
    """

    rule: ClassVar[str | None]
    project: Project
    may: dict[str, bool]

    def visible(self) -> QuerySet[Project]:
        """The projects that whoever asks may see."""
        return Project.objects.visible_to(self.person)

    def load(self) -> None:
        """The project: the identifier at the end of the address decides, the rest is there to be read."""
        read = self.visible().select_related("organisation__merged_into", "seat__departement")
        found = read.filter(public_id=self.kwargs["key"].rpartition("-")[2]).first()
        if found is None:
            raise Http404
        self.project = found
        self.standing = rules.standing_of(self.person, found)
        self.may = rules.allowed(self.standing)

    def forbidden(self) -> str | None:
        return rules.reason_within(self.rule, self.standing) if self.rule else None

    @property
    def current_key(self) -> str:
        return self.project.key

    def address(self, name: str, *arguments: Any) -> str:
        """The address of another page of the same project."""
        return reverse(f"projects:{name}", args=[self.project.key, *arguments])

    def trail(self) -> list[Crumb]:
        return [
            Crumb("Projets", reverse("projects:directory")),
            Crumb(self.project.title, self.address("project")),
        ]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "project": self.project, "may": self.may}


class ActWithin(Within, ActionPage):
    """A page with a form within a project; done, one returns to `back`."""

    back: ClassVar[str] = "file"
    template_name = "projects/act.html"
    # What is to be known before one acts.
    told: str = ""

    def trail(self) -> list[Crumb]:
        return [*super().trail(), *([Crumb("Le dossier", self.address("file"))] if self.may["edit"] else [])]

    def done_url(self, result: Any) -> str:
        return self.address(self.back)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "back_url": self.address(self.back), "told": self.told}
