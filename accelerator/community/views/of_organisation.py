"""What the pages about one organisation share: how it is found, what is asked before, where one is."""

from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse

from accelerator.community import rules
from accelerator.community.models import Organisation
from accelerator.community.queries.organisation import canonical
from accelerator.design.pages import Crumb


class OfOrganisation:
    """To put before `Page` or `ActionPage`: the organisation of the address, the rule, the breadcrumb.

    What is not visible is 404; `rule` names the rule of `community.rules` that opens the page.
    A merged record leads to the one that lives on: what is done is done there.
    """

    rule: ClassVar[str] = ""
    kwargs: dict[str, Any]
    person: Any
    organisation: Organisation

    def load(self) -> None:
        """The organisation that the address names; its identifier decides, the rest is there to be read."""
        public_id = self.kwargs["key"].rpartition("-")[2]
        visible = Organisation.objects.visible_to(self.person).select_related("seat", "merged_into")
        found = visible.filter(public_id=public_id).first()
        if found is None:
            raise Http404
        living = canonical(found)
        if living != found and not visible.filter(pk=living.pk).exists():
            raise Http404
        self.organisation = living

    def forbidden(self) -> str | None:
        return rules.reason_against(self.rule, self.person, self.organisation) if self.rule else None

    def trail(self) -> list[Crumb]:
        return [Crumb("Annuaire", reverse("community:directory")), Crumb(self.organisation.name, self.home())]

    def home(self) -> str:
        """The page of the organisation."""
        return self.address("community:organisation")

    def address(self, name: str, *rest: str) -> str:
        """The address of another page of the same organisation."""
        return reverse(name, args=[self.organisation.key, *rest])
