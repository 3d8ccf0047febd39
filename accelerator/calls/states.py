"""Choices and tables of the calls: the leaf."""

from typing import Final

from django.db import models

from accelerator.workflow.transitions import Transition


class CallState(models.TextChoices):
    """The life of a call. Open or closed is not a state: it is compared with a moment."""

    DRAFT = "draft", "En préparation"
    PUBLISHED = "published", "Publié"
    CANCELLED = "cancelled", "Annulé"


PUBLISH_CALL: Final = Transition(
    "publish",
    frozenset({CallState.DRAFT.value}),
    CallState.PUBLISHED,
    "calls.call_published",
    "Cet appel est déjà publié, ou a été annulé.",
)
CANCEL_CALL: Final = Transition(
    "cancel",
    frozenset({CallState.DRAFT.value, CallState.PUBLISHED.value}),
    CallState.CANCELLED,
    "calls.call_cancelled",
    "Cet appel est déjà annulé.",
)


class Nature(models.TextChoices):
    """What a call of ours is worth: a fact of the past, an example, or what is proposed for want of better."""

    REAL = "real", "Appel réel"
    FACT = "fact", "Fait public et sourcé"
    DEMONSTRATION = "demonstration", "Démonstration"


class IssuerKind(models.TextChoices):
    """Who issues the call: it decides whether the code of relations with the public applies."""

    STATE = "state", "État"
    COLLECTIVITE = "collectivite", "Collectivité territoriale"
    PUBLIC = "public", "Autre personne publique"
    ASSOCIATION = "association", "Association"
    PRIVATE = "private", "Personne privée"


class Silence(models.TextChoices):
    """What silence does, kept long enough by whoever has to answer."""

    REJECTION = "rejection", "Le silence vaut rejet"
    ACCEPTANCE = "acceptance", "Le silence vaut acceptation"
    NONE = "none", "Le silence ne décide rien"


class CallRoleName(models.TextChoices):
    """What one does for a call."""

    AUTHOR = "author", "Auteur de l’appel"
    OFFICER = "officer", "Instructeur"
    SIGNATORY = "signatory", "Signataire"
    CHAIR = "chair", "Président de commission"


class Origin(models.TextChoices):
    """How an application came."""

    ONLINE = "online", "Déposée en ligne"
    PAPER = "paper", "Reçue sur papier"


class Side(models.TextChoices):
    """Who writes in a file: the applicant, or the service."""

    APPLICANT = "applicant", "Le candidat"
    SERVICE = "service", "Le service"


class ApplicationState(models.TextChoices):
    """The life of an application."""

    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "Déposée"
    INCOMPLETE = "incomplete", "Pièces demandées"
    ADMISSIBLE = "admissible", "Recevable"
    REVIEW = "review", "En instruction"
    HEARING = "hearing", "En audition"
    DECIDED = "decided", "Décidée"
    NOTIFIED = "notified", "Notifiée"
    APPEALED = "appealed", "Recours en cours"
    WITHDRAWN = "withdrawn", "Retirée"


_S = ApplicationState
# Where a decision may be taken from, and go back to when it is undone.
DECIDABLE: Final = (_S.SUBMITTED, _S.INCOMPLETE, _S.ADMISSIBLE, _S.REVIEW, _S.HEARING)
# What waits for the service: silence runs against it.
PENDING: Final = (*DECIDABLE, _S.DECIDED)
# An applicant has one file at a time for one subject: these are not over.
ALIVE: Final = (_S.DRAFT, *PENDING, _S.APPEALED)


def _passage(name: str, sources: tuple[str, ...], target: str, event: str, refusal: str) -> Transition:
    return Transition(name, frozenset(str(source) for source in sources), target, event, refusal)


