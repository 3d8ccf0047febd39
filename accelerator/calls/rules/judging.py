"""Who may judge, and run the judging. In prose: docs/rules/expertise.md, docs/rules/commission.md."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Assignment, Call, CallRole, Commission, CommissionMember, Decision
from accelerator.calls.queries.conflicts import Bar, bar_between
from accelerator.calls.queries.judging import JUDGED_IN
from accelerator.calls.queries.letters import delegations_of
from accelerator.calls.queries.standing import CallStanding, call_standing_of, covers
from accelerator.calls.questions import said_cents
from accelerator.calls.rules.registry import require as require_within
from accelerator.calls.rules.registry import rule
from accelerator.calls.sittings import Rules
from accelerator.calls.states import (
    AssignmentState,
    CallRoleName,
    CommissionState,
    DecisionKind,
    DecisionOutcome,
    MemberQuality,
)
from accelerator.community.models import Organisation
from accelerator.workflow import Refused
from accelerator.workflow.dates import said


class Granted(NamedTuple):
    """What a delegation has to cover of a decision: to whom, and how much, in cents."""

    organisation: Organisation | None
    cents: int | None

    @classmethod
    def of(cls, decision: Decision) -> "Granted":
        """That of a decision."""
        return cls(decision.application.organisation, decision.cents)


RUNNERS = "Seuls les instructeurs de cet appel peuvent le faire."
SERVICE = "Cette page est réservée à ceux qui jugent l’appel : instructeurs, signataires, présidents de commission."


def require(name: str, person: Any, call: Call) -> None:
    """Raise `Refused` with the reason when this person may not. A system actor may."""
    require_within(name, call_standing_of(person, call))


@rule("calls.run_reviews")
def run_reviews(standing: CallStanding) -> str | None:
    """Appointing reviewers, deciding of links, giving files and taking them back."""
    return None if standing.is_officer else RUNNERS


@rule("calls.see_ranking")
def see_ranking(standing: CallStanding) -> str | None:
    """Scores, comments for the service, disagreement: nobody but the service."""
    return None if standing.reads_files else SERVICE


@rule("calls.run_sittings")
def run_sittings(standing: CallStanding) -> str | None:
    """Juries and commissions: composing, convening, keeping the minutes."""
    if standing.is_officer or standing.holds(CallRoleName.CHAIR):
        return None
    return "Seuls les instructeurs et les présidents de commission de cet appel peuvent le faire."


@rule("calls.draft_decisions")
def draft_decisions(standing: CallStanding) -> str | None:
    return None if standing.is_officer else RUNNERS


@rule("calls.see_letters")
def see_letters(standing: CallStanding) -> str | None:
    return None if standing.is_officer or standing.holds(CallRoleName.SIGNATORY) else SERVICE


@rule("calls.sign_decisions")
def sign_decisions(standing: CallStanding) -> str | None:
    """Whether the act covers the day and the amount is asked of each letter (`reason_against_signing`)."""
    return None if standing.holds(CallRoleName.SIGNATORY) else "Seul un signataire de cet appel signe ses décisions."


@rule("calls.notify_decisions")
def notify_decisions(standing: CallStanding) -> str | None:
    return None if standing.is_officer or standing.holds(CallRoleName.SIGNATORY) else RUNNERS


@rule("calls.keep_promises")
def keep_promises(standing: CallStanding) -> str | None:
    return None if standing.is_officer else RUNNERS


def reason_against_convening(
    commission: Commission, members: Sequence[CommissionMember], items: int, *, at: datetime
) -> str | None:
    """Why a commission cannot be convened now, all that it lacks in one sentence; None when it can be.

    items  how many files are on its agenda.
    """
    if commission.state != CommissionState.DRAFT:
        return f"Cette commission est {commission.get_state_display().lower()} : cela n’est plus possible."
    if reason := Rules.on(localdate(at)).too_soon(at, commission.held_at):
        return reason
    lacks = []
    if not any(one.quality == MemberQuality.CHAIR for one in members):
        lacks.append("désignez le président de la commission")
    if not any(one.voting for one in members):
        lacks.append("nommez au moins un membre qui vote")
    if not items:
        lacks.append("inscrivez des dossiers à l’ordre du jour")
    return f"Avant de convoquer : {' ; '.join(lacks)}." if lacks else None


def reason_against_signing(roles: Sequence[CallRole], granted: Granted, *, by: Any, on: date) -> str | None:
    """Why a person may not sign a letter by the delegation that they hold, and whose would do; None when theirs does.

    roles  the signatories of the call.
    """
    own = [role for role in roles if role.person_id == by.pk]
    here = [role for role in own if covers(role, granted.organisation)]
    if any(role.covers(on, granted.cents) for role in here):
        return None
    return f"{_short_of(own, here, granted, on)} {_whose(roles, granted, on)}"


def signing_role(roles: Sequence[CallRole], granted: Granted, *, by: Any, on: date) -> CallRole | None:
    """The delegation by which a person signs a letter on a day, or None."""
    held = (role for role in roles if role.person_id == by.pk and covers(role, granted.organisation))
    return next((role for role in held if role.covers(on, granted.cents)), None)


def reason_against_amount(roles: Sequence[CallRole], granted: Granted, on: date) -> str | None:
    """Why an amount is not worth preparing: no delegation of the call would ever sign it. None when one would.

    A call that has no signatory yet may be given one that does.
    """
    lasting = [role for role in roles if not role.acts_until or role.acts_until >= on]
    here = [role for role in lasting if covers(role, granted.organisation)]
    if granted.cents is None or not here or any(_reaches(role, granted.cents) for role in here):
        return None
    highest = max(here, key=lambda role: role.most_cents or 0)
    return (
        f"aucune délégation de signature de cet appel ne va jusqu’à {said_cents(granted.cents)} : la plus haute, "
        f"{_named(highest)}, s’arrête à {said_cents(highest.most_cents or 0)}."
    )


def require_draft(
    *,
    call: Call,
    applications: Sequence[Application],
    outcome: DecisionOutcome,
    reasons: str,
    cents: int | None,
    by: Any,
) -> None:
    """Raise `Refused` when this decision cannot be prepared, whatever the file, or not by this person."""
    require("calls.draft_decisions", by, call)
    if not reasons.strip():
        raise Refused("Une décision est motivée : dites pourquoi.", field="reasons")
    if not applications:
        raise Refused("Choisissez au moins un dossier.")
    if cents is not None and outcome != DecisionOutcome.RETAINED:
        raise Refused("Un montant n’accompagne qu’une décision favorable : retirez-le.", field="amount")


def reason_against_granting(*, call: Call, applications: Iterable[Application], cents: int | None, on: date) -> str:
    """Why an amount is worth preparing for none of these files; empty when it is for one of them."""
    if cents is None:
        return ""
    signatories = delegations_of(call)
    files = Application.objects.filter(pk__in=[one.pk for one in applications]).select_related("organisation__seat")
    against = [reason_against_amount(signatories, Granted(one.organisation, cents), on) for one in files.order_by("pk")]
    first = against[0] or ""
    return f"{first[:1].upper()}{first[1:]}" if all(against) else ""


def _short_of(own: Sequence[CallRole], here: Sequence[CallRole], granted: Granted, on: date) -> str:
    """What a person's delegation lacks, in a sentence."""
    if not own:
        return "Vous n’êtes pas signataire de cet appel."
    if not here:
        return "Votre délégation ne s’étend pas au territoire du candidat."
    role = here[0]
    if role.acts_from and on < role.acts_from:
        return f"Votre délégation ({role.act_reference}) prend effet le {said(role.acts_from)}."
    if role.acts_until and on > role.acts_until:
        return f"Votre délégation ({role.act_reference}) a pris fin le {said(role.acts_until)}."
    most, asked = said_cents(role.most_cents or 0), said_cents(granted.cents or 0)
    return f"Votre délégation ({role.act_reference}) s’arrête à {most}, et ce courrier accorde {asked}."


