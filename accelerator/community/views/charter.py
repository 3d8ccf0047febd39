"""The charter of the banner."""

from typing import Any

from accelerator.community import charter
from accelerator.community.forms.charter import AcceptCharterForm, WithdrawCharterForm
from accelerator.community.models import Organisation
from accelerator.community.operations.charter import accept_charter, withdraw_charter
from accelerator.community.views.within import ActWithin
from accelerator.design.pages import Page


class Charter(Page):
    """The text, for all."""

    title = "Charte de la bannière French IMPACT"
    description = "Les engagements des organisations qui se réclament de la bannière French IMPACT."
    public = True
    template_name = "community/charter.html"

    def context(self) -> dict[str, Any]:
        return {"version": charter.VERSION, "since": charter.SINCE}


class AcceptCharter(ActWithin):
    """The text, and its acceptance by the legal representative."""

    title = "Accepter la charte de la bannière"
    rule = "community.accept_charter"
    template_name = "community/accept_charter.html"
    form_class = AcceptCharterForm
    submit_label = "Accepter la charte"
    done_message = "La charte est acceptée. La page publique le dit, sans en faire un label."

    def context(self) -> dict[str, Any]:
        return {**super().context(), "version": charter.VERSION, "since": charter.SINCE}

    def initial(self) -> dict[str, Any]:
        return {"version": charter.VERSION}

    def perform(self, form: Any) -> Organisation:
        version = form.cleaned_data["version"]
        return accept_charter(organisation=self.organisation, version=version, by=self.person, at=self.at)


class WithdrawCharter(ActWithin):
    """The withdrawal."""

    title = "Retirer l’acceptation de la charte"
    rule = "community.accept_charter"
    template_name = "community/withdraw_charter.html"
    form_class = WithdrawCharterForm
    submit_label = "Retirer l’acceptation"
    done_message = "L’acceptation de la charte est retirée."

    def perform(self, form: Any) -> Organisation:
        return withdraw_charter(organisation=self.organisation, by=self.person, at=self.at)
