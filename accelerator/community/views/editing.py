"""Changing a record: its sections, its confirmations, its return to the register."""

from datetime import timedelta
from typing import Any

from django.http import Http404
from django.urls import reverse

from accelerator.community.forms import records as forms
from accelerator.community.models import Organisation
from accelerator.community.operations.records import change, confirm, take_from_register
from accelerator.community.queries import organisation as reading
from accelerator.community.queries.register import Difference, contradictions_of, differences, said
from accelerator.community.queries.suggestions import suggestions_of
from accelerator.community.record import LABELS, SECTIONS
from accelerator.community.views.within import ActWithin, Within
from accelerator.design.forms import Form
from accelerator.registers.clients import Answer, Unavailable, find_company
from accelerator.registers.identifiers import Identifier, Scheme
from accelerator.workflow import Refused
from accelerator.workflow.limits import count_against
from accelerator.workflow.prints import print_of

FORMS: dict[str, type[Form]] = {
    "identite": forms.Identity,
    "presentation": forms.Presentation,
    "themes-et-territoires": forms.Scope,
    "liens": forms.Links,
}
REFRESHES_AN_HOUR = 20
NO_SIREN = "Cette organisation n’a pas de SIREN : le registre ne la connaît pas."
KEPT = "register_refresh"


class Edit(Within):
    """The record, section by section, each value with its source and its date."""

    title = "Modifier la fiche"
    rule = "community.edit_record"
    template_name = "community/edit.html"

    def context(self) -> dict[str, Any]:
        organisation = self.organisation
        themes, territories = reading.themes_of(organisation), reading.territories_of(organisation)
        values = {value.name: value for value in reading.values_of(organisation, themes, territories)}
        contradicted = {one.name: one for one in contradictions_of([organisation]).get(organisation.pk, [])}
        sections = [
            {
                "code": code,
                "title": section.title,
                "url": self.address("edit_section", code),
                "values": [
                    (values.get(name) or self._not_public(name), contradicted.get(name)) for name in section.fields
                ],
            }
            for code, section in SECTIONS.items()
        ]
        return {
            **super().context(),
            "sections": sections,
            "confirmable": set(values) & set(LABELS),
            "suggestions": suggestions_of([organisation])[organisation.pk] if self.may["decide_themes"] else [],
            "answer_url": self.address("themes"),
        }

    def _not_public(self, name: str) -> reading.Value:
        """A value that the public page does not show as such: those who edit it read it."""
        value = getattr(self.organisation, name)
        return reading.Value(
            name=name,
            label=LABELS[name].capitalize(),
            text=said(name, value) if value else reading.UNKNOWN,
            known=bool(value),
            origin=reading.origin_of(self.organisation, name) if value else None,
        )


class _OfEditing(ActWithin):
    """A page reached from the record being changed."""

    rule = "community.edit_record"
    back = "edit"
    back_label = "Modifier la fiche"

    def done_url(self, result: Organisation) -> str:
        return reverse("community:edit", args=[result.key])


class EditSection(_OfEditing):
    """One section. Someone else may be changing it too: the second is told what changed."""

    template_name = "community/edit_section.html"
    done_message = "La fiche est à jour."

    def load(self) -> None:
        super().load()
        if self.kwargs["section"] not in SECTIONS:
            raise Http404
        self.section = SECTIONS[self.kwargs["section"]]
        self.form_class = FORMS[self.section.code]
        self.title = f"Modifier : {self.section.title.lower()}"

    def initial(self) -> dict[str, Any]:
        values = {name: getattr(self.organisation, name) for name in self.section.fields}
        for fact in ("is_ess", "is_esus"):
            if fact in values:
                values[fact] = forms.said_yes_no(values[fact])
        if "is_esus" in values and values["is_esus"] == "oui":
            entry = self.organisation.provenance.get("is_esus", {})
            values["esus_on"], values["esus_url"] = entry.get("on"), entry.get("url", "")
        return values

    def context(self) -> dict[str, Any]:
        prints = {name: print_of(getattr(self.organisation, name)) for name in self.section.fields}
        return {**super().context(), "prints": prints.items()}

    def perform(self, form: Any) -> Organisation:
        return change(
            organisation=self.organisation,
            section=self.section.code,
            values=form.values,
            seen={name: self.request.POST.get(f"seen_{name}", "") for name in self.section.fields},
            esus=form.esus if self.section.code == "identite" else None,
            by=self.person,
            at=self.at,
        )


