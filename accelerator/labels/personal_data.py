"""What the labels hold about a person: what they answered, noted and signed for an organisation or a service."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from accelerator.accounts.holdings import PersonalData, register
from accelerator.accounts.models import Person
from accelerator.journal import Actor
from accelerator.labels.models import (
    ActionNote,
    CriteriaSet,
    LabelAppeal,
    Member,
    Proceeding,
    ProceedingFile,
    UnsavedStep,
)
from accelerator.workflow import operation


def export(person: Person) -> dict[str, Any]:
    """Everything held about the person, in French words."""
    members = Member.objects.filter(answered_by=person).select_related("candidacy", "organisation").order_by("pk")
    of_person = Q(notified_by=person) | Q(answered_by=person) | Q(signatory=person)
    return {
        "critères de labels publiés": [
            {"label": one.category.title, "version": one.number, "à partir du": one.since, "pourquoi": one.why}
            for one in CriteriaSet.objects.filter(published_by=person).select_related("category").order_by("pk")
        ],
        "réponses données pour une organisation nommée dans un collectif": [
            {
                "collectif": one.candidacy.title,
                "organisation": one.organisation.name,
                "réponse": one.get_state_display(),
                "motif": one.reason,
                "le": one.answered_at,
            }
            for one in members
        ],
        "notes sur les actions d’une feuille de route": [
            {"action": one.action.title, "le": one.on, "texte": one.text}
            for one in ActionNote.objects.filter(by=person).select_related("action").order_by("pk")
        ],
        "textes de candidature non enregistrés": [
            {"candidature": one.candidacy.title, "page": one.step, "texte": one.values, "tapé le": one.typed_at}
            for one in UnsavedStep.objects.filter(person=person).select_related("candidacy").order_by("pk")
        ],
        "procédures de suspension ou de retrait": [
            {
                "label": one.label.title,
                "sorte": one.get_kind_display(),
                "griefs": one.grounds if one.notified_by == person else "",
                "réponse": one.answer if one.answered_by == person else "",
                "motif": one.reason if one.signatory == person else "",
            }
            for one in Proceeding.objects.filter(of_person)
            .select_related("label", "notified_by", "answered_by", "signatory")
            .order_by("pk")
        ],
        "fichiers joints à une réponse": [
            {"label": one.proceeding.label.title, "fichier": one.name, "le": one.at}
            for one in ProceedingFile.objects.filter(by=person).select_related("proceeding__label").order_by("pk")
        ],
        "recours contre une mesure": [
            {
                "label": one.proceeding.label.title,
                "sorte": one.get_kind_display(),
                "formé le": one.filed_on,
                "ce qui est contesté": one.grounds if one.recorded_by == person else "",
                "réponse": one.answer if one.answered_by == person else "",
            }
            for one in LabelAppeal.objects.filter(Q(recorded_by=person) | Q(answered_by=person))
            .select_related("proceeding__label", "recorded_by", "answered_by")
            .order_by("pk")
        ],
    }


@operation
def erase(*, person: Person, by: Actor, at: datetime) -> None:
    """Forget what was theirs alone; what was answered or signed for an organisation or a service stays, nameless."""
    UnsavedStep.objects.filter(person=person).delete()


register(
    PersonalData(
        subject="labels",
        title="Ce que vous avez fait pour des labels",
        models=(
            "labels.CriteriaSet",
            "labels.Member",
            "labels.ActionNote",
            "labels.Proceeding",
            "labels.ProceedingFile",
            "labels.LabelAppeal",
            "labels.UnsavedStep",
        ),
        export=export,
        erase=erase,
    )
)
