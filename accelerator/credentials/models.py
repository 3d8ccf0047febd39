"""Public halves of the keys, status lists, and what was attested: what must survive whatever signs it."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accelerator.credentials import bitstrings


class SigningKey(models.Model):
    """A key that signs, or signed: its public half and its time. The private half is a file (`keys`)."""

    name = models.CharField(max_length=60, unique=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    # From when someone else may have been signing with it.
    compromised_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["until"],
                condition=Q(until__isnull=True),
                nulls_distinct=False,
                name="one_key_signs",
                violation_error_message="Une clé signe déjà.",
            ),
            models.CheckConstraint(
                name="key_ends_after_it_began",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                violation_error_message="Une clé finit de signer après avoir commencé.",
            ),
            models.CheckConstraint(
                name="compromised_key_signs_no_more",
                condition=Q(compromised_at__isnull=True) | Q(until__isnull=False),
                violation_error_message="Une clé qui n’est plus sûre ne signe plus.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StatusList(models.Model):
    """Which bits of a list are taken; those that are raised are read from the credentials themselves."""

    number = models.PositiveIntegerField(primary_key=True)
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="status_list_holds_its_bits",
                condition=Q(taken__lte=bitstrings.LENGTH),
                violation_error_message="Une liste ne tient pas plus d’attestations que de bits.",
            )
        ]

    def __str__(self) -> str:
        return str(self.number)


class Credential(models.Model):
    """What was attested, of what, and what became of it."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # The key of the thing in the journal: "labels.label:12".
    about = models.CharField(max_length=80)
    claims = models.JSONField()
    issued_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="credentials")
    index = models.PositiveIntegerField()
    suspended_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["status_list", "index"],
                name="one_credential_a_bit",
                violation_error_message="Deux attestations ne partagent pas un bit.",
            ),
            models.UniqueConstraint(
                fields=["about"],
                condition=Q(revoked_at__isnull=True),
                name="one_living_credential",
                violation_error_message="Une chose n’a qu’une attestation en vigueur.",
            ),
            models.CheckConstraint(
                name="credential_bit_is_in_the_list",
                condition=Q(index__lt=bitstrings.LENGTH),
                violation_error_message="Le bit d’une attestation est dans sa liste.",
            ),
            models.CheckConstraint(
                name="credential_ends_after_it_began",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                violation_error_message="Une attestation finit après avoir commencé.",
            ),
        ]
        indexes = [
            models.Index(fields=["about"], name="credential_about"),
            models.Index(
                fields=["status_list"],
                condition=Q(suspended_at__isnull=False) | Q(revoked_at__isnull=False),
                name="credential_raised",
            ),
        ]
        triggers = [
            # What was attested does not change, and what was withdrawn does not come back.
            pgtrigger.Trigger(
                name="attested_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE'
                       AND to_jsonb(NEW) - 'suspended_at' - 'revoked_at'
                           = to_jsonb(OLD) - 'suspended_at' - 'revoked_at'
                       AND (OLD.revoked_at IS NULL OR NEW.revoked_at = OLD.revoked_at) THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'what was attested does not change' USING ERRCODE = 'restrict_violation';
                """,
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)
