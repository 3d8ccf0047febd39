"""Organisations, their people, and what is known of them, a module per noun."""

from accelerator.community.models.checks import YearlyCheck
from accelerator.community.models.claims import Claim, ClaimQuerySet, EmailDomain, EmailDomainQuerySet
from accelerator.community.models.exchanges import (
    ContactMessage,
    ErrorReport,
)
from accelerator.community.models.handovers import Handover, HandoverQuerySet
from accelerator.community.models.merging import Duplicate, Merge
from accelerator.community.models.organisations import (
    Distinction,
    Establishment,
    Organisation,
    OrganisationDocument,
    OrganisationQuerySet,
    Theme,
)
from accelerator.community.models.people import (
    Delegation,
    DelegationQuerySet,
    Invitation,
    InvitationQuerySet,
    JoinRequest,
    JoinRequestQuerySet,
    Mandate,
    MandateQuerySet,
    Role,
    RoleQuerySet,
)
from accelerator.community.models.suggestions import ThemeRefusal

__all__ = [
    "Claim",
    "ClaimQuerySet",
    "ContactMessage",
    "Delegation",
    "DelegationQuerySet",
    "Distinction",
    "Duplicate",
    "EmailDomain",
    "EmailDomainQuerySet",
    "ErrorReport",
    "Establishment",
    "Handover",
    "HandoverQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "JoinRequest",
    "JoinRequestQuerySet",
    "Mandate",
    "MandateQuerySet",
    "Merge",
    "Organisation",
    "OrganisationDocument",
    "OrganisationQuerySet",
    "Role",
    "RoleQuerySet",
    "Theme",
    "ThemeRefusal",
    "YearlyCheck",
]
