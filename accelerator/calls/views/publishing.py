"""Before a call is published and after: its conditions tried, its version published or given up, its waves, its end."""

from typing import Any

from django.utils.timezone import localdate

from accelerator.calls.eligibility import Finding, Result, thawed
from accelerator.calls.forms import writing as forms
from accelerator.calls.forms.answering import FactsForm, revision_of
from accelerator.calls.forms.files import Confirmation
from accelerator.calls.models import Application, Call, CallVersion
from accelerator.calls.operations import calls as operations
from accelerator.calls.purposes import Fact
from accelerator.calls.rules.calls import reason_against_discarding
from accelerator.calls.states import ApplicationState
from accelerator.calls.views.writing import OfWriting, Write
from accelerator.design.pages import ActionPage
from accelerator.workflow.numbers import grouped

PAST_FILES = 500


class Simulator(OfWriting):
    """Type facts and see which rules hold; and what the rules would find in past files. Nothing is written."""

    title = "Essayer les conditions"
    template_name = "calls/writing/simulator.html"

    def context(self) -> dict[str, Any]:
        known = self.known
        facts = [known[code] for code in self.eligibility.facts if code in known]
        asked = bool(self.request.GET.get("voir"))
        form = FactsForm(data=self.request.GET if asked else None, facts=facts)
        findings: list[Finding] = []
        if asked and form.is_valid():
            findings = self.eligibility.examine(form.values, known, localdate(self.at))
        return {
            **super().context(),
            "form": form,
            "findings": findings,
            "contradictions": self.eligibility.contradictions(known, localdate(self.at)),
            "past": self._past(known),
            "most": PAST_FILES,
            "back_url": self.address("writing"),
        }

    def _past(self, known: dict[str, Fact]) -> list[tuple[str, int, int, int]]:
        """Of each rule: how many past files fulfil it, do not, or do not say; nobody's file is shown."""
        counts = {item.code: dict.fromkeys(Result, 0) for item in self.eligibility.items}
        past = Application.objects.submitted().filter(call=self.call, received_on__isnull=False).order_by("-pk")
        for facts, received_on in past.values_list("facts", "received_on")[:PAST_FILES]:
            for finding in self.eligibility.examine(thawed(facts, known), known, received_on or localdate(self.at)):
                counts[finding.code][finding.result] += 1
        return [
            (
                item.label,
                counts[item.code][Result.HOLDS],
                counts[item.code][Result.FAILS],
                counts[item.code][Result.UNKNOWN],
            )
            for item in self.eligibility.items
        ]


class Publish(Write):
    """Publish the version, with why; all that stands in its way is said."""

    title = "Publier"
    warns = True
    form_class = forms.PublishForm
    submit_label = "Publier cette version"

    def perform(self, form: Any) -> CallVersion:
        return operations.publish_version(call=self.call, why=form.cleaned_data["why"], by=self.person, at=self.at)

    def message_when_done(self, result: CallVersion) -> str:
        return f"La version {result.number} est publiée."

    def context(self) -> dict[str, Any]:
        drafts = self.call.applications.filter(state=ApplicationState.DRAFT).count()
        words = "Une version publiée ne change plus. "
        if drafts == 1:
            words += "Le brouillon en cours passe à cette version, ses réponses gardées, et son auteur est prévenu ; "
        elif drafts:
            words += (
                f"Les {grouped(drafts)} brouillons en cours passent à cette version, leurs réponses gardées, et leurs "
                "auteurs sont prévenus ; "
            )
        words += "les dossiers déposés se lisent avec la version sous laquelle ils l’ont été."
        return {**super().context(), "words": words}


class Discard(OfWriting, ActionPage):
    """Give up the version in preparation: the published one stays as it is."""

    title = "Abandonner la version en préparation"
    template_name = "calls/writing/form.html"
    form_class = Confirmation
    submit_label = "Abandonner cette version"
    done_message = "La version en préparation est abandonnée ; la version publiée n’a pas changé."

    def forbidden(self) -> str | None:
        return super().forbidden() or reason_against_discarding(self.version)

    def perform(self, form: Any) -> CallVersion:
        seen = revision_of(self.request.POST.get("seen", ""))
        return operations.discard_version(call=self.call, seen=seen, by=self.person, at=self.at)

    def done_url(self, result: CallVersion) -> str:
        return self.address("writing")

    def context(self) -> dict[str, Any]:
        words = (
            f"La version {self.version.number} sera oubliée, avec tout ce qui y a été écrit depuis la version "
            f"{self.version.number - 1}. Les candidatures, qui suivent la version publiée, n’en voient rien."
        )
        return {**super().context(), "back_url": self.address("writing"), "words": words, "seen": self.seen}


class Cancel(Write):
    """Cancel the call, for a reason that is published."""

    title = "Annuler l’appel"
    form_class = forms.CancelForm
    submit_label = "Annuler l’appel"
    done_message = "L’appel est annulé ; celles et ceux qui avaient un dossier sont prévenus."

    def perform(self, form: Any) -> Call:
        return operations.cancel_call(call=self.call, reason=form.cleaned_data["reason"], by=self.person, at=self.at)


class AddWave(Write):
    """The next reading of a permanent call."""

    title = "Fixer une vague"
    warns = True
    form_class = forms.WaveForm
    submit_label = "Fixer la vague"
    done_message = "La vague est fixée, et publiée sur la page de l’appel."

    def perform(self, form: Any) -> Any:
        return operations.set_wave(call=self.call, **form.cleaned_data, by=self.person, at=self.at)
