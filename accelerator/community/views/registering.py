"""Registering an organisation, in two steps: its number, then its record."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from accelerator.community.forms.records import DetailsForm, NumberForm, said_yes_no
from accelerator.community.models import Organisation
from accelerator.community.operations.records import register
from accelerator.community.queries.duplicates import Lookalike, known_by, lookalikes
from accelerator.community.queries.people import steering_people
from accelerator.community.queries.register import values_of
from accelerator.community.queries.suggestions import suggestions_of
from accelerator.community.record import LABELS
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.design.site import search_url
from accelerator.registers.clients import Answer, Unavailable, find_company
from accelerator.registers.identifiers import Identifier, Misread, Scheme, understand
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from accelerator.workflow.limits import count_against

LOOKUPS_AN_HOUR = 60
RECORDS_A_DAY = 20
# What the register answered, kept in the session between the two steps.
KEPT = "register_answers"
KEPT_AT_MOST = 5
AWAY = "away"


class OfNumber:
    """To put before a page about a number: the one of the address, which may be none."""

    request: Any
    person: Any

    def read_number(self) -> Identifier | None:
        """The number of the address; a wrong one is 404, for our own pages only write right ones."""
        text = self.request.GET.get("numero", "")
        if not text:
            return None
        try:
            return understand(text)
        except Misread as misread:
            raise Http404(str(misread)) from misread

    def kept_answer(self, identifier: Identifier | None) -> Any:
        """What the register answered at the first step: an `Answer`, `AWAY`, or None when it was not asked."""
        if identifier is None:
            return None
        kept = self.request.session.get(KEPT, {}).get(identifier.value)
        return Answer.from_json(kept) if isinstance(kept, dict) else kept

    def leading(self, page: str, identifier: Identifier | None) -> str:
        """The address of a page about a number, which keeps where to go back to."""
        kept = {"numero": identifier.value if identifier else "", "suite": self.back_to()}
        asked = {name: value for name, value in kept.items() if value}
        return f"{reverse(page)}?{urlencode(asked)}" if asked else reverse(page)

    def back_to(self) -> str:
        """Where whoever came here to enter an organisation goes on with it: a path of ours, or nothing."""
        path: str = self.request.GET.get("suite", "")
        return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""

    def trail(self) -> list[Crumb]:
        return [Crumb("Annuaire", search_url())]


class Register(OfNumber, ActionPage):
    """The first step: a number, or none yet."""

    title = "Inscrire une organisation"
    template_name = "community/register.html"
    form_class = NumberForm
    submit_label = "Continuer"

    def initial(self) -> dict[str, Any]:
        return {"number": self.request.GET.get("numero", "")[:60]}

    def context(self) -> dict[str, Any]:
        """`fictitious`: the demonstration's register answers, and knows fictitious numbers."""
        local = urlsplit(settings.COMPANY_REGISTER_URL).hostname == "127.0.0.1"
        return {
            "fictitious": local and getattr(settings, "DEMONSTRATION", False),
            "details_url": self.leading("community:register_details", None),
        }

    def make_form(self, **bound: Any) -> Any:
        self.form = super().make_form(**bound)
        return self.form

    def before(self) -> None:
        """Ask the register, outside of any transaction: nobody else waits for it."""
        key = f"register-lookup:{self.person.actor_key}"
        count_against(key, limit=LOOKUPS_AN_HOUR, per=timedelta(hours=1), at=self.at)
        identifier = self.form.cleaned_data["number"]
        if identifier.scheme == Scheme.AMALIA or known_by(identifier):
            return
        try:
            answer = find_company(identifier, at=self.at)
        except Unavailable:
            self._keep(identifier, AWAY)
            return
        company = answer.company
        if company and identifier.scheme == Scheme.SIRET and not company.establishment(identifier.value):
            raise Refused(
                "Le registre connaît cette entreprise, mais pas cet établissement : vérifiez les cinq derniers"
                f" chiffres, ou tapez seulement le SIREN ({identifier.siren}).",
                field="number",
            )
        self._keep(identifier, answer.as_json())

    def _keep(self, identifier: Identifier, answer: Any) -> None:
        kept = {
            number: said for number, said in self.request.session.get(KEPT, {}).items() if number != identifier.value
        }
        while len(kept) >= KEPT_AT_MOST:
            kept.pop(next(iter(kept)))
        self.request.session[KEPT] = {**kept, identifier.value: answer}

    def perform(self, form: Any) -> Identifier:
        """Nothing is written yet: the number leads to the next step."""
        identifier: Identifier = form.cleaned_data["number"]
        return identifier

    def done_url(self, result: Identifier) -> str:
        return self.leading(
            "community:already_registered" if known_by(result) else "community:register_details", result
        )


