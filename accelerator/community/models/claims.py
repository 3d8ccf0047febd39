"""Saying « c’est mon organisation » with a proof, and the domains that prove it."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, TruncDate

from accelerator.community.models.organisations import Organisation
from accelerator.community.models.people import Role
from accelerator.community.states import ClaimState, ProofKind
from accelerator.journal.retention import Retention


class EmailDomainQuerySet(models.QuerySet["EmailDomain"]):
    """Sentences about domains."""

    def kept(self) -> "EmailDomainQuerySet":
        """Those that were not removed."""
        return self.filter(removed_at__isnull=True)

    def proving(self) -> "EmailDomainQuerySet":
        """Those that a manager confirmed: an address there proves that one belongs to the organisation."""
        return self.kept().filter(confirmed_at__isnull=False)


class EmailDomain(models.Model):
    """A domain on which the organisation alone gives addresses: added, then confirmed by someone who has one."""

    retention = Retention(
        holds="Les domaines de messagerie que vous avez ajoutés ou confirmés pour une organisation",
        why="Savoir qui a dit qu’une adresse prouve l’appartenance à l’organisation ; sécurité du service.",
        until="La durée du service ; ils ne portent plus de nom après la suppression de votre compte.",
    )

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="email_domains")
    # As it travels: lower case, accents in ASCII (`community.domains`).
    domain = models.CharField(max_length=253)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = EmailDomainQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "domain"],
                condition=Q(removed_at__isnull=True),
                name="email_domain_once",
                violation_error_message="Ce domaine est déjà dans la liste.",
            ),
            models.CheckConstraint(
                name="email_domain_confirmed_by_someone",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                violation_error_message="Un domaine confirmé l’est par quelqu’un.",
            ),
        ]

    def __str__(self) -> str:
        return self.domain


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Sentences about claims."""

    def standing(self) -> "ClaimQuerySet":
        return self.filter(state=ClaimState.STANDING)

    def reversible(self) -> "ClaimQuerySet":
        """Those that may still be reversed; the last day counts, as days go in Paris."""
        return self.standing().filter(reversible_until__gte=TruncDate(Now()))


class Claim(models.Model):
    """Someone proved that they act for an organisation, and manages it since; reversible for 30 days."""

    retention = Retention(
        holds="Vos revendications d’organisations : la preuve, la date, la suite",
        why="Pouvoir annuler une revendication et répondre de ce qui a été décidé ; sécurité du service.",
        until="La durée du service ; la preuve et les motifs sont effacés avec votre compte.",
    )

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="claims")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("état", max_length=10, choices=ClaimState, default=ClaimState.STANDING)
    proof = models.CharField("preuve", max_length=10, choices=ProofKind)
    # The SIRET that ProConnect named, or the confirmed domain.
    evidence = models.CharField(max_length=253)
    role = models.OneToOneField(Role, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField()
    reversible_until = models.DateField()
    # The record as it was: what the claimant changes can be put back. Forgotten once it is too late for that.
    before = models.JSONField(default=dict)
    contested_at = models.DateTimeField(null=True)
    contested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    contest = models.TextField(default="")
    reversed_at = models.DateTimeField(null=True)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(default="")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(state=ClaimState.STANDING),
                name="claim_once",
                violation_error_message="Cette personne a déjà revendiqué cette organisation.",
            ),
            models.CheckConstraint(
                name="claim_reversed_by_someone",
                condition=Q(state=ClaimState.STANDING, reversed_at__isnull=True, reversed_by__isnull=True)
                | (Q(state=ClaimState.REVERSED, reversed_at__isnull=False, reversed_by__isnull=False) & ~Q(reason="")),
                violation_error_message="Une revendication est annulée par quelqu’un, à une date, pour un motif.",
            ),
        ]
        indexes = [models.Index(fields=["state", "reversible_until"], name="claim_desk")]

    def __str__(self) -> str:
        return f"revendication {self.pk}"

    def is_reversible(self, on: date) -> bool:
        """Whether it may still be reversed on a day."""
        return self.state == ClaimState.STANDING and on <= self.reversible_until

    @property
    def proved_by(self) -> str:
        """The proof, in French, to be read after "preuve :"."""
        said = ProofKind(self.proof).said(self.evidence)
        if self.proof == ProofKind.PROCONNECT:
            return f"ProConnect (SIRET {said})"
        return f"une adresse sur le domaine {said}, que l’organisation a confirmé"
