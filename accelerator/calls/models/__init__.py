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
    next_number,
)
from accelerator.calls.models.calls import Call, CallQuerySet, CallRole, CallRoleQuerySet, CallVersion, Wave
from accelerator.calls.models.promises import Promise
from accelerator.calls.models.reviewing import (
    Assignment,
    AssignmentQuerySet,
    Conflict,
    Review,
    Reviewer,
    ReviewerQuerySet,
    Tally,
)
from accelerator.calls.models.sittings import (
    Commission,
    CommissionItem,
    CommissionMember,
    Jury,
    JuryMember,
    Recusal,
    Slot,
    Vote,
)

__all__ = [
    "Appeal",
    "Application",
    "ApplicationQuerySet",
    "Assignment",
    "AssignmentQuerySet",
    "Call",
    "CallQuerySet",
    "CallRole",
    "CallRoleQuerySet",
    "CallVersion",
    "Commission",
    "CommissionItem",
    "CommissionMember",
    "Conflict",
    "Decision",
    "DecisionQuerySet",
    "Exchange",
    "Jury",
    "JuryMember",
    "Piece",
    "PiecesRequest",
    "Promise",
    "Recusal",
    "Review",
    "Reviewer",
    "ReviewerQuerySet",
    "Slot",
    "Tally",
    "Vote",
    "Wave",
    "next_number",
]
