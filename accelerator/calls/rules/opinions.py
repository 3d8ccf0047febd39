"""Of whom an opinion may be asked, and until when it may be given."""

from accelerator.calls.models import Application, Opinion
from accelerator.calls.queries.opinions import is_of_applicant
from accelerator.calls.states import DECIDABLE

NOT_EXAMINED = "Ce dossier n’est plus examiné : aucun avis ne peut plus y compter."


def reason_against_asking(application: Application) -> str | None:
    """Why no opinion is asked about a file now: it is decided, or over."""
    return None if application.state in DECIDABLE else NOT_EXAMINED


def reason_against_address(application: Application, email: str) -> str | None:
    """Why whoever reads an address may not say what a service thinks: they are on the applicant's side."""
    if is_of_applicant(application, email):
        return (
            "Cette adresse est du côté de qui candidate (un membre, son domaine ou celle qu’il a donnée) : un avis se "
            "demande à un service qui n’a pas de lien avec lui."
        )
    return None


def reason_against_giving(opinion: Opinion) -> str | None:
    """Why an opinion is not awaited any more; after its day it still is, as long as nothing is decided."""
    if opinion.answered_at is not None:
        return "Cet avis est déjà rendu."
    if opinion.withdrawn_at is not None:
        return f"Cet avis n’est plus demandé : {opinion.withdrawn_because}"
    return reason_against_asking(opinion.application)
