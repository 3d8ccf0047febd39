"""Saying that an organisation has ceased its activity, or resumes it."""

from typing import Any

from accelerator.community.forms import closing as forms
from accelerator.community.models import Organisation
from accelerator.community.operations import closing as operations
from accelerator.community.states import CEASE, REVIVE, OrganisationState
from accelerator.community.views.within import ActWithin


class Cease(ActWithin):
    """It has ceased: shown as such, written to no more."""

    rule = "community.cease"
    title = "L’organisation a cessé son activité"
    template_name = "community/closing/cease.html"
    form_class = forms.Cease
    submit_label = "Dire qu’elle a cessé"
    done_message = "La fiche dit maintenant que l’organisation a cessé son activité. Ses membres en sont avertis."

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        return CEASE.refusal if _ceased(self.organisation) else None

    def perform(self, form: Any) -> Organisation:
        values = form.cleaned_data
        return operations.cease(
            organisation=self.organisation, on=values["on"], reason=values["reason"], by=self.person, at=self.at
        )


class Revive(ActWithin):
    """It acts again."""

    rule = "community.cease"
    title = "L’organisation reprend son activité"
    template_name = "community/closing/revive.html"
    form_class = forms.Revive
    submit_label = "Dire qu’elle reprend"
    done_message = "La fiche dit maintenant que l’organisation est active. Ses membres en sont avertis."

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        return None if _ceased(self.organisation) else REVIVE.refusal

    def perform(self, form: Any) -> Organisation:
        reason = form.cleaned_data["reason"]
        return operations.revive(organisation=self.organisation, reason=reason, by=self.person, at=self.at)


def _ceased(organisation: Organisation) -> bool:
    return organisation.state == OrganisationState.CEASED
