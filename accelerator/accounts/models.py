"""Persons, and what they prove who they are with."""

import secrets

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accelerator.accounts.states import Door, FactorKind, Purpose
from accelerator.journal.retention import Retention


def new_public_id() -> str:
    """An opaque identifier that never changes and tells nothing."""
    return secrets.token_hex(6)


def new_token() -> str:
    """What nobody can guess."""
    return secrets.token_hex(16)


class PersonManager(BaseUserManager["Person"]):
    """Persons; an address is the same whatever its capitals."""

    def with_email(self, email: str) -> "Person":
        """The person known by this address; raises `Person.DoesNotExist`."""
        return self.get(email__iexact=email)


class Person(AbstractBaseUser):
    """Someone with an account."""

    retention = Retention(
        holds="Votre compte : prénom, nom, adresse électronique, version acceptée des conditions d’utilisation",
        why="Vous reconnaître et vous écrire ; exécution des conditions d’utilisation.",
        until="La durée de vie de votre compte, que vous pouvez supprimer à tout moment.",
    )

    password = None  # type: ignore[assignment]  # nobody has one: sign-in is by e-mail code
    last_login = None  # no "last seen" (decision 13)

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    email = models.EmailField("adresse électronique", max_length=254, null=True)
    given_name = models.CharField("prénom", max_length=80, default="", blank=True)
    family_name = models.CharField("nom", max_length=80, default="", blank=True)
    terms_version = models.CharField(max_length=10, default="")
    terms_accepted_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)

    objects = PersonManager()

    USERNAME_FIELD = "public_id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="person_email_unique",
                violation_error_message="Un compte existe déjà avec cette adresse électronique.",
            ),
            models.CheckConstraint(
                name="erased_person_has_no_name",
                condition=Q(erased_at__isnull=True)
                | Q(email__isnull=True, given_name="", family_name="", is_active=False),
                violation_error_message="Un compte effacé ne garde ni nom ni adresse.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """How the person is shown to others: never the address."""
        if self.erased_at:
            return "Compte supprimé"
        return f"{self.given_name} {self.family_name}".strip() or "Personne sans nom affiché"

    @property
    def is_named(self) -> bool:
        """Whether others read a name of theirs."""
        return bool(self.given_name or self.family_name)

    @property
    def naming(self) -> list[str]:
        """The words that name the person and nobody else: the address, the whole name. A first name alone does not."""
        whole = [f"{self.given_name} {self.family_name}", f"{self.family_name} {self.given_name}"]
        return [*([self.email] if self.email else []), *(whole if self.given_name and self.family_name else [])]

    def has_usable_password(self) -> bool:
        return False

    @property
    def actor_key(self) -> str:
        """The person as an actor of the journal."""
        return f"person:{self.pk}"


class Challenge(models.Model):
    """A code sent to an address: typed back in time, it proves the address."""

    retention = Retention(
        holds="Les codes demandés pour entrer : adresse électronique et moment ; le code lui-même n’est pas lisible",
        why="Vérifier que l’adresse est la vôtre ; sécurité du service.",
        until="Un jour.",
    )

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    purpose = models.CharField(max_length=12, choices=Purpose)
    email = models.EmailField(max_length=254)
    # Who changes address; nobody yet when signing in.
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    code_digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(db_index=True)
    proved_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="challenge_proved_before_used",
                condition=Q(used_at__isnull=True) | Q(proved_at__isnull=False),
                violation_error_message="Un code sert après avoir été vérifié.",
            ),
            models.CheckConstraint(
                name="challenge_of_an_account",
                condition=Q(purpose=Purpose.SIGN_IN) ^ Q(person__isnull=False),
                violation_error_message="Seul le code pour entrer se demande sans compte.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.asked_at:%Y-%m-%d %H:%M})"


class ExternalIdentity(models.Model):
    """A person as an identity provider knows them: one `sub` for each place where they work (ProConnect)."""

    retention = Retention(
        holds="Votre identité professionnelle ProConnect : identifiant, adresse, SIRET de l’employeur, fournisseur",
        why="Vous reconnaître quand vous entrez par ProConnect, et prouver pour quelle organisation vous travaillez.",
        until="Tant que vous la laissez liée à votre compte, que vous pouvez en détacher à tout moment.",
    )

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="external_identities")
    issuer = models.URLField(max_length=200)
    sub = models.CharField(max_length=255)
    # What the provider said last, at `attested_at`; empty when it said nothing.
    siret = models.CharField(max_length=14, default="", blank=True)
    email = models.EmailField(max_length=254, default="", blank=True)
    idp_label = models.CharField(max_length=120, default="", blank=True)
    linked_at = models.DateTimeField()
    attested_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "sub"],
                name="external_identity_of_one_person",
                violation_error_message="Cette identité est déjà liée à un compte.",
            ),
            models.CheckConstraint(
                name="external_identity_siret_has_14_digits",
                condition=Q(siret="") | Q(siret__regex=r"^[0-9]{14}$"),
                violation_error_message="Un SIRET a quatorze chiffres.",
            ),
        ]

    def __str__(self) -> str:
        return self.idp_label or self.issuer


class Factor(models.Model):
    """What a person holds besides their mailbox: a passkey, or an application that gives codes."""

    retention = Retention(
        holds="Vos clés d’accès et votre application de codes : nom donné, date, clé publique ou secret chiffré",
        why="Vérifier que c’est bien vous ; sécurité de votre compte.",
        until="Jusqu’à ce que vous les retiriez, ou à la suppression de votre compte.",
    )

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=10, choices=FactorKind)
    name = models.CharField("nom", max_length=60)
    added_at = models.DateTimeField()
    # A passkey: what the authenticator gave when it was made (no secret), and how often it says it has signed.
    credential_id = models.CharField(max_length=1400, null=True, unique=True)
    credential = models.BinaryField(null=True)
    sign_count = models.BigIntegerField(default=0)
    # An application: its secret, readable with the platform's key only, and the last half-minute whose code served.
    secret = models.TextField(default="", blank=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="factor_holds_what_its_kind_needs",
                condition=Q(kind=FactorKind.PASSKEY, credential_id__isnull=False, credential__isnull=False, secret="")
                | (Q(kind=FactorKind.TOTP, credential_id__isnull=True, credential__isnull=True) & ~Q(secret="")),
                violation_error_message="Une clé d’accès a une clé publique, une application a un secret.",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(kind=FactorKind.TOTP),
                name="factor_one_application",
                violation_error_message="Ce compte a déjà une application de codes.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """A code on paper, good once, for who lost every other factor."""

    retention = Retention(
        holds="Vos codes de secours, illisibles, et le moment où l’un d’eux a servi",
        why="Vous laisser entrer quand vous avez perdu votre clé ou votre téléphone.",
        until="Jusqu’à ce que vous en demandiez d’autres, ou que vous retiriez votre dernier second facteur.",
    )

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "digest"], name="recovery_code_unique")]

    def __str__(self) -> str:
        return f"code de secours du {self.made_at:%Y-%m-%d}"


class OpenSession(models.Model):
    """A session that a person opened: by which door, in which browser, when; never when it was last seen
    (decision 13)."""

    retention = Retention(
        holds="Vos connexions ouvertes : moment, façon d’entrer, navigateur",
        why="Vous montrer qui est entré dans votre compte, et vous laisser fermer ce que vous ne reconnaissez pas.",
        until="La durée de la connexion : quatorze jours au plus.",
    )

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    door = models.CharField("façon d’entrer", max_length=12, choices=Door)
    two_factors = models.BooleanField(default=False)
    browser = models.CharField("navigateur", max_length=60)
    opened_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.browser}, {self.opened_at:%Y-%m-%d %H:%M}"
