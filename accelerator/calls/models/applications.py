"""Applications: what was answered, the pieces, what is asked and written in the file, what is decided."""

from datetime import datetime

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils.timezone import localdate

from accelerator.accounts.models import new_public_id
from accelerator.calls.models.calls import WITH_THE_FILE, Call, CallRole, CallVersion, Wave
from accelerator.calls.states import (
    ALIVE,
    PENDING,
    AppealKind,
    AppealOutcome,
    ApplicationState,
    DecisionKind,
    DecisionOutcome,
    DecisionState,
    Origin,
    Side,
)
from accelerator.journal.retention import Retention
from accelerator.workflow.steps import UnsavedInStep


def next_number(at: datetime) -> str:
    """A number that no other application has, taken from the database's sequence: "2026-000042"."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('calls_application_number')")
        (number,) = cursor.fetchone()
    return f"{localdate(at).year}-{number:06d}"


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Sentences about applications."""

    def submitted(self) -> "ApplicationQuerySet":
        """Those that came to the service, whatever became of them."""
        return self.filter(submitted_at__isnull=False)

    def pending(self) -> "ApplicationQuerySet":
        """Those that wait for an express decision to be told."""
        return self.filter(state__in=PENDING)


class Application(models.Model):
    """A file: someone applies to a call."""

    retention = Retention(
        holds="Vos candidatures aux appels : ce que vous avez répondu, ce qui en a été décidé",
        why="Instruire la demande et répondre de la décision ; mission d’intérêt public.",
        until=WITH_THE_FILE,
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    # "2026-000042", given at submission.
    number = models.CharField("numéro", max_length=20, null=True, unique=True)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    version = models.ForeignKey(CallVersion, on_delete=models.PROTECT, related_name="+")
    wave = models.ForeignKey(Wave, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("état", max_length=12, choices=ApplicationState, default=ApplicationState.DRAFT)
    # Where the file was when a decision was signed, until it is told: what the applicant sees meanwhile.
    decided_from = models.CharField(max_length=12, choices=ApplicationState, default="")
    title = models.CharField("titre", max_length=200)
    # Who began it; on paper nobody may have an account, and `paper` says who wrote.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("community.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    # What the purpose applies with ("projects.project:12"), or nothing.
    subject = models.CharField(max_length=80, default="")
    # {question code: value}. In a draft, those of a question whose condition no longer holds are kept there too.
    answers = models.JSONField(default=dict)
    # {section code: {"by": "person:3", "at": …, "revision": 4}}: who changed what last.
    sections = models.JSONField(default=dict)
    # {question code: {"from": "projects.project:12", "on": "2026-11-02"}}: answers taken from there, untouched since.
    reused = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    # Frozen at submission.
    facts = models.JSONField(default=dict)
    findings = models.JSONField(default=list)

    origin = models.CharField("origine", max_length=8, choices=Origin, default=Origin.ONLINE)
    # {"name": …, "address": …, "email": …}: who wrote, when it came on paper.
    paper = models.JSONField(default=dict)
    begun_at = models.DateTimeField()
    # The day on which the request came: where the legal clock starts.
    received_on = models.DateField("reçue le", null=True)
    submitted_at = models.DateTimeField("déposée le", null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # In what quality: "représentant légal", "par délégation", "en son nom".
    submitted_as = models.CharField(max_length=80, default="")
    complete_on = models.DateField("complète le", null=True)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The day on which silence decides (None: it decides nothing, or not yet), and by when an answer is expected.
    silence_on = models.DateField("silence le", null=True)
    expected_on = models.DateField("réponse attendue le", null=True)
    withdrawn_at = models.DateTimeField(null=True)
    # Since when what was to be told of it could not be, and why: a person takes it up (`operations.aside`).
    aside_at = models.DateTimeField(null=True)
    aside_because = models.TextField(default="")

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="application_has_an_author",
                condition=Q(person__isnull=False) | (Q(origin=Origin.PAPER) & ~Q(paper={})),
                violation_error_message="Une candidature a un auteur, nommé sur le papier s’il n’a pas de compte.",
            ),
            models.CheckConstraint(
                name="submitted_has_number_and_dates",
                condition=Q(state=ApplicationState.DRAFT, number__isnull=True, submitted_at__isnull=True)
                | Q(state=ApplicationState.WITHDRAWN)
                | (
                    ~Q(state=ApplicationState.DRAFT)
                    & Q(number__isnull=False, submitted_at__isnull=False, received_on__isnull=False)
                ),
                violation_error_message="Une candidature déposée a un numéro, une date de réception et de dépôt.",
            ),
            models.CheckConstraint(
                name="decided_remembers_where_from",
                condition=(Q(state=ApplicationState.DECIDED) & ~Q(decided_from=""))
                | (~Q(state=ApplicationState.DECIDED) & Q(decided_from="")),
                violation_error_message="Une décision qui n’est pas notifiée sait où en était la candidature.",
            ),
            models.CheckConstraint(
                name="withdrawn_at_a_date",
                condition=Q(state=ApplicationState.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(state=ApplicationState.WITHDRAWN) & Q(withdrawn_at__isnull=True)),
                violation_error_message="Une candidature est retirée à une date.",
            ),
            models.CheckConstraint(
                name="left_aside_with_a_reason",
                condition=Q(aside_at__isnull=True, aside_because="")
                | (Q(aside_at__isnull=False) & ~Q(aside_because="")),
                violation_error_message="Un dossier est laissé de côté à une date, et l’on dit pourquoi.",
            ),
            models.UniqueConstraint(
                fields=["call", "subject"],
                condition=Q(state__in=ALIVE) & ~Q(subject=""),
                name="one_application_at_a_time",
                violation_error_message="Une candidature est déjà en cours à cet appel pour ce projet.",
            ),
        ]
        indexes = [
            # All that the desk counts and sorts by: the files themselves are not read for it.
            models.Index(
                fields=["call", "state", "submitted_at"],
                include=["id", "officer", "silence_on", "expected_on", "aside_at"],
                name="application_at_the_desk",
            ),
            models.Index(fields=["officer", "state"], name="application_of_officer"),
            models.Index(fields=["person"], name="application_of_person"),
            models.Index(fields=["organisation"], name="application_of_organisation"),
            models.Index(fields=["subject"], name="application_of_subject"),
            models.Index(fields=["silence_on"], condition=Q(state__in=PENDING), name="application_silent"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def told_state(self) -> ApplicationState:
        """The state as the applicant sees it: what is decided is not shown before it is notified."""
        return ApplicationState(self.decided_from or self.state)

    @property
    def to_take_up(self) -> str:
        """Why what was to be told of it could not be, as long as it waits; empty when nothing stops it."""
        return self.aside_because if self.state in PENDING else ""


class UnsavedAnswers(UnsavedInStep):
    """What someone is typing in a section of an application."""

    retention = Retention(
        holds="Les réponses que vous avez commencé à taper dans une candidature sans les enregistrer",
        why="Ne rien perdre d’un long texte quand une session se ferme.",
        until="Jusqu’à ce que vous enregistriez la partie ou l’oubliiez, et au plus 30 jours.",
    )

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    section = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "person", "section"],
                name="unsaved_answers_once",
                violation_error_message="Un seul texte non enregistré par personne et par partie.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.section}"


class Piece(models.Model):
    """A file given in answer to a question, to a request, or with a message."""

    retention = Retention(
        holds="Les fichiers joints à vos candidatures",
        why="Instruire la demande ; mission d’intérêt public.",
        until=WITH_THE_FILE,
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="pieces")
    # The code of the question; empty for a piece that came with a request or a message.
    question = models.CharField(max_length=40, default="")
    file = models.FileField(upload_to="pieces", max_length=200)
    # As the sender called it; never where it is kept.
    name = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    # The media type that its content has.
    kind = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class PiecesRequest(models.Model):
    """What is missing from a file: each piece with its legal basis, and by when (CRPA L114-5)."""

    retention = Retention(
        holds="Les pièces que vous avez demandées à des candidats",
        why="Répondre du temps qui a couru ; obligation légale.",
        until=WITH_THE_FILE,
    )

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="requests")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # [{"name": …, "basis": …}]
    pieces = models.JSONField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    # Answered, or no longer asked (the file is admitted, decided or withdrawn all the same).
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(ended_at__isnull=True),
                name="one_request_at_a_time",
                violation_error_message="Des pièces sont déjà demandées pour cette candidature.",
            ),
            models.CheckConstraint(
                name="request_answered_is_ended",
                condition=Q(answered_at__isnull=True) | Q(ended_at__isnull=False),
                violation_error_message="Une demande de pièces à laquelle il est répondu est close.",
            ),
        ]

    def __str__(self) -> str:
        return f"demande de pièces {self.pk}"


