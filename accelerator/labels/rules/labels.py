"""Who may do what to a label, and the French reason when not: a test holds it to docs/rules/vie-d-un-label.md."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.timezone import localdate, localtime

from accelerator.calls.clock import months_after
from accelerator.calls.models import Application
from accelerator.calls.states import CallRoleName
from accelerator.community.rules import may_act_for
from accelerator.community.states import DelegationScope
from accelerator.journal import System
from accelerator.labels.models import Candidacy, Label, Member, Proceeding
from accelerator.labels.queries.candidacies import has_ceased
from accelerator.labels.queries.holders import LabelStanding, label_standing_of, lead_has_ceased
from accelerator.labels.queries.renewals import latest_of, waiting_of
from accelerator.labels.rules import registry
from accelerator.labels.rules.candidacies import reason_against_answering, standing_of
from accelerator.labels.rules.registry import rule
from accelerator.labels.states import LabelNature, Outcome, ProceedingKind
from accelerator.workflow.dates import MOMENT, said, said_months
from accelerator.workflow.numbers import counted

reason_within = registry.reason_within
HISTORIC: Final = "Un label historique est un fait public, rapporté avec sa source : rien ne s’y décide ici."
SERVICE: Final = "Seuls les instructeurs et les signataires de cette catégorie de labels le peuvent."
OWN_SIDE: Final = "Vous êtes du côté du titulaire de ce label : quelqu’un d’autre instruit et signe."
HOLDERS: Final = (
    "Seuls ceux qui dirigent l’organisation titulaire le peuvent (pour un collectif : son chef de file, ou tout membre "
    "s’il a cessé son activité)."
)
SPEAKERS: Final = (
    "Seuls ceux qui dirigent l’organisation titulaire, ou qui ont reçu délégation d’agir pour elle, le peuvent (pour "
    "un collectif : son chef de file, ou tout membre s’il a cessé son activité)."
)


@rule("labels.conduct")
def conduct(standing: LabelStanding) -> str | None:
    """Opening a proceeding, noting what became of a condition, recording an appeal."""
    if standing.label.nature == LabelNature.HISTORIC:
        return HISTORIC
    if not standing.is_service:
        return SERVICE
    return OWN_SIDE if standing.takes_part else None


@rule("labels.pronounce")
def pronounce(standing: LabelStanding) -> str | None:
    """Whether the act of the signatory covers the day is asked when they sign."""
    if reason := conduct(standing):
        return reason
    if CallRoleName.SIGNATORY in standing.roles:
        return None
    return "Seul un signataire de cette catégorie de labels prononce une mesure, la lève ou répond à un recours."


@rule("labels.answer")
def answer(standing: LabelStanding) -> str | None:
    return None if standing.speaks else SPEAKERS


@rule("labels.read_proceedings")
def read_proceedings(standing: LabelStanding) -> str | None:
    """Those concerned, the members of the collective included, and the service; nobody else before it is pronounced."""
    members = not standing.members.isdisjoint(standing.steered)
    if standing.speaks or members or (standing.is_service and not standing.takes_part):
        return None
    return "Une procédure en cours ne se lit que par ceux qu’elle concerne et par le service."


@rule("labels.follow")
def follow(standing: LabelStanding) -> str | None:
    if standing.label.nature == LabelNature.HISTORIC:
        return HISTORIC
    return None if standing.follows else HOLDERS


OF_A_LABEL: Final = ("labels.conduct", "labels.pronounce", "labels.answer", "labels.read_proceedings", "labels.follow")


def allowed(standing: LabelStanding) -> dict[str, bool]:
    """For a page of a label: each rule, without its subject's prefix -> whether it allows."""
    return registry.allowed(standing, OF_A_LABEL)


def require(name: str, by: Any, label: Label) -> None:
    """Raise `Refused` with the reason when this person may not. A system actor may."""
    registry.demand_known(name)
    if not isinstance(by, System):
        registry.require_within(name, label_standing_of(by, label))


def reason_against_minutes(person: Any, candidacy: Candidacy) -> str | None:
    """Why a person may not keep minutes: whoever tells the file does; once awarded, whoever follows the road map."""
    label = latest_of(candidacy)
    if label is None:
        return reason_within("labels.edit", standing_of(person, candidacy))
    return reason_within("labels.follow", label_standing_of(person, label))


def reason_against_leading(person: Any, candidacy: Candidacy, member: Member, at: datetime) -> str | None:
    """Why a person may not make of a member the chef de file.

    Those who lead the file may, but not to a member that joined since a file was submitted, as long as it is examined.
    When the chef de file has ceased, nobody else is left to do it: then those who may bind the member may; and, of a
    collective that has a label, the service.
    """
    reason = reason_within("labels.manage", standing_of(person, candidacy))
    if not has_ceased(candidacy.organisation):
        return reason or reason_against_a_newcomer(waiting_of(candidacy), member)
    if reason is None:
        return None
    label = latest_of(candidacy)
    if label is not None and reason_within("labels.conduct", label_standing_of(person, label)) is None:
        return None
    return reason_against_answering(person, member, at)


def reason_against_a_newcomer(waiting: Application | None, member: Member) -> str | None:
    """Why a member is not the chef de file yet: the label goes to it, and those who judge have read who that may be.

    waiting  the application of the collective that is examined, if any.
    """
    joined_at = member.answered_at
    if waiting is None or waiting.submitted_at is None or joined_at is None or joined_at <= waiting.submitted_at:
        return None
    return (
        f"Le dossier {waiting.number}, déposé le {said(waiting.submitted_at)}, est en cours d’examen, et cette "
        f"organisation n’a confirmé que le {said(joined_at)} : ceux qui l’examinent n’ont pas lu qu’elle en "
        "serait le chef de file. Attendez la décision, ou retirez la candidature pour la déposer à nouveau. Si le chef "
        "de file cesse son activité, elle pourra le remplacer."
    )


