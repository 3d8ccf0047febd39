"""The letter that tells a decision: what it says, as data that the page, the mail and the PDF share."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from accelerator.calls.criteria import said_score
from accelerator.calls.models import Application, Decision
from accelerator.calls.states import DecisionOutcome
from accelerator.workflow.dates import said

UNFAVOURABLE: Final = (DecisionOutcome.REJECTED, DecisionOutcome.INADMISSIBLE, DecisionOutcome.DEEPEN)
_OPENINGS: Final = {
    DecisionOutcome.RETAINED: "Votre candidature est retenue à l’appel « {call} ».",
    DecisionOutcome.DEEPEN: (
        "Votre candidature à l’appel « {call} » n’est pas retenue en l’état : elle est à approfondir, et vous êtes "
        "invité à la présenter de nouveau."
    ),
    DecisionOutcome.REJECTED: "Votre candidature à l’appel « {call} » n’est pas retenue.",
    DecisionOutcome.INADMISSIBLE: "Votre candidature à l’appel « {call} » est irrecevable.",
}


def letter_of(
    decision: Decision,
    *,
    scores: Sequence[tuple[str, int, float | None, Sequence[str]]] = (),
    comments: Sequence[str] = (),
    remedies: Sequence[str] = (),
    signatory: str = "",
    act: str = "",
    signed_on: date | None = None,
) -> dict[str, Any]:
    """What a letter says; its data for the template "letter" of `calls.documents`.

    scores    (criterion, weight, mean out of 100, the comments meant for the applicant), anonymous.
    comments  what each reviewer wrote for the applicant.
    remedies  printed when the decision is unfavourable.
    signed_on  None: a draft, which says so.
    """
    application = decision.application
    call = application.call
    opening = _OPENINGS[DecisionOutcome(decision.outcome)].format(call=call.title)
    parts = [{"title": "Motifs", "words": decision.reasons}]
    if decision.advice:
        parts.append({"title": "Ce que nous vous conseillons", "words": decision.advice})
    if comments:
        words = "\n\n".join(f"Avis {number}. {words}" for number, words in enumerate(comments, 1))
        parts.append({"title": "Ce que les experts vous en disent", "words": words})
    facts = [["Candidature", f"{application.number}, {application.title}"]]
    if application.received_on:
        facts.append(["Reçue le", said(application.received_on)])
    facts.append(["Décision", decision.get_outcome_display()])
    if decision.cents is not None:
        facts.append(["Montant", f"{decision.cents / 100:,.2f} €".replace(",", "\u202f").replace(".", ",")])
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
        "dated": f"Le {said(signed_on)}" if signed_on else "Projet, non signé",
        "facts": facts,
        "opening": f"Madame, Monsieur,\n\n{opening}",
        "parts": parts,
        "scores": [
            [label, str(weight), said_score(mean), " ".join(one for one in words if one)]
            for label, weight, mean, words in scores
        ],
        "remedies": list(remedies) if decision.outcome in UNFAVOURABLE else [],
        "signature": "\n".join(filter(None, (signatory, act))) or "Signataire à désigner",
    }


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
        lines += ["Voies et délais de recours", *letter["remedies"], ""]
    lines.append(letter["signature"])
    return "\n".join(lines)
