"""Tables of the labels, a module per noun."""

from accelerator.labels.models.candidacies import (
    Candidacy,
    CandidacyFile,
    CandidacyQuerySet,
    Member,
    Proof,
    UnsavedStep,
)
from accelerator.labels.models.categories import Category, CriteriaSet
from accelerator.labels.models.following import LabelAppeal, LabelDocument, ProceedingFile, Reminder
from accelerator.labels.models.labels import Label, LabelCondition, Proceeding, next_label_number
from accelerator.labels.models.roadmaps import Action, ActionNote, Challenge, SteeringMinutes

__all__ = [
    "Action",
    "ActionNote",
    "Candidacy",
    "CandidacyFile",
    "CandidacyQuerySet",
    "Category",
    "Challenge",
    "CriteriaSet",
    "Label",
    "LabelAppeal",
    "LabelCondition",
    "LabelDocument",
    "Member",
    "Proceeding",
    "ProceedingFile",
    "Proof",
    "Reminder",
    "SteeringMinutes",
    "UnsavedStep",
    "next_label_number",
]
