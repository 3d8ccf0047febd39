"""Claiming an organisation, and what becomes of a claim."""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from accelerator.accounts.clients import is_configured
from accelerator.accounts.proof import with_next
from accelerator.community.domains import domain_of, reason_unproving, said_domain
from accelerator.community.forms import claims as forms
from accelerator.community.forms.people import Confirmation
from accelerator.community.models import Claim, EmailDomain
from accelerator.community.operations import claims as operations
from accelerator.community.queries import claims as reading
from accelerator.community.queries.people import steering_people
from accelerator.community.states import ClaimState
from accelerator.community.views.reports import ModerationOnly
from accelerator.community.views.within import ActWithin, Presenting, Within
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import Crumb
from accelerator.workflow import limits
from accelerator.workflow.dates import DAY, said
from accelerator.workflow.names import in_sentence


def _state(claim: Claim) -> str:
    if claim.state == ClaimState.STANDING and claim.contested_at:
        return "Contestée"
    return str(claim.get_state_display())


def _url(claim: Claim) -> str:
    return reverse("community:claim_made", args=[claim.organisation.key, claim.pk])


def _filtered(rows: QuerySet[Any], state: str | None) -> QuerySet[Any]:
    if state == "contested":
        return rows.filter(state=ClaimState.STANDING, contested_at__isnull=False)
    return rows.filter(state=state) if state else rows


class ClaimPage(Presenting):
    """« C’est mon organisation » : what would prove it, and the button when something does."""

    rule = "community.claim"
    title = "C’est mon organisation"
    template_name = "community/claims/claim.html"
    form_class = Confirmation
    submit_label = "Gérer cette fiche"

    def before(self) -> None:
        key = f"claim:{self.person.actor_key}"
        limits.count_against(key, limit=settings.CLAIMS_PER_PERSON, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> Claim:
        return operations.claim(organisation=self.organisation, by=self.person, at=self.at)

    def message_when_done(self, result: Claim) -> str:
        return (
            f"Vous gérez maintenant la fiche de {in_sentence(self.organisation.name)}. Ses membres et la modération en"
            f" sont avertis ; ils peuvent contester jusqu’au {said(result.reversible_until)}."
        )

    def context(self) -> dict[str, Any]:
        organisation, domain = self.organisation, domain_of(self.person.email)
        proof = reading.proof_of(self.person, organisation, self.at)
        return {
            **super().context(),
            "proof": proof,
            "evidence": proof.kind.said(proof.evidence) if proof else "",
            "former": reading.last_reversed(self.person, organisation),
            "domain": said_domain(domain),
            "unproving": reason_unproving(domain) if domain else None,
            "is_managed": bool(steering_people(organisation)),
            "has_domains": EmailDomain.objects.proving().filter(organisation=organisation).exists(),
            "days": settings.CLAIM_REVERSIBLE_DAYS,
            "join_days": settings.JOIN_ANSWER_DAYS,
            "has_siren": bool(reading.sirens_of(organisation)),
            "proconnect": self._proconnect(),
        }

    def _proconnect(self) -> str:
        """The way to ProConnect and back to this page; none where the platform has no credentials there."""
        if not is_configured():
            return ""
        return with_next(reverse("accounts:proconnect"), self.address("claim"))


# What the lists of claims say of one, beside whose it is.
_LIFE: Final = (
    Column("preuve", "Preuve", lambda one: one.get_proof_display(), sort=("proof",)),
    Column("date", "Faite le", lambda one: one.claimed_at, sort=("claimed_at",), dated=DAY),
    Column("jusqua", "Annulable jusqu’au", lambda one: one.reversible_until, sort=("reversible_until",), dated=DAY),
    Column("etat", "État", _state, sort=("state", "contested_at")),
)


class Claims(Within, ListPage):
    """The claims made on the organisation."""

    rule = "community.see_claims"
    title = "Revendications"
    template_name = "community/claims/claims.html"
    things = ("revendication", "revendications")
    order = "-date"
    export_name = "revendications"
    filter_form = forms.ClaimFilters
    columns = (
        Column(
            "nom",
            "Personne",
            lambda one: one.person.name,
            sort=("person__family_name", "person__given_name"),
            url=_url,
        ),
        *_LIFE,
    )
    empty_title = "Aucune revendication"
    empty_advice = "Quand une personne prouvera que cette organisation est la sienne, vous le lirez ici."

    def context(self) -> dict[str, Any]:
        return {**super().context(), "days": settings.CLAIM_REVERSIBLE_DAYS}

    def rows(self) -> QuerySet[Any]:
        return Claim.objects.filter(organisation=self.organisation).select_related("person", "organisation")

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        return _filtered(rows, values.get("etat"))


class ClaimsDesk(ModerationOnly, ListPage):
    """The claims that a moderator watches over: the contested ones first to be looked at."""

    title = "Revendications"
    things = ("revendication", "revendications")
    order = "-date"
    export_name = "revendications"
    filter_form = forms.ClaimsDeskFilters
    columns = (
        Column(
            "organisation", "Organisation", lambda one: one.organisation.name, sort=("organisation__name",), url=_url
        ),
        Column("nom", "Personne", lambda one: one.person.name, sort=("person__family_name", "person__given_name")),
        *_LIFE,
    )
    empty_title = "Aucune revendication"
    empty_advice = "Quand une personne prouvera qu’une organisation est la sienne, ce sera rangé ici."

    def rows(self) -> QuerySet[Any]:
        return reading.claims_for(self.person)

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        if q := values.get("q"):
            rows = rows.filter(organisation__name__icontains=q)
        return _filtered(rows, values.get("etat"))


class _OnClaim(Within):
    """A page about one claim."""

    rule = "community.see_claims"
    claim: Claim

    def load(self) -> None:
        super().load()
        found = Claim.objects.filter(organisation=self.organisation, pk=self.kwargs["claim"])
        claim = found.select_related("person", "organisation", "contested_by", "reversed_by").first()
        if claim is None:
            raise Http404
        self.claim = claim

    def way_back(self) -> Crumb:
        if super().forbidden():
            return super().way_back()
        return Crumb("Lire la revendication", self.address("claim_made", self.claim.pk))

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "claim": self.claim,
            "claimant": self.claim.person.name,
            "state": _state(self.claim),
        }


