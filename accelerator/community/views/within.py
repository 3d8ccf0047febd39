"""Pages about the people of one organisation: loaded, ruled and surrounded alike."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import Http404, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.community import rules
from accelerator.community.models import Organisation
from accelerator.community.queries.organisation import canonical
from accelerator.community.queries.people import Standing, standing_of
from accelerator.design.pages import ActionPage, Crumb, Page

_TABS = (
    ("Membres", "community:members", "see_people"),
    ("Invitations", "community:invitations", "invite"),
    ("Demandes", "community:join_requests", "decide_join"),
    ("Délégations", "community:delegations", "see_delegations"),
    ("Mandats", "community:mandates", "see_mandates"),
    ("Historique", "community:history", "see_people"),
)


class Within(Page):
    """A page within an organisation: 404 when the record is invisible, 403 with the reason when `rule` forbids.

    The address of a merged record, or with yesterday's name in it, leads to today's.
    """

    rule: ClassVar[str] = "community.see_people"
    organisation: Organisation
    standing: Standing

    @property
    def at(self) -> datetime:
        """The moment at which the request arrived."""
        moment: datetime = self.request.at  # type: ignore[attr-defined]  # set by RequestMiddleware
        return moment

    def load(self) -> None:
        """The organisation that lives on, what the person is to it, then what the page is about."""
        visible = Organisation.objects.visible_to(self.person).select_related("seat", "merged_into")
        found = visible.filter(public_id=self.kwargs["key"].rpartition("-")[2]).first()
        if found is None:
            raise Http404
        self.organisation = canonical(found)
        if self.organisation != found and not visible.filter(pk=self.organisation.pk).exists():
            raise Http404
        self.standing = standing_of(self.person, self.organisation)
        self.may = rules.allowed(self.standing)

    def forbidden(self) -> str | None:
        return rules.reason_within(self.rule, self.standing)

    def answer(self) -> HttpResponseBase:
        if self.kwargs["key"] != self.organisation.key:
            match = self.request.resolver_match
            assert match is not None  # noqa: S101  a page is reached by its address
            arguments = {**match.kwargs, "key": self.organisation.key}
            return HttpResponsePermanentRedirect(reverse(match.view_name, kwargs=arguments))
        return super().answer()

    def address(self, name: str, *arguments: Any) -> str:
        """The address of another page of the same organisation."""
        return reverse(f"community:{name}", args=[self.organisation.key, *arguments])

    def trail(self) -> list[Crumb]:
        return [
            Crumb("Annuaire", reverse("community:directory")),
            Crumb(self.organisation.name, self.address("organisation")),
        ]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The pages about people that this person may open."""
        match = self.request.resolver_match
        return [
            {
                "label": label,
                "url": reverse(name, args=[self.organisation.key]),
                "current": match is not None and match.view_name == name,
            }
            for label, name, rule in _TABS
            if self.may[rule]
        ]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "organisation": self.organisation, "may": self.may, "tabs": self.tabs}


class ActWithin(Within, ActionPage):
    """A page with a form within an organisation."""

    back: ClassVar[str] = "members"
    back_label: ClassVar[str] = "Membres"

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb(self.back_label, self.address(self.back))]

    def done_url(self, result: Any) -> str:
        return self.address(self.back)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "back_url": self.address(self.back)}