SUBMIT: Final = _passage(
    "submit",
    (_S.DRAFT,),
    _S.SUBMITTED,
    "calls.submitted",
    "Cette candidature n’est plus un brouillon : elle a été déposée.",
)
ENTER: Final = _passage(
    "enter", (_S.DRAFT,), _S.SUBMITTED, "calls.received_on_paper", "Ce dossier est déjà enregistré."
)
ASK_PIECES: Final = _passage(
    "ask_pieces",
    (_S.SUBMITTED,),
    _S.INCOMPLETE,
    "calls.pieces_asked",
    "Des pièces ne se demandent que pour une candidature déposée dont la complétude est examinée.",
)
GIVE_PIECES: Final = _passage(
    "give_pieces",
    (_S.INCOMPLETE,),
    _S.SUBMITTED,
    "calls.pieces_given",
    "Aucune pièce n’est demandée pour cette candidature.",
)
ADMIT: Final = _passage(
    "admit",
    (_S.SUBMITTED, _S.INCOMPLETE),
    _S.ADMISSIBLE,
    "calls.admitted",
    "Seule une candidature déposée est déclarée recevable.",
)
BEGIN_REVIEW: Final = _passage(
    "begin_review",
    (_S.ADMISSIBLE,),
    _S.REVIEW,
    "calls.review_begun",
    "L’instruction commence sur une candidature recevable.",
)
HEAR: Final = _passage("hear", (_S.REVIEW,), _S.HEARING, "calls.hearing_set", "Une audition suit l’instruction.")
DECIDE: Final = _passage(
    "decide",
    DECIDABLE,
    _S.DECIDED,
    "calls.decided",
    "Cette candidature n’attend pas de décision : elle en a une, ou est close.",
)
# A decision that is not told is undone: the file goes back where it was.
UNDO: Final = {
    str(source): _passage(
        "undo",
        (_S.DECIDED,),
        source,
        "calls.decision_undone",
        "Cette décision a été notifiée : elle ne se défait plus.",
    )
    for source in DECIDABLE
}
NOTIFY: Final = _passage(
    "notify", (_S.DECIDED,), _S.NOTIFIED, "calls.notified", "Seule une décision signée est notifiée."
)
# What silence decided is contested too, and leaves the file where it was: its examination goes on (`PENDING`).
APPEAL: Final = _passage(
    "appeal",
    (_S.NOTIFIED,),
    _S.APPEALED,
    "calls.appealed",
    "Un recours porte sur une décision notifiée, un à la fois.",
)
NO_APPEAL: Final = "Aucun recours n’attend de réponse sur cette candidature."
REJECT_APPEAL: Final = _passage("reject_appeal", (_S.APPEALED,), _S.NOTIFIED, "calls.appeal_silent", NO_APPEAL)
# Answered, in time or after silence rejected it: an express answer takes the place of silence's.
UPHOLD: Final = _passage("uphold", (_S.APPEALED, _S.NOTIFIED), _S.NOTIFIED, "calls.decision_upheld", NO_APPEAL)
RECONSIDER: Final = _passage(
    "reconsider", (_S.APPEALED, _S.NOTIFIED), _S.REVIEW, "calls.decision_reconsidered", NO_APPEAL
)
# Decided is not told yet: for the applicant the file is still examined, and may be withdrawn.
WITHDRAW: Final = _passage(
    "withdraw",
    (_S.DRAFT, *PENDING),
    _S.WITHDRAWN,
    "calls.withdrawn",
    "Cette candidature a reçu sa décision, ou est déjà retirée.",
)
TRANSITIONS: Final = (
    *(SUBMIT, ENTER, ASK_PIECES, GIVE_PIECES, ADMIT, BEGIN_REVIEW, HEAR, DECIDE, *UNDO.values(), NOTIFY),
    *(APPEAL, REJECT_APPEAL, UPHOLD, RECONSIDER, WITHDRAW),
)


class LotAct(models.TextChoices):
    """What is done to several files at once; the codes are in the addresses of the desk."""

    TAKE = "prendre", "Prendre ces dossiers"
    ADMIT = "recevables", "Déclarer recevables"
    BEGIN_REVIEW = "instruction", "Ouvrir l’instruction"
    ASK_OPINION = "avis", "Demander un avis"


