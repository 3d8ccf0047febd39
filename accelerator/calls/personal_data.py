"""What the calls hold about a person: the roles, the applications, and what they wrote or gave in them."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accelerator.accounts.holdings import Objection, PersonalData, register
from accelerator.accounts.models import Person
from accelerator.calls.models import (
    Appeal,
    Application,
    Assignment,
    CallRole,
    CallVersion,
    CommissionMember,
    Conflict,
    Decision,
    Exchange,
    JuryMember,
    Lot,
    Opinion,
    Piece,
    PiecesRequest,
    Review,
    Reviewer,
    UnsavedAnswers,
)
from accelerator.calls.operations.tallies import tally
from accelerator.calls.states import PENDING, TAKE_BACK, WITHDRAW, ApplicationState
from accelerator.journal import Actor
from accelerator.journal.operations import without
from accelerator.workflow import operation
from accelerator.workflow.transitions import move


def export(person: Person) -> dict[str, Any]:
    """Everything held about the person, in French words."""
    mine = Q(person=person) | Q(submitted_by=person)
    return {
        "rôles dans les appels": [
            {
                "appel": one.call.title,
                "rôle": one.get_name_display(),
                "périmètre": one.perimeter,
                "acte": one.act_reference,
                "depuis": one.started_at,
                "jusqu’à": one.ended_at,
            }
            for one in CallRole.objects.filter(person=person).select_related("call").order_by("pk")
        ],
        "versions d’appels publiées": [
            {"appel": one.call.title, "version": one.number, "le": one.published_at, "pourquoi": one.why}
            for one in CallVersion.objects.filter(published_by=person).select_related("call").order_by("pk")
        ],
        "candidatures": [
            {
                "appel": one.call.title,
                "numéro": one.number,
                "titre": one.title,
                "état": one.told_state.label,
                "réponses": one.answers,
                "commencée le": one.begun_at,
                "déposée le": one.submitted_at,
            }
            for one in Application.objects.filter(mine).select_related("call").order_by("pk")
        ],
        "candidatures dont vous êtes instructeur": list(
            Application.objects.filter(officer=person).order_by("pk").values_list("number", flat=True)
        ),
        "réponses commencées et non enregistrées": [
            {"candidature": one.application.title, "partie": one.section, "textes": one.values, "le": one.typed_at}
            for one in UnsavedAnswers.objects.filter(person=person).select_related("application").order_by("pk")
        ],
        "fichiers joints": [
            {"candidature": one.application.title, "nom": one.name, "le": one.at, "retiré le": one.removed_at}
            for one in Piece.objects.filter(by=person).select_related("application").order_by("pk")
        ],
        "pièces demandées": [
            {"candidature": one.application.number, "pièces": one.pieces, "le": one.asked_at, "pour le": one.due_on}
            for one in PiecesRequest.objects.filter(asked_by=person).select_related("application").order_by("pk")
        ],
        "messages": [
            {"candidature": one.application.title, "texte": one.text, "le": one.sent_at}
            for one in Exchange.objects.filter(person=person).select_related("application").order_by("pk")
        ],
        "avis demandés à des services ou enregistrés pour eux": [
            {"candidature": one.application.number, "service": one.who, "question": one.question, "le": one.asked_at}
            for one in Opinion.objects.filter(Q(asked_by=person) | Q(recorded_by=person))
            .select_related("application")
            .order_by("pk")
        ],
        "avis demandés à votre adresse": [
            {
                "candidature": one.application.number,
                "service": one.who,
                "question": one.question,
                "pour le": one.due_on,
                "signé par": one.author,
                "sens": one.get_sense_display(),
                "avis": one.words,
                "rendu le": one.given_on,
            }
            for one in _asked_of(person).select_related("application").order_by("pk")
        ],
        "décisions préparées": [
            {"candidature": one.application.number, "motifs": one.reasons, "le": one.drafted_at}
            for one in Decision.objects.filter(drafted_by=person).select_related("application").order_by("pk")
        ],
        "lots demandés": [
            {
                "acte": one.get_act_display(),
                "le": one.asked_at,
                "dossiers": one.total,
                "terminé le": one.ended_at,
            }
            for one in Lot.objects.filter(asked_by=person).counted().order_by("pk")
        ],
        "recours": [
            {
                "candidature": one.application.number,
                "moyens": one.grounds if one.filed_by == person else "",
                "le": one.filed_at,
                "réponse": one.answer,
            }
            for one in Appeal.objects.filter(Q(filed_by=person) | Q(answered_by=person))
            .select_related("application", "filed_by")
            .order_by("pk")
        ],
        **_judging(person),
    }


def _judging(person: Person) -> dict[str, Any]:
    """What the person judged, and what kept them from judging."""
    reviews = Review.objects.filter(assignment__reviewer__person=person).select_related("assignment__application")
    return {
        "appels dont vous êtes expert": [
            {
                "appel": one.call.title,
                "thèmes": one.themes,
                "territoire": one.perimeter,
                "dossiers au plus": one.most,
                "absences": one.absences,
                "depuis": one.appointed_at,
                "jusqu’à": one.ended_at,
            }
            for one in Reviewer.objects.filter(person=person).select_related("call").order_by("pk")
        ],
        "dossiers confiés": [
            {
                "dossier": one.application.number,
                "état": one.get_state_display(),
                "le": one.given_at,
                "pour le": one.due_on,
            }
            for one in Assignment.objects.filter(reviewer__person=person).select_related("application").order_by("pk")
        ],
        "dossiers que vous avez confiés": Assignment.objects.filter(given_by=person).count(),
        "avis rendus": [
            {
                "dossier": one.assignment.application.number,
                "notes": one.scores,
                "pour le candidat": one.for_applicant,
                "pour le service": one.for_service,
            }
            for one in reviews.order_by("pk")
        ],
        "liens avec des candidats": [
            {
                "dossier": one.application.number,
                "état": one.get_state_display(),
                "motif": one.reason,
                "le": one.decided_at,
            }
            for one in Conflict.objects.filter(Q(person=person) | Q(decided_by=person))
            .select_related("application")
            .order_by("pk")
        ],
        "jurys": [
            {"appel": one.jury.call.title, "jury": one.jury.name, "depuis": one.joined_at, "jusqu’à": one.left_at}
            for one in JuryMember.objects.filter(person=person).select_related("jury__call").order_by("pk")
        ],
        "commissions": [
            {
                "commission": one.commission.name,
                "le": one.commission.held_at,
                "qualité": one.get_quality_display(),
                "présence": one.present,
            }
            for one in CommissionMember.objects.filter(person=person).select_related("commission").order_by("pk")
        ],
    }


def _asked_of(person: Person) -> QuerySet[Opinion]:
    """The opinions that services were asked for at the address of this person."""
    return Opinion.objects.filter(email__iexact=person.email or "-")


def objections(person: Person) -> list[Objection]:
    """Why the account cannot be deleted yet: a file in one's own name waits for an answer that has to reach someone."""
    waiting = Application.objects.filter(person=person, organisation__isnull=True, state__in=PENDING).order_by("pk")
    return [
        Objection(
            f"Votre candidature « {one.title} » attend une décision, que nous ne pourrions plus vous dire : "
            "retirez-la, ou attendez la réponse."
        )
        for one in waiting
    ]


