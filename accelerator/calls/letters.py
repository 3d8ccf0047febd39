"""The letter that tells a decision: what it says, as data that the page, the mail and the PDF share."""

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import fmean
from typing import Any, Final

from django.utils.timezone import localdate

from accelerator.calls.criteria import said_score
from accelerator.calls.models import Application, Decision
from accelerator.calls.questions import said_cents
from accelerator.calls.states import DecisionKind, DecisionOutcome
from accelerator.workflow.dates import said

UNFAVOURABLE: Final = (DecisionOutcome.REJECTED, DecisionOutcome.INADMISSIBLE, DecisionOutcome.DEEPEN)
_UNSIGNED: Final = {
    DecisionKind.EXPRESS: "Signataire à désigner",
    DecisionKind.IMPLICIT: "Décision née du silence : personne ne l’a signée",
}
_OPENINGS: Final = {
    DecisionOutcome.RETAINED: "Votre candidature est retenue à l’appel « {call} ».",
    DecisionOutcome.DEEPEN: (
        "Votre candidature à l’appel « {call} » n’est pas retenue en l’état : elle est à approfondir, et vous êtes "
        "invité à la présenter de nouveau."
    ),
    DecisionOutcome.REJECTED: "Votre candidature à l’appel « {call} » n’est pas retenue.",
    DecisionOutcome.INADMISSIBLE: "Votre candidature à l’appel « {call} » est irrecevable.",
}
# What the platform computed, and what for (CRPA R311-3-1-1).
_COMPUTED: Final = {
    "scores": (
        "les notes données par les experts ont été ramenées entre 0 et 100, pondérées par le poids de chaque critère, "
        "puis leur moyenne a servi à classer les dossiers"
    ),
    "findings": (
        "les conditions de l’appel ont été comparées à ce qui est déclaré dans votre dossier, et celles que nomme ce "
        "courrier ont été signalées comme non remplies"
    ),
}


def letter_of(
    decision: Decision,
    *,
    grants: Sequence[tuple[str, str]] = (),
    scores: Sequence[tuple[str, int, float | None, Sequence[str]]] = (),
    means: Sequence[float] = (),
    threshold: int | None = None,
    comments: Sequence[str] = (),
    opinions: Sequence[tuple[str, str]] = (),
    remedies: Sequence[str] = (),
    signatory: str = "",
    act: str = "",
    signed_on: date | None = None,
) -> dict[str, Any]:
    """What a letter says; its data for the template "letter" of `design.papers`.

    What silence decided has a letter too, of nobody: reasons, remedies.

    grants    what is given by a favourable decision, as the subject of the call says it: (name, words).
    scores    (criterion, weight, mean out of 100, the comments meant for the applicant), anonymous.
    means     the note that each review gives to the file, out of 100; `threshold`: that of the call, if it has one.
    opinions  (service that was asked, what became of its opinion and its words).
    comments  what each reviewer wrote for the applicant.
    remedies  printed when the decision is unfavourable.
    signed_on  None: a draft, which says so.
    """
    application = decision.application
    call = application.call
    opening = _OPENINGS[DecisionOutcome(decision.outcome)].format(call=call.title)
    parts = [{"title": "Motifs", "words": decision.reasons}]
    if decision.failed:
        words = "\n\n".join(f"{one['label']}. {one['why']}" for one in decision.failed)
        several = len(decision.failed) > 1
        parts.append({"title": "Conditions non remplies" if several else "Condition non remplie", "words": words})
    if decision.advice:
        parts.append({"title": "Ce que nous vous conseillons", "words": decision.advice})
    if comments:
        words = "\n\n".join(f"Avis {number}. {words}" for number, words in enumerate(comments, 1))
        parts.append({"title": "Ce que les experts vous en disent", "words": words})
    if opinions:
        words = "\n\n".join(f"{who}. {said_whole}" for who, said_whole in opinions)
        parts.append({"title": "Les avis demandés", "words": words})
    if means:
        parts.append({"title": "La note de votre dossier", "words": _note(means, threshold)})
    if words := _algorithm(decision, has_scores=bool(scores)):
        parts.append({"title": "Ce qu’un algorithme a calculé", "words": words})
    facts = [["Candidature", f"{application.number}, {application.title}"]]
    if application.received_on:
        facts.append(["Reçue le", said(application.received_on)])
    facts.append(["Décision", decision.get_outcome_display()])
    if decision.cents is not None:
        facts.append(["Montant", said_cents(decision.cents)])
    facts += [[name, words] for name, words in grants]
    return {
        "title": f"Décision : {decision.get_outcome_display().lower()}",
        "running": f"{call.title}, dossier {application.number}",
        "author": call.issuer_name,
        "issuer": call.issuer_name,
        "service": call.service,
        "contact": ", ".join(
            filter(None, (call.service_address, call.service_email, call.service_phone)),
        ),
        "recipient": recipient_of(application),
        "dated": _dated(decision, signed_on),
        "facts": facts,
        "opening": f"Madame, Monsieur,\n\n{opening}",
        "parts": parts,
        "scores": [
            [label, str(weight), said_score(mean), " ".join(one for one in words if one)]
            for label, weight, mean, words in scores
        ],
        "remedies": list(remedies) if decision.outcome in UNFAVOURABLE else [],
        # The last day of each is known when the decision is told.
        "last_days": [],
        "signature": "\n".join(filter(None, (signatory, act))) or _UNSIGNED[DecisionKind(decision.kind)],
    }


