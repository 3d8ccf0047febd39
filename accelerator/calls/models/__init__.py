"""Calls and applications, a module per noun."""

from accelerator.calls.models.applications import (
    Appeal,
    Application,
    ApplicationQuerySet,
    Decision,
    DecisionQuerySet,
    Exchange,
    Piece,
    PiecesRequest,
)
from accelerator.calls.models.calls import Call, CallQuerySet, CallRole, CallRoleQuerySet, CallVersion, Wave

__all__ = [
    "Appeal",
    "Application",
    "ApplicationQuerySet",
    "Call",
    "CallQuerySet",
    "CallRole",
    "CallRoleQuerySet",
    "CallVersion",
    "Decision",
    "DecisionQuerySet",
    "Exchange",
    "Piece",
    "PiecesRequest",
    "Wave",
]
