"""The letters of a proceeding: what tells the grounds, what tells the measure and how to contest it. Pure functions.

Data for the template "letter" of `design.papers`: the page, the mail and the PDF say the same.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from django.utils.timezone import localdate, localtime

from accelerator.calls.remedies import remedies_of
from accelerator.labels.models import Label, Proceeding
from accelerator.labels.states import HearingOutcome, Outcome, ProceedingKind
from accelerator.workflow.dates import MOMENT, said

_EFFECTS: Final = {
    ProceedingKind.SUSPENSION: (
        "Le label est suspendu à compter du {from_on}{until} : pendant ce temps, il ne peut pas être invoqué."
    ),
    ProceedingKind.ABROGATION: "Le label est abrogé : il prend fin le {from_on}, pour l’avenir seulement.",
    ProceedingKind.RETRAIT: (
        "Le label est retiré : il est réputé n’avoir jamais été attribué, depuis son premier jour, le {from_on}."
    ),
}


class Remedy(NamedTuple):
    """A way to contest, and its last day."""

    kind: str
    sentence: str
    last_day: date


def remedies_from(remedies: Sequence[dict[str, Any]], told_on: date) -> list[Remedy]:
    """The remedies of the issuer against what was told on a day, each with its last day (docs/rules/recours.md)."""
    return [Remedy(one.kind, one.sentence(told_on), one.last_day(told_on)) for one in remedies_of(remedies)]


def effect_of(proceeding: Proceeding) -> str:
    """What a pronounced measure does, in a sentence."""
    if proceeding.outcome != Outcome.PRONOUNCED or proceeding.from_on is None:
        return "Aucune mesure n’est prise : le label garde ses effets."
    until = (
        f" et jusqu’au {said(proceeding.until_on)} inclus" if proceeding.until_on else ", jusqu’à ce qu’elle soit levée"
    )
    return _EFFECTS[ProceedingKind(proceeding.kind)].format(from_on=said(proceeding.from_on), until=until)


def letter_of(
    proceeding: Proceeding, *, remedies: Sequence[Remedy] = (), signatory: str = "", act: str = "", on: date
) -> dict[str, Any]:
    """What a letter says: of the grounds while the proceeding is open, of the decision once it is closed."""
    label, open_ = proceeding.label, proceeding.outcome == Outcome.PENDING
    kind = proceeding.get_kind_display()
    call = label.category.call
    reached = (call.service_address, call.service_email, call.service_phone) if call else ()
    basis = proceeding.legal_basis
    if proceeding.fraud:
        law = label.category.fraud_law
        basis += f"\n\nL’attribution aurait été obtenue par fraude : elle se retire à tout moment ({law})."
    parts = [{"title": "Griefs", "words": proceeding.grounds}, {"title": "Fondement", "words": basis}]
    if open_:
        opening = (
            f"Nous envisageons une mesure sur le label « {label.title} » ({label.number}) : {kind.lower()}. Avant "
            f"toute décision, vous pouvez présenter des observations, jusqu’au {said(proceeding.answer_until)} inclus."
        )
        parts.append({"title": "Comment répondre", "words": HOW_TO_ANSWER})
    else:
        opening = effect_of(proceeding)
        if proceeding.answer and proceeding.answered_at:
            words = f"Reçue le {said(localdate(proceeding.answered_at))}.\n\n{proceeding.answer}"
            parts.append({"title": "Votre réponse", "words": words})
        if proceeding.hearing_closed_at:
            parts.append(
                {"title": "Votre audition", "words": f"{said_hearing(proceeding)}\n\n{proceeding.hearing_account}"}
            )
        parts.append({"title": "Motifs de la décision", "words": proceeding.reason})
        if proceeding.detail:
            parts.append({"title": "Précisions, pour vous seul", "words": proceeding.detail})
    return {
        "title": f"{kind} : griefs" if open_ else f"{kind} : décision",
        "running": f"{label.category.title}, label {label.number}",
        "author": call.issuer_name if call else "",
        "issuer": call.issuer_name if call else "",
        "service": call.service if call else "",
        "contact": ", ".join(filter(None, reached)),
        "recipient": label.organisation.name if label.organisation else label.title,
        "dated": f"Le {said(on)}",
        "facts": [["Label", f"{label.number}, {label.title}"], ["Mesure", kind]],
        "opening": f"Madame, Monsieur,\n\n{opening}",
        "parts": parts,
        "scores": [],
        "remedies": [one.sentence for one in remedies],
        # Told on the day that it is signed: each sentence already says its last day.
        "last_days": [],
        "signature": "\n".join(filter(None, (signatory, act))) or (call.service if call else ""),
    }


HOW_TO_ANSWER: Final = (
    "Répondez sur la page de la procédure, où des fichiers peuvent être joints, ou par écrit au service. Jusqu’au même "
    "jour, vous pouvez aussi demander à être entendu, sur cette page ou par écrit : le service fixe la date, et rien "
    "n’est décidé avant. Vous pouvez vous faire assister par un conseil ou représenter par un mandataire de votre "
    "choix."
)


def said_hearing(proceeding: Proceeding) -> str:
    """What became of the hearing that was asked for, and when, in a sentence."""
    if proceeding.hearing == HearingOutcome.DECLINED or proceeding.hearing_on is None:
        return f"{proceeding.get_hearing_display()}."
    return f"{proceeding.get_hearing_display()}, le {said(localtime(proceeding.hearing_on), MOMENT)}."


def said_label(label: Label) -> str:
    """A label in a few words, for a sentence."""
    return f"« {label.title} » ({label.number})"