def _dated(decision: Decision, signed_on: date | None) -> str:
    if decision.kind == DecisionKind.IMPLICIT and decision.notified_at:
        return f"Le {said(localdate(decision.notified_at))}"
    return f"Le {said(signed_on)}" if signed_on else "Projet, non signé"


def _note(means: Sequence[float], threshold: int | None) -> str:
    """The note by which a file was ranked, and the threshold beside which it was read."""
    words = f"{said_score(fmean(means))} sur 100"
    if len(means) > 1:
        words += f", la moyenne de {len(means)} avis"
    if threshold is not None:
        words += f". Le seuil de l’appel est de {threshold} sur 100 ; il éclaire la décision et ne la prend pas"
    return f"{words}."


def _algorithm(decision: Decision, *, has_scores: bool) -> str:
    """The mention that a decision resting on a computation owes (CRPA L311-3-1): what for, and how to know more.

    Empty when the decision rests on none, or when the code does not apply to the issuer.
    """
    call = decision.application.call
    rests_on_findings = bool(decision.failed)
    if not call.crpa or not (has_scores or rests_on_findings):
        return ""
    computed = _COMPUTED["scores" if has_scores else "findings"]
    return (
        "Cette décision a été préparée à l’aide d’un traitement algorithmique (articles L311-3-1 et R311-3-1-1 du code "
        f"des relations entre le public et l’administration) : {computed}. Il ne décide rien : des personnes ont "
        "examiné votre dossier, et l’une d’elles répond de cette décision. Vous pouvez demander les règles de ce "
        "traitement et la façon dont elles ont été appliquées à votre dossier, en écrivant au service "
        f"({call.service_email}). Sans réponse au bout d’un mois, ou en cas de refus, vous pouvez saisir la commission "
        "d’accès aux documents administratifs (www.cada.fr)."
    )


def recipient_of(application: Application) -> str:
    """To whom, as an address has it."""
    if application.organisation:
        return "\n".join(filter(None, (application.organisation.name, application.organisation.address)))
    if application.person:
        return application.person.name
    return "\n".join(filter(None, map(str, map(application.paper.get, ("name", "address")))))


def plain(letter: Mapping[str, Any]) -> str:
    """The letter as plain text, for the mail."""
    lines = [letter["opening"], ""]
    for part in letter["parts"]:
        lines += [part["title"], part["words"], ""]
    if letter["scores"]:
        lines.append("Notes par critère, sur 100")
        lines += [
            f"* {label} (poids {weight}) : {mean}{f'. {words}' if words else ''}"
            for label, weight, mean, words in letter["scores"]
        ]
        lines.append("")
    if letter["remedies"]:
        lines += ["Voies et délais de recours", *letter["remedies"], *letter["last_days"], ""]
    lines.append(letter["signature"])
    return "\n".join(lines)