class LetterAct(models.TextChoices):
    """What is done to several letters of a call at once; the first writes them."""

    DRAFT = "preparation", "Préparer des décisions"
    SIGN = "signature", "Signer des courriers"
    NOTIFY = "notification", "Notifier des décisions"


class LotState(models.TextChoices):
    """Where a lot is: told by its dates, not stored."""

    WAITING = "waiting", "En attente"
    RUNNING = "running", "En cours"
    LOST = "lost", "Interrompu"
    ENDED = "ended", "Terminé"


class DecisionKind(models.TextChoices):
    """A decision is said, or is what silence did."""

    EXPRESS = "express", "Décision expresse"
    IMPLICIT = "implicit", "Décision implicite"


class DecisionOutcome(models.TextChoices):
    """What is decided. Never "qualifié" in the absolute."""

    RETAINED = "retained", "Retenu à l’appel"
    DEEPEN = "deepen", "À approfondir"
    REJECTED = "rejected", "Non retenu"
    INADMISSIBLE = "inadmissible", "Irrecevable"


class DecisionState(models.TextChoices):
    """Where a decision is: told by its dates, not stored."""

    DRAFTED = "drafted", "Projet"
    SIGNED = "signed", "Signée"
    NOTIFIED = "notified", "Notifiée"
    REPLACED = "replaced", "Remplacée"


class AppealKind(models.TextChoices):
    """Before whom a decision is contested."""

    GRACIEUX = "gracieux", "Recours gracieux"
    HIERARCHIQUE = "hierarchique", "Recours hiérarchique"
    CONTENTIEUX = "contentieux", "Recours contentieux"


class AppealOutcome(models.TextChoices):
    """How an appeal ended."""

    UPHELD = "upheld", "Décision maintenue"
    RECONSIDERED = "reconsidered", "Dossier repris"
    # What silence decided is answered by a decision, not by a letter that keeps nobody's decision.
    REPLACED = "replaced", "Décision expresse rendue"
    WITHDRAWN = "withdrawn", "Candidature retirée"


class OpinionSense(models.TextChoices):
    """What a service that was asked thinks of a file."""

    FAVOURABLE = "favourable", "Favorable"
    RESERVED = "reserved", "Favorable avec réserves"
    UNFAVOURABLE = "unfavourable", "Défavorable"
    NONE = "none", "Ne se prononce pas"


class OpinionState(models.TextChoices):
    """Where an opinion that was asked is: told by its dates and by its file, not stored."""

    ASKED = "asked", "Attendu"
    LATE = "late", "Non rendu dans le délai"
    ANSWERED = "answered", "Rendu"
    WITHDRAWN = "withdrawn", "Demande retirée"
    # The file was decided, or withdrawn, before the day on which it was awaited.
    PASSED = "passed", "Plus attendu"


class FactKind(models.TextChoices):
    """The type of a fact, or of what a question asks."""

    NUMBER = "number", "Nombre"
    MONEY = "money", "Montant"
    DATE = "date", "Date"
    TEXT = "text", "Texte"
    YES_NO = "yes_no", "Oui ou non"
    CHOICE = "choice", "Un choix"
    CHOICES = "choices", "Plusieurs choix"
    PLACES = "places", "Territoires"


class QuestionKind(models.TextChoices):
    """What a question of a form asks for."""

    TEXT = "text", "Texte court"
    LONG = "long", "Texte long"
    NUMBER = "number", "Nombre"
    MONEY = "money", "Montant en euros"
    DATE = "date", "Date"
    YES_NO = "yes_no", "Oui ou non"
    CHOICE = "choice", "Un choix parmi plusieurs"
    CHOICES = "choices", "Plusieurs choix"
    PLACES = "places", "Territoires"
    FILE = "file", "Fichier"
    TABLE = "table", "Montants par année"


# Judging


class ConflictState(models.TextChoices):
    """What was decided of a link between a person and an applicant."""

    RECUSED = "recused", "Déport"
    DISMISSED = "dismissed", "Lien écarté"


