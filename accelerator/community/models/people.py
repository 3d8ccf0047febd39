"""The people of an organisation: roles, invitations, requests to join, delegations, mandates.

The organisation is named by its label, for `organisations` reads this module to say who may see what.
"""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now, TruncDate

from accelerator.community.states import (
    ORGANISATION_ROLES,
    STEERING_ROLES,
    DelegationScope,
    JoinRequestState,
    RoleName,
)
from accelerator.geography.perimeters import Perimeter
from accelerator.journal.retention import Retention


class RoleQuerySet(models.QuerySet["Role"]):
    """Sentences about roles."""

    def current(self) -> "RoleQuerySet":
        return self.filter(ended_at__isnull=True)

    def platform(self) -> "RoleQuerySet":
        return self.filter(organisation__isnull=True)

    def steering(self) -> "RoleQuerySet":
        """Those who may change a record and its people."""
        return self.filter(name__in=STEERING_ROLES)


class Role(models.Model):
    """This person, this role, in this organisation or on the platform, on this perimeter, for a time."""

    retention = Retention(
        holds="Vos rôles dans les organisations et sur la plateforme",
        why="Savoir qui peut agir au nom de qui ; exécution des conditions d’utilisation.",
        until="La durée du service ; à la suppression de votre compte, ils prennent fin et ne portent plus de nom.",
    )

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=16, choices=RoleName)
    organisation = models.ForeignKey(
        "community.Organisation", null=True, on_delete=models.PROTECT, related_name="roles"
    )
    perimeter = ArrayField(models.CharField(max_length=24), default=list)
    perimeter_cover = ArrayField(models.CharField(max_length=24), default=list)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # A legal representative is declared first; the platform confirms it on evidence (docs/rules/roles-et-mandats.md).
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=80, default="")
    # Whether the person agreed that the public page of the organisation names them.
    shown = models.BooleanField(default=False)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name", "organisation"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="role_once",
                violation_error_message="Cette personne a déjà ce rôle.",
            ),
            models.CheckConstraint(
                name="role_in_its_place",
                condition=Q(name__in=ORGANISATION_ROLES, organisation__isnull=False)
                | (~Q(name__in=ORGANISATION_ROLES) & Q(organisation__isnull=True)),
                violation_error_message="Ce rôle s’exerce dans une organisation, ou sur la plateforme, pas l’inverse.",
            ),
            # A representative may do what a manager may, a manager what a member may: one role is enough.
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=Q(ended_at__isnull=True, organisation__isnull=False),
                name="one_role_per_organisation",
                violation_error_message="Cette personne a déjà un rôle dans cette organisation.",
            ),
            models.CheckConstraint(
                name="confirmation_has_author",
                condition=Q(confirmed_at__isnull=True, confirmed_by="")
                | (Q(confirmed_at__isnull=False, name=RoleName.REPRESENTATIVE) & ~Q(confirmed_by="")),
                violation_error_message="Seul un représentant légal est confirmé, par quelqu’un, à une date.",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "person"], name="role_members")]

    def __str__(self) -> str:
        return f"{self.get_name_display()} ({self.person_id})"

    @property
    def quality(self) -> str:
        """The role as it is said to others: of a legal representative, whether the platform confirmed it."""
        if self.name != RoleName.REPRESENTATIVE:
            return str(self.get_name_display())
        return f"{self.get_name_display()} ({'confirmé' if self.confirmed_at else 'déclaré'})"

    @property
    def where(self) -> Perimeter:
        """Where a role on the platform is exercised; empty: everywhere."""
        return Perimeter(tuple(self.perimeter), tuple(self.perimeter_cover))

    @property
    def is_steering(self) -> bool:
        """Whether the role lets one change the record and its people."""
        return self.name in STEERING_ROLES


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Sentences about invitations."""

    def waiting(self) -> "InvitationQuerySet":
        """Neither accepted, declined nor revoked; they may be over."""
        return self.filter(accepted_at__isnull=True, declined_at__isnull=True, revoked_at__isnull=True)

    def open(self, at: datetime) -> "InvitationQuerySet":
        """Those that can still be accepted."""
        return self.waiting().filter(expires_at__gt=at)

    def showing_addresses(self, shown: bool) -> "InvitationQuerySet":
        """With `shown_address`: the address for those who may read it."""
        return self.annotate(shown_address=F("email") if shown else Value("Adresse non affichée"))


class Invitation(models.Model):
    """Someone is invited by e-mail to a role or to a helper's mandate; the link serves once, for that address."""

    retention = Retention(
        holds="Les invitations reçues et envoyées : l’adresse invitée, le rôle proposé",
        why="Vous faire rejoindre une organisation à sa demande ; intérêt légitime.",
        until="La durée du service ; l’adresse est effacée avec votre compte.",
    )

    organisation = models.ForeignKey("community.Organisation", on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=254)
    # Either a role, or the last day of a mandate.
    role = models.CharField(max_length=16, choices=RoleName, default="")
    mandate_until = models.DateField(null=True)
    # Only the digest is kept: the link itself is in the e-mail alone.
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    declined_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organisation",
                "email",
                condition=Q(accepted_at__isnull=True, declined_at__isnull=True, revoked_at__isnull=True),
                name="invitation_once",
                violation_error_message="Une invitation est déjà en cours pour cette adresse.",
            ),
            models.CheckConstraint(
                name="invitation_to_a_role_or_a_mandate",
                condition=(Q(role__in=ORGANISATION_ROLES, mandate_until__isnull=True))
                | Q(role="", mandate_until__isnull=False),
                violation_error_message="On invite à un rôle ou à un mandat.",
            ),
            models.CheckConstraint(
                name="invitation_accepted_by_someone",
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                violation_error_message="Une invitation acceptée l’est par quelqu’un.",
            ),
        ]
        indexes = [models.Index(fields=["email"], name="invitation_email")]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def is_waiting(self) -> bool:
        """Neither accepted, declined nor revoked; it may be over."""
        return not (self.accepted_at or self.declined_at or self.revoked_at)

    @property
    def offer(self) -> str:
        """What is offered, in French, to be read after "en tant que"."""
        return RoleName(self.role).label if self.role else "Accompagnateur, par mandat"


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    """Sentences about requests to join."""

    def open(self) -> "JoinRequestQuerySet":
        return self.filter(state=JoinRequestState.OPEN)

    def overdue(self) -> "JoinRequestQuerySet":
        """Still open past the day by which an answer was expected."""
        return self.open().filter(expected_on__lt=TruncDate(Now()))