@operation
def erase(*, person: Person, by: Actor, at: datetime) -> None:
    """End the roles, withdraw the drafts in one's own name; files that were submitted stay, without a name.

    What was judged stays judged; what was to be read is taken back, for others to read. An opinion stays that of the
    service, without the name and the address of who gave it; one that is still awaited of an address is the service's.
    """
    CallRole.objects.current().filter(person=person).update(ended_at=at)
    waiting = list(Assignment.objects.waiting().filter(reviewer__person=person).order_by("pk"))
    for given in waiting:
        move(given, TAKE_BACK, by=by, at=at, changes={"ended_at": at}, person=person.name)
    Reviewer.objects.current().filter(person=person).update(ended_at=at, ended_because="Compte supprimé.")
    JuryMember.objects.filter(person=person, left_at__isnull=True).update(left_at=at)
    UnsavedAnswers.objects.filter(person=person).delete()
    own = Application.objects.filter(person=person, organisation__isnull=True)
    for draft in own.filter(state=ApplicationState.DRAFT).order_by("pk"):
        move(draft, WITHDRAW, by=by, at=at, changes={"withdrawn_at": at, "answers": {}})
    for exchange in Exchange.objects.filter(application__in=own).order_by("pk"):
        exchange.text = without(person.naming, exchange.text)
        exchange.save(update_fields=["text"])
    settled = Q(answered_at__isnull=False) | Q(withdrawn_at__isnull=False)
    for opinion in _asked_of(person).filter(settled).order_by("pk"):
        opinion.email = ""
        opinion.author, opinion.words = (without(person.naming, one) for one in (opinion.author, opinion.words))
        opinion.save(update_fields=["email", "author", "words"])
    tally(given.application_id for given in waiting)


register(
    PersonalData(
        subject="calls",
        title="Vos candidatures et vos rôles dans les appels",
        models=(
            "calls.CallVersion",
            "calls.CallRole",
            "calls.Application",
            "calls.UnsavedAnswers",
            "calls.Piece",
            "calls.PiecesRequest",
            "calls.Exchange",
            "calls.Decision",
            "calls.Opinion",
            "calls.Appeal",
            "calls.Reviewer",
            "calls.Conflict",
            "calls.Assignment",
            "calls.JuryMember",
            "calls.Lot",
            "calls.CommissionMember",
        ),
        export=export,
        erase=erase,
        objections=objections,
    )
)
