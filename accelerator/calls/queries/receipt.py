"""The acknowledgement of receipt, with every mention that the law wants (CRPA R112-11-1)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from accelerator.calls.models import Application
from accelerator.calls.queries.timing import clock_of, missed_wave, promised_on
from accelerator.calls.remedies import remedies_of
from accelerator.calls.states import Origin, Silence
from accelerator.workflow.dates import MOMENT, said


@dataclass(frozen=True)
class Mention:
    """One mention: what it is, and its text."""

    label: str
    text: str


@dataclass(frozen=True)
class Receipt:
    """An acknowledgement of receipt: the same lines on the page, in the mail and in the PDF."""

    lines: tuple[Mention, ...]
    remedies: tuple[str, ...]


def receipt_of(application: Application) -> Receipt:
    """The acknowledgement of receipt of a submitted application, as it stood that day. Two queries when it has a wave.

    Pieces asked later move the clock of the file, never what was acknowledged.
    """
    if application.submitted_at is None or application.received_on is None:
        raise LookupError("Une candidature qui n’est pas déposée n’a pas d’accusé de réception.")
    call = application.call
    clock = clock_of(call, application.received_on, [])
    came = said(application.submitted_at, MOMENT)
    if application.origin == Origin.PAPER:
        came = f"{said(application.received_on)} (sur papier)"
    by = application.submitted_by.name if application.submitted_by else ""
    quality = application.submitted_as[:1].lower() + application.submitted_as[1:]
    lines = [
        Mention("Numéro", application.number or ""),
        Mention("Objet", f"{application.title}, à l’appel « {call.title} »"),
        Mention("Reçue le", came),
        Mention("Déposée par", f"{by}, {quality}" if quality else by),
        Mention("Lecture", reading_sentence(application)),
        Mention("Service chargé du dossier", call.service),
        Mention("Adresse", call.service_address),
        Mention("Adresse électronique", call.service_email),
        Mention("Téléphone", call.service_phone),
        Mention("Réponse annoncée", _announced(application, clock.silence_on)),
        Mention("Si le service ne répond pas", clock.sentence),
    ]
    if call.silence == Silence.ACCEPTANCE:
        lines.append(Mention("Attestation", "À votre demande, le service atteste la décision implicite d’acceptation."))
    remedies = tuple(one.sentence() for one in remedies_of(call.remedies))
    lines += [Mention("Voies et délais de recours", " ".join(remedies))] if remedies else []
    return Receipt(tuple(line for line in lines if line.text), remedies)


def reading_sentence(application: Application) -> str:
    """When a permanent call reads the file; that it came too late for a reading, and what that does not change."""
    wave = application.wave
    if wave is None or application.received_on is None:
        return ""
    told = (
        f"avec ce qui est déposé jusqu’au {said(wave.reads_until)} ; décision attendue le "
        f"{said(wave.decision_expected_on)}."
    )
    missed = missed_wave(wave, application.received_on)
    if missed is not None:
        told = (
            f"{told} La lecture précédente prenait ce qui était déposé jusqu’au {said(missed.reads_until)} : votre "
            "candidature attend la suivante."
        )
    return f"{told} L’attente d’une lecture ne change rien à ce que fait le silence du service."


def _announced(application: Application, silence_on: date | None) -> str:
    """By when an answer was announced that day, and what comes first: the answer, or silence."""
    if application.received_on is None:
        return ""
    announced_on = promised_on(application.version, application.wave, application.received_on)
    if announced_on is None:
        return ""
    if silence_on is None or announced_on <= silence_on:
        return f"Le {said(announced_on)} au plus tard."
    return (
        f"Le {said(announced_on)} au plus tard, après le {said(silence_on)}, jour où le silence décide : une décision "
        "écrite remplacerait alors la sienne."
    )


def as_document(application: Application, receipt: Receipt) -> dict[str, Any]:
    """The data of the PDF, for the template "letter" of `design.papers`."""
    call = application.call
    recipient = application.organisation.name if application.organisation else application.paper.get("name", "")
    if not recipient and application.person is not None:
        recipient = application.person.name
    return {
        "title": f"Accusé de réception n° {application.number}",
        "running": f"{call.title} · candidature n° {application.number}",
        "issuer": call.issuer_name,
        "service": call.service,
        "contact": f"{call.service_address} · {call.service_email} · {call.service_phone}",
        "recipient": recipient,
        "dated": said(application.submitted_at) if application.submitted_at else "",
        "facts": [[line.label, line.text] for line in receipt.lines if line.label != "Voies et délais de recours"],
        "opening": "Cet accusé de réception est délivré en application de l’article R112-11-1 du code des relations "
        "entre le public et l’administration."
        if call.crpa
        else "Cet accusé de réception est délivré selon le règlement de l’appel.",
        "parts": [],
        "scores": [],
        "remedies": list(receipt.remedies),
        "last_days": [],
        "signature": call.service,
    }