class ClaimMade(_OnClaim):
    """One claim: its proof, what the claimant did since, and what can be done about it."""

    template_name = "community/claims/claim_made.html"

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the claim
        return f"Revendication de {self.claim.person.name}"

    @property
    def reverse_url(self) -> str:
        return self.address("reverse_claim", self.claim.pk)

    @property
    def contest_url(self) -> str:
        return self.address("contest_claim", self.claim.pk)

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Revendications", self.address("claims"))]

    def context(self) -> dict[str, Any]:
        claim = self.claim
        may_reverse = reading.reason_against_reversing(self.standing, claim, self.at) is None
        may_contest = reading.reason_against_contesting(self.person, claim, self.at) is None
        return {
            **super().context(),
            "acts": reading.acts_since(claim),
            "changes": reading.changes_since(claim, self.organisation),
            "may_reverse": may_reverse,
            "may_contest": may_contest and not may_reverse,
        }


class ContestClaim(_OnClaim, ActWithin):
    """What the mail leads to: one click, and a few words if one wishes."""

    template_name = "community/claims/contest_claim.html"
    title = "Contester une revendication"
    form_class = forms.Contest
    submit_label = "Contester"
    back = "claims"
    back_label = "Revendications"
    done_message = "La contestation est enregistrée. Les gestionnaires et la modération en sont avertis."

    @property
    def reverse_url(self) -> str:
        return self.address("reverse_claim", self.claim.pk)

    def forbidden(self) -> str | None:
        return super().forbidden() or reading.reason_against_contesting(self.person, self.claim, self.at)

    def perform(self, form: Any) -> Claim:
        return operations.contest(claim=self.claim, words=form.cleaned_data["words"], by=self.person, at=self.at)

    def context(self) -> dict[str, Any]:
        may_reverse = reading.reason_against_reversing(self.standing, self.claim, self.at) is None
        return {**super().context(), "may_reverse": may_reverse}


class ReverseClaim(_OnClaim, ActWithin):
    """End the role that a claim gave, and put back what was changed."""

    template_name = "community/claims/reverse_claim.html"
    title = "Annuler une revendication"
    form_class = forms.Reverse
    submit_label = "Annuler la revendication"
    back = "claims"
    back_label = "Revendications"
    done_message = "La revendication est annulée. Toutes les personnes concernées en sont averties, avec le motif."

    def load(self) -> None:
        super().load()
        self.changes = reading.changes_since(self.claim, self.organisation)

    def forbidden(self) -> str | None:
        return super().forbidden() or reading.reason_against_reversing(self.standing, self.claim, self.at)

    def form_arguments(self) -> dict[str, Any]:
        return {"changes": self.changes}

    def perform(self, form: Any) -> Claim:
        values = form.cleaned_data
        return operations.reverse_claim(
            claim=self.claim, back=values.get("back", []), reason=values["reason"], by=self.person, at=self.at
        )

    def context(self) -> dict[str, Any]:
        return {**super().context(), "kept": [change for change in self.changes if not change.back]}