def _whose(roles: Sequence[CallRole], granted: Granted, on: date) -> str:
    """Whose delegation would do, in a sentence."""
    able = [role for role in roles if covers(role, granted.organisation) and role.covers(on, granted.cents)]
    if not able:
        return "Aucun signataire de cet appel n’en a une qui convienne : un auteur de l’appel peut en nommer un."
    return f"Peut le signer : {', '.join(_named(role) for role in able[:3])}."


def _named(role: CallRole) -> str:
    return f"{role.person.name} ({role.act_reference})"


def _reaches(role: CallRole, cents: int) -> bool:
    return role.most_cents is None or cents <= role.most_cents


def reason_against_deciding(application: Application, outcome: str) -> str | None:
    """Why a letter may not say so, or None: what was granted, by someone or by silence, is not refused by a letter.

    Taking it back (*retrait*) wants the grounds told first, and time to answer them (CRPA L121-1, L242-1).
    """
    if outcome == DecisionOutcome.RETAINED:
        return None
    granted = application.decisions.notified().filter(outcome=DecisionOutcome.RETAINED).first()
    if granted is None or granted.notified_at is None:
        return None
    how = "le silence l’a accepté" if granted.kind == DecisionKind.IMPLICIT else "il a été retenu"
    return (
        f"{how} le {said(localdate(granted.notified_at))}. Revenir dessus est un retrait : le candidat en connaît "
        "d’abord les motifs et a le temps d’y répondre. Un courrier ne suffit pas."
    )