def reason_against_speaking(person: Any, label: Label, on: date) -> str | None:
    """Why a person may not contest in the name of the holder: its legal representative, or a delegate, does."""
    if label.organisation is None:
        return HOLDERS
    if lead_has_ceased(label):
        return None if label_standing_of(person, label).speaks else SPEAKERS
    return may_act_for(person, label.organisation, DelegationScope.SUBMIT, on)


def last_day_to_retract(label: Label) -> date | None:
    """The last day on which an illegal award may be withdrawn, but for fraud; None when its issuer sets none."""
    months = label.category.retrait_months
    if months is None or label.awarded_on is None:
        return None
    return months_after(label.awarded_on, months)


def first_day_of_measure(proceeding: Proceeding) -> date:
    """The first day on which what is considered may be pronounced: the holder has the whole of its delay to answer."""
    return proceeding.answer_until + timedelta(days=1)


def last_day_of_measure(proceeding: Proceeding) -> date | None:
    """The last day on which what is considered may still be pronounced; None when it has none."""
    runs = proceeding.kind == ProceedingKind.RETRAIT and not proceeding.fraud
    return last_day_to_retract(proceeding.label) if runs else None


def warning_about_hearing(proceeding: Proceeding, on: date) -> str | None:
    """What whoever sets a hearing on a day must know first: lawful, and the measure is then no longer possible."""
    last = last_day_of_measure(proceeding)
    if last is None or on <= last:
        return None
    category = proceeding.label.category
    law = f" ({category.retrait_law})" if category.retrait_law else ""
    return (
        f"Le retrait ne se prononce que jusqu’au {said(last)} inclus{law}, et jamais avant l’audition. Fixée au "
        f"{said(on)}, elle ne laisse plus que l’abrogation, qui vaut pour l’avenir."
    )


def reason_against_kind(label: Label, kind: ProceedingKind, on: date, *, fraud: bool = False) -> str | None:
    """Why a measure of this kind is no longer lawful on a day, and what still is; or None.

    fraud  the award was obtained by it: then a retrait has no last day, where the rules of the issuer say so.
    """
    category = label.category
    if fraud and kind != ProceedingKind.RETRAIT:
        return "La fraude fonde un retrait : choisissez cette mesure."
    if fraud and not category.fraud_law:
        return "Les règles de cet émetteur ne disent rien de la fraude."
    if kind == ProceedingKind.RETRAIT and not fraud and (last := last_day_to_retract(label)) and on > last:
        obtained = (
            f" Si elle a été obtenue par fraude, dites-le : elle se retire à tout moment ({category.fraud_law})."
            if category.fraud_law
            else ""
        )
        return (
            "Le retrait efface une attribution illégale, et n’est possible que dans le délai de "
            f"{said_months(category.retrait_months or 0)} qui la suit ({category.retrait_law}) : c’était jusqu’au "
            f"{said(last)}. Si une condition n’est plus remplie, ouvrez une abrogation : elle vaut pour l’avenir."
            f"{obtained}"
        )
    if kind == ProceedingKind.ABROGATION and on <= label.period.lower:
        return (
            f"Ce label prend effet le {said(label.period.lower)} : une abrogation vaut pour l’avenir, à partir du "
            "lendemain de ce jour."
        )
    return None


def reason_against_opening(label: Label, kind: ProceedingKind, on: date, *, fraud: bool = False) -> str | None:
    """Why a measure of this kind is not opened on a day: unlawful, or unlawful once the holder has had its delay."""
    if unlawful := reason_against_kind(label, kind, on, fraud=fraud):
        return unlawful
    first = on + timedelta(days=label.category.answer_days + 1)
    if kind != ProceedingKind.RETRAIT or fraud or (last := last_day_to_retract(label)) is None or first <= last:
        return None
    return (
        f"Le titulaire a {counted(label.category.answer_days, 'jour', 'jours')} pour répondre : ouvert aujourd’hui, le "
        f"retrait ne se prononcerait pas avant le {said(first)}, et il n’est possible que jusqu’au {said(last)} "
        f"inclus ({label.category.retrait_law}). Ouvrez une abrogation : elle vaut pour l’avenir."
    )


def reason_against_deciding_now(proceeding: Proceeding, on: date) -> str | None:
    """Why nothing may be pronounced yet: the holder has until a day to answer, to complete its answer and to ask to be
    heard; then the hearing that was asked for takes place.
    """
    if proceeding.outcome != Outcome.PENDING:
        return "Cette procédure est close."
    # An issuer that is not an administration hears the holder too, under its own rules.
    call = proceeding.label.category.call
    law = " (code des relations entre le public et l’administration, article L122-1)" if call and call.crpa else ""
    if proceeding.hearing_asked_at and proceeding.awaits_hearing:
        when = (
            f"l’audition est fixée au {said(localtime(proceeding.hearing_on), MOMENT)}"
            if proceeding.hearing_on
            else "fixez la date de l’audition"
        )
        return (
            f"Le titulaire a demandé le {said(localdate(proceeding.hearing_asked_at))} à être entendu : {when}. Rien "
            f"ne se prononce avant{law}."
        )
    if on > proceeding.answer_until:
        return None
    may = "compléter sa réponse" if proceeding.answered_at else "répondre"
    return (
        f"Le titulaire peut {may}, ou demander à être entendu, jusqu’au {said(proceeding.answer_until)} inclus : rien "
        f"ne se prononce avant{law}."
    )