class AssignmentState(models.TextChoices):
    """The life of a file given to a reviewer."""

    GIVEN = "given", "À lire"
    DONE = "done", "Avis rendu"
    DECLINED = "declined", "Déport"
    TAKEN_BACK = "taken_back", "Repris"


_A = AssignmentState
GIVE_REVIEW: Final = _passage(
    "give",
    (_A.GIVEN,),
    _A.DONE,
    "calls.review_given",
    "Ce dossier n’est plus à lire : votre avis est rendu, ou il a été repris.",
)
REOPEN_REVIEW: Final = _passage(
    "reopen", (_A.DONE,), _A.GIVEN, "calls.review_reopened", "Seul un avis rendu se rouvre."
)
DECLINE: Final = _passage(
    "decline", (_A.GIVEN, _A.DONE), _A.DECLINED, "calls.assignment_declined", "Ce dossier ne vous est plus confié."
)
TAKE_BACK: Final = _passage(
    "take_back",
    (_A.GIVEN, _A.DONE),
    _A.TAKEN_BACK,
    "calls.assignment_taken_back",
    "Ce dossier n’est plus confié à cet expert.",
)


class JuryOpinion(models.TextChoices):
    """What a jury thought of an applicant whom it heard."""

    FAVOURABLE = "favourable", "Favorable"
    RESERVED = "reserved", "Réservé"
    UNFAVOURABLE = "unfavourable", "Défavorable"


class MemberQuality(models.TextChoices):
    """What someone is in a commission."""

    CHAIR = "chair", "Président"
    MEMBER = "member", "Membre"
    REPORTER = "reporter", "Rapporteur"
    OBSERVER = "observer", "Observateur"


class Ballot(models.TextChoices):
    """How a member votes on what is proposed."""

    FOR = "for", "Pour"
    AGAINST = "against", "Contre"
    ABSTAIN = "abstain", "Abstention"


class CommissionState(models.TextChoices):
    """The life of a sitting."""

    DRAFT = "draft", "En préparation"
    CONVENED = "convened", "Convoquée"
    HELD = "held", "En séance"
    CLOSED = "closed", "Close"
    ADJOURNED = "adjourned", "Sans quorum"
    CANCELLED = "cancelled", "Annulée"


_C = CommissionState
CONVENE: Final = _passage(
    "convene", (_C.DRAFT,), _C.CONVENED, "calls.commission_convened", "Cette commission est déjà convoquée, ou annulée."
)
OPEN_SITTING: Final = _passage(
    "open", (_C.CONVENED,), _C.HELD, "calls.commission_opened", "Seule une commission convoquée ouvre sa séance."
)
ADJOURN: Final = _passage(
    "adjourn",
    (_C.CONVENED,),
    _C.ADJOURNED,
    "calls.commission_adjourned",
    "Seule une commission convoquée constate son quorum.",
)
CLOSE_SITTING: Final = _passage(
    "close", (_C.HELD,), _C.CLOSED, "calls.commission_closed", "Cette commission n’est pas en séance."
)
CANCEL_SITTING: Final = _passage(
    "cancel",
    (_C.DRAFT, _C.CONVENED),
    _C.CANCELLED,
    "calls.commission_cancelled",
    "Cette commission a siégé, ou est déjà annulée.",
)


class PromiseKind(models.TextChoices):
    """What a laureate is promised: the parts of the Pass French IMPACT, and the rest."""

    MONEY = "money", "Financement"
    HACKER = "hacker", "Hacker public"
    EVALUATION = "evaluation", "Évaluation"
    PARTNERS = "partners", "Partenaires"
    SPONSOR = "sponsor", "Parrain"
    OTHER = "other", "Autre"


class PromiseState(models.TextChoices):
    """What a promise is worth on a day: told by its dates, not stored."""

    RUNNING = "running", "En cours"
    LATE = "late", "En retard"
    KEPT = "kept", "Tenue"
    BROKEN = "broken", "Rompue"