class JoinRequest(models.Model):
    """Someone asks to join an organisation; its managers answer, the platform when nobody else can."""

    retention = Retention(
        holds="Vos demandes à rejoindre une organisation",
        why="Les transmettre à ses gestionnaires, à votre demande.",
        until="La durée du service ; votre message est effacé avec votre compte.",
    )

    organisation = models.ForeignKey("community.Organisation", on_delete=models.PROTECT, related_name="join_requests")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=JoinRequestState, default=JoinRequestState.OPEN)
    message = models.TextField(default="")
    asked_at = models.DateTimeField()
    # By when an answer is expected; past it, the platform's moderators may answer.
    expected_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(state=JoinRequestState.OPEN),
                name="join_request_once",
                violation_error_message="Votre demande est déjà en cours d’examen.",
            ),
            models.CheckConstraint(
                name="join_request_answered",
                condition=Q(state=JoinRequestState.OPEN, answered_at__isnull=True)
                | (~Q(state=JoinRequestState.OPEN) & Q(answered_at__isnull=False)),
                violation_error_message="Une demande close l’est à une date.",
            ),
            models.CheckConstraint(
                name="join_request_rejected_with_reason",
                condition=~Q(state=JoinRequestState.REJECTED) | ~Q(answer=""),
                violation_error_message="Un refus est motivé.",
            ),
        ]

    def __str__(self) -> str:
        return f"demande {self.pk}"


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Sentences about delegations."""

    def current(self, on: date) -> "DelegationQuerySet":
        """Those that hold on that day."""
        return self.filter(revoked_at__isnull=True, starts_on__lte=on, ends_on__gte=on)

    def ending_allowed(self, *, all_of_them: bool, person: Any) -> "DelegationQuerySet":
        """With `mine_to_end`: whether this person may end it (the delegate may give it up)."""
        return self.annotate(mine_to_end=Value(True) if all_of_them else Q(delegate=person))


class Delegation(models.Model):
    """The legal representative lets a member submit or sign, for a time (practice: who acts)."""

    retention = Retention(
        holds="Les délégations données et reçues",
        why="Prouver qui pouvait déposer ou signer ; obligation légale.",
        until="La durée du service ; elles ne portent plus de nom après la suppression de votre compte.",
    )

    organisation = models.ForeignKey("community.Organisation", on_delete=models.PROTECT, related_name="delegations")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=8, choices=DelegationScope)
    starts_on = models.DateField()
    ends_on = models.DateField()
    given_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="delegation_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="La délégation finit après avoir commencé.",
            ),
            models.CheckConstraint(
                name="delegation_to_another",
                condition=~Q(giver=F("delegate")),
                violation_error_message="On ne se délègue rien à soi-même.",
            ),
        ]

    def __str__(self) -> str:
        return f"délégation {self.pk}"


class MandateQuerySet(models.QuerySet["Mandate"]):
    """Sentences about mandates."""

    def current(self) -> "MandateQuerySet":
        """Neither revoked nor over; the last day counts, as days go in Paris."""
        return self.filter(revoked_at__isnull=True, ends_on__gte=TruncDate(Now()))

    def ending_allowed(self, *, all_of_them: bool, person: Any) -> "MandateQuerySet":
        """With `mine_to_end`: whether this person may end it (the helper may give it up)."""
        return self.annotate(mine_to_end=Value(True) if all_of_them else Q(helper=person))


class Mandate(models.Model):
    """A helper may fill in the record of an organisation, until revoked or over."""

    retention = Retention(
        holds="Les mandats donnés et reçus pour aider une organisation",
        why="Savoir qui pouvait remplir la fiche de qui ; exécution des conditions d’utilisation.",
        until="La durée du service ; ils prennent fin avec votre compte et ne portent plus de nom.",
    )

    organisation = models.ForeignKey("community.Organisation", on_delete=models.PROTECT, related_name="mandates")
    helper = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ends_on = models.DateField()
    revoked_at = models.DateTimeField(null=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "helper"],
                condition=Q(revoked_at__isnull=True),
                name="mandate_once",
                violation_error_message="Cette personne a déjà un mandat.",
            ),
        ]

    def __str__(self) -> str:
        return f"mandat {self.pk}"
