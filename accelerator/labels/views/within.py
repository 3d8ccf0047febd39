"""Pages about one candidacy: loaded, ruled and surrounded alike."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from accelerator.design.pages import ActionPage, Crumb, KeyedPage
from accelerator.labels.models import Candidacy
from accelerator.labels.queries.categories import reading_of
from accelerator.labels.rules import candidacies as rules


class Within(KeyedPage):
    """A page within a candidacy: 404 when it is invisible, 403 with the reason when `rule` forbids.

    `rule` names the rule of `labels.rules.candidacies` that opens the page.
    """

    rule: ClassVar[str] = "labels.edit"
    candidacy: Candidacy
    may: dict[str, bool]

    def load(self) -> None:
        """The candidacy: the identifier at the end of the address decides, the rest is there to be read."""
        read = self.reached().select_related("category__call", "criteria_set", "organisation__merged_into")
        found = read.filter(public_id=self.kwargs["key"].rpartition("-")[2]).first()
        if found is None:
            raise Http404
        self.candidacy = found
        self.standing = rules.standing_of(self.person, found)
        self.may = rules.allowed(self.standing)

    def reached(self) -> QuerySet[Candidacy]:
        """The candidacies that this person may open."""
        return Candidacy.objects.visible_to(self.person)

    def forbidden(self) -> str | None:
        return rules.reason_within(self.rule, self.standing)

    @property
    def current_key(self) -> str:
        return self.candidacy.key

    def address(self, name: str, *arguments: Any) -> str:
        """The address of another page of the same candidacy."""
        return reverse(f"labels:{name}", args=[self.candidacy.key, *arguments])

    def trail(self) -> list[Crumb]:
        return [
            Crumb("Mes candidatures à un label", reverse("labels:candidacies")),
            Crumb(self.candidacy.title, self.address("candidacy")),
        ]

    def context(self) -> dict[str, Any]:
        category = self.candidacy.category
        return {
            **super().context(),
            "candidacy": self.candidacy,
            "category": category,
            "may": self.may,
            "reading": reading_of(category, self.at),
        }


class ActWithin(Within, ActionPage):
    """A page with a form within a candidacy; done, one returns to `back`."""

    back: ClassVar[str] = "candidacy"
    template_name = "labels/candidacy_act.html"
    # What is to be known before one acts.
    told: str = ""

    def done_url(self, result: Any) -> str:
        return self.back_url()

    def back_url(self) -> str:
        """Where to return, whether anything was done or not."""
        return self.address(self.back)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "back_url": self.back_url(), "told": self.told}