class AlreadyRegistered(OfNumber, Page):
    """The record that bears the number already, and what can be done with it."""

    title = "Cette organisation est déjà inscrite"
    template_name = "community/already_registered.html"

    def load(self) -> None:
        self.identifier = self.read_number()
        found = known_by(self.identifier) if self.identifier else None
        if found is None:
            raise Http404
        visible = Organisation.objects.visible_to(self.person).filter(pk=found.pk).exists()
        self.organisation = found if visible else None

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Inscrire une organisation", reverse("community:register"))]

    def context(self) -> dict[str, Any]:
        organisation = self.organisation
        is_managed = organisation is not None and bool(steering_people(organisation))
        return {"identifier": self.identifier, "organisation": organisation, "is_managed": is_managed}


class RegisterDetails(OfNumber, ActionPage):
    """The second step: the record."""

    title = "La fiche de l’organisation"
    template_name = "community/register_details.html"
    form_class = DetailsForm
    submit_label = "Inscrire l’organisation"
    close: Sequence[Lookalike] = ()

    def load(self) -> None:
        self.identifier = self.read_number()
        kept = self.kept_answer(self.identifier)
        self.is_away = kept == AWAY
        self.answer_of_register: Answer | None = None if kept == AWAY else kept
        self.company = self.answer_of_register.company if self.answer_of_register else None
        found = self.company.establishment(self.identifier.value) if self.company and self.identifier else None
        self.given = values_of(self.company, found) if self.company else {}
        self.known = known_by(self.identifier) if self.identifier else None

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Inscrire une organisation", reverse("community:register"))]

    def initial(self) -> dict[str, Any]:
        given = {name: self.given[name] for name in self.given if name in DetailsForm.base_fields}
        if "is_ess" in given:
            given["is_ess"] = said_yes_no(given["is_ess"])
        return given

    def form_arguments(self) -> dict[str, Any]:
        unsure = bool(self.identifier and self.identifier.siren and not self.company)
        return {"origins": self._origins(), "asks_natural_person": unsure, "resembles": bool(self.close)}

    def make_form(self, **bound: Any) -> Any:
        """The form; the records that resemble are looked for with the name and the place typed, or those given."""
        if "data" not in bound:
            self.close = lookalikes(self.given.get("name", ""), self.given.get("seat"))
            return super().make_form()
        draft = super().make_form(**bound)
        draft.is_valid()
        self.close = lookalikes(draft.cleaned_data.get("name", ""), draft.cleaned_data.get("seat"))
        return super().make_form(**bound) if self.close else draft

    def _origins(self) -> dict[str, str]:
        if self.answer_of_register is None:
            return {}
        read = said(self.answer_of_register.read_at)
        sentence = f"Source : registre des entreprises, lu le {read}."
        if self.answer_of_register.is_from_file:
            sentence = f"Source : fichier Sirene du {read}."
        return dict.fromkeys((name for name in self.given if name in DetailsForm.base_fields), sentence)

    def context(self) -> dict[str, Any]:
        visible = Organisation.objects.visible_to(self.person)
        known = visible.filter(pk=self.known.pk).first() if self.known else None
        return {
            "identifier": self.identifier,
            "answer": self.answer_of_register,
            "company": self.company,
            "is_away": self.is_away,
            "known": known,
            "is_known": self.known is not None,
            "close": self.close,
            "also_read": [
                (LABELS[name], said(value) if isinstance(value, date) else value)
                for name, value in self.given.items()
                if name in ("activity_code", "created_on", "rna")
            ],
        }

    def before(self) -> None:
        key = f"register:{self.person.actor_key}"
        count_against(key, limit=RECORDS_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> Organisation:
        said = form.cleaned_data
        return register(
            values=form.values,
            identifier=self.identifier,
            answer=self.answer_of_register,
            is_representative=said["is_representative"],
            accepts_charter=said["accepts_charter"],
            is_natural_person=said.get("is_natural_person", False),
            is_another=said.get("is_another", False),
            esus=form.esus,
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Organisation) -> str:
        """Where one came from, with the organisation; else its record, or first the themes that its text suggests."""
        if back := self.back_to():
            return f"{back}{'&' if '?' in back else '?'}{urlencode({'organisation': result.public_id})}"
        page = "community:themes" if suggestions_of([result])[result.pk] else "community:organisation"
        return reverse(page, args=[result.key])

    def message_when_done(self, result: Organisation) -> str:
        if result.publishable:
            return f"La fiche « {result.name} » est inscrite : on la trouve dès maintenant dans l’annuaire."
        return f"La fiche « {result.name} » est inscrite. Elle reste privée : vous seul et la plateforme la voyez."
