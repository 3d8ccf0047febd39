"""Of whom an opinion may be asked, for when, and until when it may be given."""

from collections.abc import Collection
from datetime import date
from typing import Any

from accelerator.calls.models import Application, Opinion
from accelerator.calls.queries.opinions import LONGEST_DELAY, already_asked, is_of_applicant, on_applicants_side
from accelerator.calls.states import DECIDABLE
from accelerator.workflow.dates import said

NOT_EXAMINED = "Ce dossier n’est plus examiné : aucun avis ne peut plus y compter."
YOUR_SIDE = "Vous êtes du côté de qui candidate : vous ne pouvez pas dire ce que pense un service de ce dossier."
THEIR_SIDE = (
    "Cette adresse est du côté de qui candidate (un membre, son domaine ou celle qu’il a donnée) : un avis se "
    "demande à un service qui n’a pas de lien avec lui."
)


def reason_against_asking(application: Application) -> str | None:
    """Why no opinion is asked about a file now: it is decided, or over."""
    return None if application.state in DECIDABLE else NOT_EXAMINED


def reason_against_day(due_on: date, on: date) -> str | None:
    """Why an opinion is not asked for a day."""
    if due_on <= on:
        return "Donnez un jour à venir."
    if due_on > on + LONGEST_DELAY:
        return f"{LONGEST_DELAY.days} jours au plus : personne n’attend sans fin."
    return None


def reason_against_address(application: Application, email: str) -> str | None:
    """Why whoever reads an address may not say what a service thinks: they are on the applicant's side."""
    return THEIR_SIDE if is_of_applicant(application, email) else None


def reason_against_reading_link(person: Any, application: Application) -> str | None:
    """Why someone who is signed in does not open the link by which a service answers."""
    known = person.is_authenticated and is_of_applicant(application, person.email or "")
    return YOUR_SIDE if known else None


def reason_against_asking_again(known: Opinion) -> str:
    """Why an address is not asked what it was asked already."""
    if known.given_on is not None:
        return f"Cette adresse ({known.who}) a déjà rendu son avis, le {said(known.given_on)}."
    return f"Un avis est déjà demandé à cette adresse ({known.who}), pour le {said(known.due_on)}."


def reasons_against_asking(applications: Collection[Application], email: str = "") -> dict[int, str]:
    """Of several files, those about which an address is not asked together with the others, and why.

    email  empty as long as nobody knows who will be asked.
    """
    against = {one.pk: NOT_EXAMINED for one in applications if reason_against_asking(one)}
    if not email:
        return against
    asked = {number: reason_against_asking_again(one) for number, one in already_asked(applications, email).items()}
    return {**asked, **dict.fromkeys(on_applicants_side(applications, email), THEIR_SIDE), **against}


def reason_against_giving(opinion: Opinion) -> str | None:
    """Why an opinion is not awaited any more; after its day it still is, as long as nothing is decided."""
    if opinion.answered_at is not None:
        return "Cet avis est rendu, et ne se change plus."
    if opinion.withdrawn_at is not None:
        return f"Cet avis n’est plus demandé : {opinion.withdrawn_because}"
    return reason_against_asking(opinion.application)