class Confirm(_OfEditing):
    """« Je confirme » : one value."""

    title = "Confirmer une valeur"
    template_name = "community/confirm.html"
    form_class = forms.ConfirmForm
    submit_label = "Je confirme"
    done_message = "La valeur est confirmée : aucun registre ne la remplacera."

    def load(self) -> None:
        super().load()
        values = reading.values_of(
            self.organisation, reading.themes_of(self.organisation), reading.territories_of(self.organisation)
        )
        found = {value.name: value for value in values if value.known and value.name in LABELS}
        if self.kwargs["name"] not in found:
            raise Http404
        self.value = found[self.kwargs["name"]]

    def initial(self) -> dict[str, Any]:
        return {"name": self.value.name}

    def context(self) -> dict[str, Any]:
        return {**super().context(), "value": self.value}

    def perform(self, form: Any) -> Organisation:
        return confirm(organisation=self.organisation, name=self.value.name, by=self.person, at=self.at)


class AskRegister(_OfEditing):
    """« Actualiser depuis le registre » : ask it, then show what differs."""

    title = "Actualiser depuis le registre"
    template_name = "community/ask_register.html"
    form_class = Form
    submit_label = "Interroger le registre"

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        return None if self.organisation.siren else NO_SIREN

    def before(self) -> None:
        key = f"register-refresh:{self.person.actor_key}"
        count_against(key, limit=REFRESHES_AN_HOUR, per=timedelta(hours=1), at=self.at)
        try:
            answer = find_company(Identifier(Scheme.SIREN, self.organisation.siren or ""), at=self.at)
        except Unavailable as away:
            raise Refused("Le registre des entreprises ne répond pas : réessayez dans quelques minutes.") from away
        if answer.company is None:
            raise Refused("Le registre des entreprises ne connaît pas ce numéro : signalez l’erreur à la modération.")
        self.request.session[KEPT] = {self.organisation.siren: answer.as_json()}

    def perform(self, form: Any) -> Organisation:
        """Nothing is written: the differences are shown first."""
        return self.organisation

    def done_url(self, result: Organisation) -> str:
        return self.address("refresh_record")


class RefreshRecord(_OfEditing):
    """The values that differ, before any is replaced."""

    title = "Ce que dit le registre"
    template_name = "community/refresh_record.html"
    form_class = forms.RefreshForm
    submit_label = "Appliquer"
    done_message = "La fiche est à jour, et son identité vérifiée dans le registre."

    def load(self) -> None:
        super().load()
        kept = self.request.session.get(KEPT, {}).get(self.organisation.siren)
        if kept is None:
            raise Http404
        self.register_answer = Answer.from_json(kept)
        company = self.register_answer.company
        self.differences: list[Difference] = differences(self.organisation, company) if company else []

    def form_arguments(self) -> dict[str, Any]:
        offered = [
            (one.name, f"{one.label.capitalize()} : {one.after} (au lieu de : {one.before})")
            for one in self.differences
            if not one.kept
        ]
        return {"offered": offered}

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "answer": self.register_answer,
            "kept": [one for one in self.differences if one.kept],
            "differences": self.differences,
        }

    def perform(self, form: Any) -> Organisation:
        return take_from_register(
            organisation=self.organisation,
            answer=self.register_answer,
            taken=form.cleaned_data.get("taken", []),
            by=self.person,
            at=self.at,
        )
