"""Pages about one organisation: loaded, ruled and surrounded alike."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from accelerator.accounts.proof import with_next
from accelerator.community import rules
from accelerator.community.models import Organisation
from accelerator.community.queries.organisation import canonical
from accelerator.community.queries.people import Standing, reason_nameless, standing_of
from accelerator.design.pages import ActionPage, Crumb, KeyedPage
from accelerator.design.site import search_url

_TABS = (
    ("Membres", "community:members", "see_people"),
    ("Invitations", "community:invitations", "invite"),
    ("Demandes", "community:join_requests", "decide_join"),
    ("Délégations", "community:delegations", "see_delegations"),
    ("Mandats", "community:mandates", "see_mandates"),
    ("Revendications", "community:claims", "see_claims"),
    ("Fiches réunies", "community:merges", "see_merges"),
    ("Domaines", "community:domains", "manage_domains"),
    ("Historique", "community:history", "see_people"),
)


class Within(KeyedPage):
    """A page within an organisation: 404 when the record is invisible, 403 with the reason when `rule` forbids.

    `rule` names the rule of `community.rules` that opens the page; None says that whoever sees the record may.
    A merged record leads to the one that lives on; its address, or one with yesterday's name in it, to today's.
    """

    rule: ClassVar[str | None]
    organisation: Organisation
    standing: Standing
    may: dict[str, bool]

    def visible(self) -> QuerySet[Organisation]:
        """The records that whoever asks may see."""
        return Organisation.objects.visible_to(self.person).select_related("seat")

    def found(self, public_id: str) -> Organisation | None:
        """The record of this identifier, if whoever asks may see it."""
        return self.visible().filter(public_id=public_id).first()

    def load(self) -> None:
        """The organisation that lives on, what the person is to it, then what the page is about.

        The identifier at the end of the address decides; the rest is there to be read.
        """
        found = self.found(self.kwargs["key"].rpartition("-")[2])
        if found is None:
            raise Http404
        self.organisation = canonical(found)
        if self.organisation != found and not self.visible().filter(pk=self.organisation.pk).exists():
            raise Http404
        self.standing = standing_of(self.person, self.organisation)
        self.may = rules.allowed(self.standing)

    def forbidden(self) -> str | None:
        return rules.reason_within(self.rule, self.standing) if self.rule else None

    @property
    def current_key(self) -> str:
        return self.organisation.key

    def address(self, name: str, *arguments: Any) -> str:
        """The address of another page of the same organisation."""
        return reverse(f"community:{name}", args=[self.organisation.key, *arguments])

    def trail(self) -> list[Crumb]:
        return [
            Crumb("Annuaire", search_url()),
            Crumb(self.organisation.name, self.address("organisation")),
        ]

    def way_back(self) -> Crumb:
        return Crumb("Revenir à la fiche", self.address("organisation"))

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
    """A page with a form within an organisation.

    `back` is where one returns, done or not: the record, or the page that `back_label` names in the breadcrumb.
    """

    back: ClassVar[str] = "organisation"
    back_label: ClassVar[str] = ""

    def trail(self) -> list[Crumb]:
        return [*super().trail(), *([Crumb(self.back_label, self.address(self.back))] if self.back_label else [])]

    def done_url(self, result: Any) -> str:
        return self.address(self.back)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "back_url": self.address(self.back)}


class Presenting(ActWithin):
    """A page where somebody presents themself to an organisation: whoever has no name is led to say it, and back.

    Its template shows `community/people/nameless.html` in the block of what is withheld.
    """

    def context(self) -> dict[str, Any]:
        naming = with_next(reverse("accounts:rename"), self.request.path)
        return {**super().context(), "withheld": reason_nameless(self.person), "name_url": naming}