class Exchange(models.Model):
    """A message inside the file, from the applicant to the service or back."""

    retention = Retention(
        holds="Les messages que vous avez écrits dans des candidatures",
        why="Instruire la demande ; mission d’intérêt public.",
        until=WITH_THE_FILE,
    )

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="exchanges")
    side = models.CharField(max_length=10, choices=Side)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    sent_at = models.DateTimeField()
    piece = models.ForeignKey(Piece, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["application", "sent_at"], name="exchange_of_application")]

    def __str__(self) -> str:
        return f"message {self.pk}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Sentences about decisions: their dates tell where they are."""

    def express(self) -> "DecisionQuerySet":
        return self.filter(kind=DecisionKind.EXPRESS)

    def drafted(self) -> "DecisionQuerySet":
        return self.filter(signed_at__isnull=True, kind=DecisionKind.EXPRESS)

    def signed(self) -> "DecisionQuerySet":
        """Signed, not told yet."""
        return self.filter(signed_at__isnull=False, notified_at__isnull=True)

    def notified(self) -> "DecisionQuerySet":
        """Told, and still standing."""
        return self.filter(notified_at__isnull=False, replaced_by__isnull=True)


class Decision(models.Model):
    """What is decided of an application: drafted, signed, notified; or what silence did."""

    retention = Retention(
        holds="Les décisions que vous avez préparées",
        why="Répondre de ce qui a été décidé et par qui ; obligation légale.",
        until=WITH_THE_FILE,
    )

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=8, choices=DecisionKind, default=DecisionKind.EXPRESS)
    outcome = models.CharField("sens", max_length=12, choices=DecisionOutcome)
    # Why, in law and in fact; then what would help the applicant.
    reasons = models.TextField("motifs", default="")
    advice = models.TextField("conseils au candidat", default="")
    # The conditions of the call that are retained as not met, when it is inadmissible: findings, as they were frozen.
    failed = models.JSONField(default=list)
    # What is granted, in cents, when money is.
    cents = models.BigIntegerField(null=True)
    signatory = models.ForeignKey(CallRole, null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    # None when silence decided.
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    notified_at = models.DateTimeField(null=True)
    # The letter as it left.
    letter = models.JSONField(default=dict)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="express_decision_is_signed_with_reasons",
                condition=Q(kind=DecisionKind.IMPLICIT)
                | Q(signed_at__isnull=True, signatory__isnull=True, notified_at__isnull=True)
                | (Q(signed_at__isnull=False, signatory__isnull=False) & ~Q(reasons="")),
                violation_error_message="Une décision est signée par quelqu’un, et motivée.",
            ),
            models.CheckConstraint(
                name="implicit_decision_is_nobodys",
                condition=Q(kind=DecisionKind.EXPRESS, drafted_by__isnull=False)
                | (
                    Q(kind=DecisionKind.IMPLICIT, signatory__isnull=True, drafted_by__isnull=True)
                    & Q(signed_at__isnull=True, notified_at__isnull=False)
                    & ~Q(reasons="")
                ),
                violation_error_message="Une décision implicite n’est de personne, et dit ce que le silence a fait.",
            ),
            models.CheckConstraint(
                name="only_inadmissible_for_a_condition",
                condition=Q(failed=[]) | Q(outcome=DecisionOutcome.INADMISSIBLE),
                violation_error_message="Seule une irrecevabilité retient des conditions non remplies.",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(notified_at__isnull=True),
                name="one_decision_in_preparation",
                violation_error_message="Une décision est déjà en préparation pour cette candidature.",
            ),
            # After an appeal, or after silence, the new decision replaces the one that stood as it is told.
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(notified_at__isnull=False, replaced_by__isnull=True),
                name="one_decision_stands",
                violation_error_message="Une décision a déjà été notifiée pour cette candidature.",
            ),
        ]
        indexes = [models.Index(fields=["outcome", "notified_at"], name="decision_outcome")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} ({self.application_id})"

    @property
    def state(self) -> DecisionState:
        """Where it is, as its dates tell."""
        if self.replaced_by_id:
            return DecisionState.REPLACED
        if self.notified_at:
            return DecisionState.NOTIFIED
        return DecisionState.SIGNED if self.signed_at else DecisionState.DRAFTED


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Sentences about appeals."""

    def in_progress(self) -> "AppealQuerySet":
        """Those that an answer is awaited for: `Appeal.is_in_progress`."""
        return self.filter(answered_at__isnull=True, silent_at__isnull=True)

    def unanswered(self) -> "AppealQuerySet":
        """Those that nobody answered, silence or not: an express answer may still come."""
        return self.filter(answered_at__isnull=True)


class Appeal(models.Model):
    """A decision is contested."""

    retention = Retention(
        holds="Vos recours contre des décisions",
        why="Y répondre et en répondre ; obligation légale.",
        until=WITH_THE_FILE,
    )

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="appeals")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=AppealKind)
    grounds = models.TextField()
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The last day on which an answer comes in time: silence kept until then rejects it.
    due_on = models.DateField()
    # When silence was found to have rejected it; an express answer may still come.
    silent_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=AppealOutcome, default="")

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="appeal_answered_with_reasons",
                condition=Q(answered_at__isnull=True, answer="", outcome="", answered_by__isnull=True)
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="") & ~Q(outcome="")),
                violation_error_message="Un recours reçoit une réponse motivée, de quelqu’un, à une date.",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_at__isnull=True, silent_at__isnull=True),
                name="one_appeal_at_a_time",
                violation_error_message="Un recours est déjà en cours sur cette candidature.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(answered_at__isnull=True, silent_at__isnull=True),
                name="appeal_in_progress",
            )
        ]

    def __str__(self) -> str:
        return f"recours {self.pk}"

    @property
    def is_in_progress(self) -> bool:
        """Nobody answered it, and silence rejected nothing yet."""
        return self.answered_at is None and self.silent_at is None
