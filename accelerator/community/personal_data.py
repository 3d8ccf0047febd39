"""What the community holds about a person: roles, invitations, requests, powers, reports, messages, claims."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accelerator.accounts.holdings import Objection, PersonalData, register
from accelerator.accounts.models import Person
from accelerator.community.models import (
    Claim,
    ContactMessage,
    Delegation,
    Duplicate,
    EmailDomain,
    ErrorReport,
    Handover,
    Invitation,
    JoinRequest,
    Mandate,
    Merge,
    Organisation,
    Role,
    YearlyCheck,
)
from accelerator.community.operations.platform import end_platform_roles
from accelerator.community.operations.powers import end_powers_of, revoke_mandates_of
from accelerator.community.queries.people import sole_responsibilities
from accelerator.community.states import HandoverState, JoinRequestState, ReportState
from accelerator.journal import Actor
from accelerator.journal.operations import ERASED, record, without
from accelerator.workflow import Refused, operation


def export(person: Person) -> dict[str, Any]:
    """Everything held about the person, in French words."""
    address = (person.email or "").lower()
    concerned = Q(person=person)
    return {
        "rôles": [
            {
                "rôle": role.get_name_display(),
                "organisation": role.organisation.name if role.organisation else "la plateforme",
                "périmètre": role.perimeter,
                "depuis": role.started_at,
                "jusqu’à": role.ended_at,
                "représentant légal confirmé le": role.confirmed_at,
                "nom affiché au public": role.shown,
            }
            for role in Role.objects.filter(concerned).select_related("organisation").order_by("started_at", "pk")
        ],
        "invitations reçues": [
            {
                "organisation": invitation.organisation.name,
                "proposé": invitation.offer,
                "le": invitation.invited_at,
                "acceptée le": invitation.accepted_at,
                "déclinée le": invitation.declined_at,
            }
            for invitation in Invitation.objects.filter(Q(email=address) | Q(accepted_by=person))
            .select_related("organisation")
            .order_by("invited_at", "pk")
        ],
        "invitations envoyées": [
            {
                "organisation": invitation.organisation.name,
                "adresse": invitation.email,
                "proposé": invitation.offer,
                "le": invitation.invited_at,
            }
            for invitation in Invitation.objects.filter(invited_by=person)
            .select_related("organisation")
            .order_by("invited_at", "pk")
        ],
        "demandes à rejoindre une organisation": [
            {
                "organisation": request.organisation.name,
                "message": request.message,
                "le": request.asked_at,
                "état": request.get_state_display(),
                "réponse": request.answer,
            }
            for request in JoinRequest.objects.filter(concerned).select_related("organisation").order_by("pk")
        ],
        "délégations": [
            {
                "organisation": one.organisation.name,
                "sens": "donnée" if one.giver == person else "reçue",
                "pour": one.get_scope_display(),
                "du": one.starts_on,
                "au": one.ends_on,
                "terminée le": one.revoked_at,
            }
            for one in Delegation.objects.filter(Q(giver=person) | Q(delegate=person))
            .select_related("organisation")
            .order_by("pk")
        ],
        "mandats": [
            {
                "organisation": one.organisation.name,
                "sens": "reçu" if one.helper == person else "donné",
                "le": one.granted_at,
                "jusqu’au": one.ends_on,
                "terminé le": one.revoked_at,
            }
            for one in Mandate.objects.filter(Q(helper=person) | Q(granted_by=person))
            .select_related("organisation")
            .order_by("pk")
        ],
        "revendications": [
            {
                "organisation": one.organisation.name,
                "preuve": one.get_proof_display(),
                "détail de la preuve": one.evidence if one.person == person else "",
                "le": one.claimed_at,
                "état": one.get_state_display(),
                "motif de l’annulation": one.reason,
                "ce que vous avez écrit pour la contester": one.contest if one.contested_by == person else "",
                "vous l’avez annulée": one.reversed_by == person,
            }
            for one in Claim.objects.filter(Q(person=person) | Q(contested_by=person) | Q(reversed_by=person))
            .select_related("organisation", "person", "contested_by", "reversed_by")
            .order_by("pk")
        ],
        "domaines de messagerie": [
            {
                "organisation": one.organisation.name,
                "domaine": one.domain,
                "ajouté le": one.added_at if one.added_by == person else None,
                "confirmé le": one.confirmed_at if one.confirmed_by == person else None,
                "retiré le": one.removed_at,
            }
            for one in EmailDomain.objects.filter(Q(added_by=person) | Q(confirmed_by=person))
            .select_related("organisation", "added_by", "confirmed_by")
            .order_by("pk")
        ],
        "passages de main": [
            {
                "organisation": one.organisation.name,
                "sens": "proposé" if one.giver == person else "reçu",
                "à": one.email if one.giver == person else "",
                "le": one.offered_at,
                "état": one.get_state_display(),
            }
            for one in Handover.objects.filter(Q(giver=person) | Q(receiver=person) | Q(email=address))
            .select_related("organisation", "giver")
            .order_by("pk")
        ],
        "fiches dites exactes": [
            {"organisation": one.organisation.name, "le": one.confirmed_at}
            for one in YearlyCheck.objects.filter(confirmed_by=person).select_related("organisation").order_by("pk")
        ],
        "fiches réunies ou séparées": [
            {
                "fiche": one.organisation.name,
                "réunie à": one.into.name,
                "le": one.merged_at if one.merged_by == person else None,
                "motif": one.reason if one.merged_by == person else "",
                "défaite le": one.undone_at if one.undone_by == person else None,
                "motif de la séparation": one.undo_reason if one.undone_by == person else "",
            }
            for one in Merge.objects.filter(Q(merged_by=person) | Q(undone_by=person))
            .select_related("organisation", "into", "merged_by", "undone_by")
            .order_by("pk")
        ],
        "doublons tranchés": [
            {"fiches": [one.first.name, one.second.name], "le": one.decided_at, "motif": one.reason}
            for one in Duplicate.objects.filter(decided_by=person).select_related("first", "second").order_by("pk")
        ],
        "erreurs signalées": [
            {"organisation": one.organisation.name, "texte": one.message, "le": one.reported_at, "réponse": one.answer}
            for one in ErrorReport.objects.filter(reporter=person).select_related("organisation").order_by("pk")
        ],
        "messages envoyés": [
            {"organisation": one.organisation.name, "objet": one.subject, "texte": one.body, "le": one.sent_at}
            for one in ContactMessage.objects.filter(sender=person).select_related("organisation").order_by("pk")
        ],
    }


def objections(person: Person) -> list[Objection]:
    """Why the account cannot be deleted yet: others would be left without anyone to manage what they share."""
    alone = sole_responsibilities(person)
    reasons = [
        Objection(
            f"Vous êtes la seule personne à pouvoir gérer la fiche de {organisation.name}, qui a d’autres membres : "
            "donnez d’abord le rôle de gestionnaire à l’un d’eux (page « Membres »).",
            url=reverse("community:members", args=[organisation.key]),
            label=f"Les membres de {organisation.name}",
        )
        for organisation in alone.organisations
    ]
    if alone.platform:
        reasons.append(Objection("Vous êtes le dernier administrateur de la plateforme : nommez-en un autre d’abord."))
    return reasons


@operation
def erase(*, person: Person, by: Actor, at: datetime) -> None:
    """End what runs, forget what the person wrote and the addresses; the roles stay as history, without a name.

    The person's row is already held by the caller; organisations come next, by number (see operations/locks.py).
    """
    held = Role.objects.current().filter(person=person, organisation__isnull=False).values("organisation")
    organisations = Organisation.objects.filter(pk__in=held).order_by("pk")
    locked = list(organisations.select_for_update(no_key=True, of=("self",)))
    # Asked again now that nobody else can leave meanwhile.
    if reasons := objections(person):
        raise Refused(" ".join(str(one) for one in reasons))
    for organisation in locked:
        end_powers_of(person, organisation, by=by, at=at)
        for role in Role.objects.current().filter(person=person, organisation=organisation):
            role.ended_at = at
            role.save(update_fields=["ended_at"])
            record("community.member_left", organisation, person, by=by, at=at, role=role.get_name_display())
    end_platform_roles(person, by=by, at=at)
    revoke_mandates_of(person, by=by, at=at)
    Role.objects.filter(person=person).update(shown=False)
    JoinRequest.objects.open().filter(person=person).update(state=JoinRequestState.WITHDRAWN, answered_at=at)
    JoinRequest.objects.filter(person=person).update(message="")
    received = Invitation.objects.filter(Q(email=(person.email or "").lower()) | Q(accepted_by=person))
    received.waiting().update(revoked_at=at)
    received.update(email=ERASED)
    Invitation.objects.waiting().filter(invited_by=person).update(revoked_at=at)
    reports = ErrorReport.objects.filter(reporter=person)
    # What waits for an answer is still read; what was answered is forgotten.
    reports.exclude(state=ReportState.OPEN).update(message=ERASED)
    reports.update(reporter=None, reporter_email="")
    offers = Handover.objects.filter(Q(giver=person) | Q(receiver=person) | Q(email=(person.email or "-").lower()))
    offers.filter(state=HandoverState.OPEN).update(state=HandoverState.WITHDRAWN, closed_at=at)
    # The address of whom they offered it to is that person's.
    Handover.objects.filter(Q(receiver=person) | Q(email=(person.email or "-").lower())).update(email=ERASED)
    Claim.objects.filter(person=person).update(evidence=ERASED, before={}, contest="")
    Claim.objects.filter(person=person).exclude(reason="").update(reason=ERASED)
    Claim.objects.filter(contested_by=person).update(contest="")
    ContactMessage.objects.filter(sender=person).update(subject=ERASED, body=ERASED)
    Organisation.objects.filter(contact_email__iexact=person.email or "-").update(contact_email="")
    _forget_contact_address(person.email or "-")
    _unname(person.naming)


def _forget_contact_address(address: str) -> None:
    """Take an address out of what claims and merges would put back."""
    for claim in Claim.objects.filter(before__values__contact_email__iexact=address):
        claim.before["values"]["contact_email"] = ""
        claim.save(update_fields=["before"])
    taken = Q(taken__contact_email__before__iexact=address) | Q(taken__contact_email__after__iexact=address)
    for merge in Merge.objects.filter(taken):
        values = merge.taken["contact_email"]
        for moment in ("before", "after"):
            if str(values[moment]).lower() == address.lower():
                values[moment] = ""
        merge.save(update_fields=["taken"])


def _unname(words: list[str]) -> None:
    """Take the words that name the person out of what others wrote to them or about them."""
    texts: list[tuple[type[models.Model], tuple[str, ...]]] = [
        (ContactMessage, ("subject", "body")),
        (JoinRequest, ("message", "answer")),
        (ErrorReport, ("message", "answer")),
        (Claim, ("contest", "reason")),
        (Merge, ("reason", "undo_reason")),
        (Duplicate, ("reason",)),
    ]
    for model, fields in texts:
        naming = Q(pk__in=[])
        for word in words:
            for name in fields:
                naming |= Q(**{f"{name}__icontains": word})
        for row in model._default_manager.filter(naming).order_by("pk"):
            for name in fields:
                longest = getattr(model._meta.get_field(name), "max_length", None)
                setattr(row, name, without(words, getattr(row, name))[:longest])
            row.save(update_fields=list(fields))


register(
    PersonalData(
        subject="community",
        title="Vos organisations",
        models=(
            "community.Role",
            "community.Invitation",
            "community.JoinRequest",
            "community.Delegation",
            "community.Mandate",
            "community.ErrorReport",
            "community.ContactMessage",
            "community.Claim",
            "community.EmailDomain",
            "community.Handover",
            "community.YearlyCheck",
            "community.Merge",
            "community.Duplicate",
        ),
        export=export,
        erase=erase,
        objections=objections,
    )
)