def reason_against_touching(bar: Bar | None) -> str | None:
    """Why whoever signs a letter, or holds the pen for a file, may not: a link with the applicant is known."""
    if bar is None:
        return None
    return (
        f"Un lien avec ce candidat est connu ({bar.why}) : quelqu’un d’autre signe, ou tient la plume, pour ce dossier."
    )


def require_free_pen(application: Application, by: Any) -> None:
    """Raise `Refused` when whoever holds the pen for a file has a link with the applicant."""
    if isinstance(by, Person) and (reason := reason_against_touching(bar_between(application, by))):
        raise Refused(reason)


def required_account(email: str) -> Person:
    """Whoever has an account of this address; `Refused`, beside the address, when nobody does."""
    person = Person.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        raise Refused(
            "Aucun compte n’a cette adresse. Demandez à cette personne d’ouvrir un compte, puis recommencez.",
            field="email",
        )
    return person


def reason_against_judging(assignment: Assignment, bar: Bar | None) -> str | None:
    """Why a reviewer may not judge a file that they were given, or None when they may."""
    if assignment.reviewer.ended_at:
        return "Vous n’êtes plus expert de cet appel : ce dossier ne vous est plus confié."
    if assignment.state != AssignmentState.GIVEN:
        return "Ce dossier n’est plus à lire : votre avis est rendu, ou le dossier a été repris."
    if assignment.application.decided_from:
        return "L’instruction de ce dossier est close : votre avis n’est plus attendu."
    if assignment.application.state not in JUDGED_IN:
        return f"Ce dossier n’est pas en instruction ({assignment.application.get_state_display().lower()})."
    if bar:
        return (
            f"Un lien avec le candidat est connu ({bar.why}). Déportez-vous, ou demandez au service d’écarter ce lien "
            "s’il ne tient pas."
        )
    return None


def reason_against_voting(commission: Commission, member: CommissionMember, *, recused: bool) -> str | None:
    """Why a member may not vote on a file, or None when they may."""
    if commission.state != CommissionState.HELD:
        return "La commission n’est pas en séance."
    if not member.voting:
        return f"{member.person.name} siège sans voter."
    if not member.present:
        return f"{member.person.name} n’est pas en séance."
    if recused:
        return f"{member.person.name} s’est déporté pour ce dossier : ni débat, ni vote."
    return None
