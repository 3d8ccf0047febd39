"""What is kept about the person: to see, to take away, to erase."""

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import resolve_url

from accelerator.accounts import forms, operations
from accelerator.accounts.holdings import held_about, holdings
from accelerator.accounts.views.account import AccountPage
from accelerator.accounts.views.doors import Leaves, Recent
from accelerator.design.pages import Page, Unkept
from accelerator.journal.retention import declared_retentions


class Data(AccountPage, Page):
    """What is kept about the person, why, how long; take it away, or delete the account."""

    title = "Mes données personnelles"
    template_name = "accounts/data.html"

    def context(self) -> dict[str, Any]:
        titles = dict.fromkeys(holding.title for holding in holdings())
        return {"retentions": [retention for _, retention in declared_retentions()], "titles": list(titles)}


class Export(AccountPage, Unkept, Page):
    """Everything that each subject holds about the person, in one file."""

    title = "Mes données"

    def answer(self) -> HttpResponseBase:
        content = {
            "service": settings.SITE_NAME,
            "le": self.at,
            "données": held_about(self.person),
        }
        response = JsonResponse(
            content, encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
        response["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
        return response


class Deletion(AccountPage, Recent, Leaves):
    """Delete the account: what it does, what stands in the way, and a box to tick."""

    title = "Supprimer mon compte"
    template_name = "accounts/deletion.html"
    form_class = forms.DeletionForm
    submit_label = "Supprimer mon compte"
    done_message = "Votre compte est supprimé. Un dernier courriel vous le confirme."

    def context(self) -> dict[str, Any]:
        return {"obstacles": [one for holding in holdings() for one in holding.objections(self.person)]}

    def perform(self, form: Any) -> None:
        operations.delete_account(person=self.person, by=self.person, at=self.at)
        logout(self.request)

    def done_url(self, result: None) -> str:
        return resolve_url(settings.LOGOUT_REDIRECT_URL)
