"""« Toujours exact ? » : the page of the mail's link, and the same from one's own record."""

from typing import Any

from django.http import Http404
from django.urls import reverse

from accelerator.accounts.models import Person
from accelerator.community import rules
from accelerator.community.forms.people import Confirmation
from accelerator.community.models import Organisation, YearlyCheck
from accelerator.community.operations.checks import confirm_record
from accelerator.community.queries.checks import LINK_LASTS, exactness_of, read_link
from accelerator.community.queries.organisation import canonical, territories_of, themes_of, values_of
from accelerator.community.views.within import ActWithin
from accelerator.design.pages import ActionPage, Crumb, Unkept
from accelerator.design.site import search_url

_DONE = "Merci : la fiche dit maintenant qu’elle est vérifiée par l’organisation, à la date d’aujourd’hui."

_TOO_LATE = (
    f"Ce lien a été envoyé il y a plus de {LINK_LASTS.days} jours : il ne sert plus. Vous pouvez toujours dire que la"
    " fiche est exacte, en vous connectant."
)


def _shown(organisation: Organisation) -> dict[str, Any]:
    themes, territories = themes_of(organisation), territories_of(organisation)
    return {
        "organisation": organisation,
        "values": [value for value in values_of(organisation, themes, territories) if value.known],
        "exactness": exactness_of(organisation),
        "edit_url": reverse("community:edit", args=[organisation.key]),
        "record_url": reverse("community:organisation", args=[organisation.key]),
    }


class CheckRecord(ActWithin):
    """From one's own record."""

    rule = "community.confirm_record"
    title = "Toujours exact ?"
    template_name = "community/closing/check.html"
    form_class = Confirmation
    submit_label = "Oui, tout est exact"
    done_message = _DONE

    def perform(self, form: Any) -> YearlyCheck:
        return confirm_record(organisation=self.organisation, by=self.person, at=self.at)

    def context(self) -> dict[str, Any]:
        return {**super().context(), **_shown(self.organisation), "reader": None}


class CheckByLink(Unkept, ActionPage):
    """From the mail: the link says who reads; the button confirms, without signing in."""

    public = True
    title = "Toujours exact ?"
    template_name = "community/closing/check.html"
    form_class = Confirmation
    submit_label = "Oui, tout est exact"
    done_message = _DONE
    organisation: Organisation
    reader: Person

    def load(self) -> None:
        found = read_link(self.kwargs["token"])
        if found is None:
            raise Http404
        self.link, self.reader = found, found.reader
        self.organisation = canonical(found.organisation)

    def forbidden(self) -> str | None:
        if reason := rules.reason_against("community.confirm_record", self.reader, self.organisation):
            return reason
        return _TOO_LATE if self.link.is_old else None

    def way_back(self) -> Crumb | None:
        """The same question, signed in, for whoever came too late; to whoever manages it no more, nothing."""
        if rules.reason_against("community.confirm_record", self.reader, self.organisation):
            return None
        return Crumb("Se connecter et répondre", reverse("community:check_record", args=[self.organisation.key]))

    def trail(self) -> list[Crumb]:
        return [Crumb("Annuaire", search_url())]

    def perform(self, form: Any) -> YearlyCheck:
        return confirm_record(organisation=self.organisation, by=self.reader, at=self.at)

    def done_url(self, result: Any) -> str:
        return reverse("community:organisation", args=[self.organisation.key])

    def context(self) -> dict[str, Any]:
        back_url = reverse("community:organisation", args=[self.organisation.key])
        return {**_shown(self.organisation), "reader": self.reader, "back_url": back_url}
