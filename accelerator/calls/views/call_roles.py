"""Who does what in a call: roles given and ended."""

from datetime import timedelta
from typing import Any

from django.http import Http404

from accelerator.calls.forms import writing as forms
from accelerator.calls.forms.files import Confirmation
from accelerator.calls.models import CallRole
from accelerator.calls.operations import calls as operations
from accelerator.calls.states import CallRoleName
from accelerator.calls.views.writing import Write, account_of
from accelerator.workflow.limits import count_against

ROLES_A_DAY = 60


class People(Write):
    """Who does what in the call."""

    title = "Les personnes de l’appel"
    rule = "calls.appoint"
    template_name = "calls/writing/people.html"
    form_class = forms.RoleForm
    submit_label = "Donner ce rôle"

    def before(self) -> None:
        key = f"calls-roles:{self.person.actor_key}"
        count_against(key, limit=ROLES_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> CallRole:
        values = form.cleaned_data
        return operations.give_role(
            call=self.call,
            person=account_of(values["email"]),
            name=CallRoleName(values["name"]),
            perimeter=values["where"] if values["name"] == CallRoleName.OFFICER else None,
            act=form.act,
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: CallRole) -> str:
        return f"{result.person.name} : {result.get_name_display().lower()}."

    def done_url(self, result: CallRole) -> str:
        return self.address("people")

    def context(self) -> dict[str, Any]:
        roles = CallRole.objects.current().filter(call=self.call).select_related("person")
        return {**super().context(), "roles": list(roles.order_by("name", "pk"))}


class EndRole(Write):
    """End a role in the call."""

    title = "Retirer un rôle"
    rule = "calls.appoint"
    form_class = Confirmation
    submit_label = "Retirer le rôle"
    done_message = "Le rôle est retiré."

    def load(self) -> None:
        super().load()
        roles = CallRole.objects.current().filter(call=self.call).select_related("person", "call")
        found = roles.filter(pk=self.kwargs["role"]).first()
        if found is None:
            raise Http404
        self.role = found
        self.words = f"{found.person.name} ne sera plus « {found.get_name_display().lower()} » de cet appel."

    def perform(self, form: Any) -> CallRole:
        return operations.end_role(role=self.role, by=self.person, at=self.at)

    def done_url(self, result: CallRole) -> str:
        return self.address("people")
