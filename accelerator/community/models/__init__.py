"""Organisations, their people, and what is known of them, a module per noun."""

from accelerator.community.models.claims import Claim, ClaimQuerySet, EmailDomain, EmailDomainQuerySet
from accelerator.community.models.exchanges import (
    ContactMessage,
    ErrorReport,
)
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

__all__ = [
    "Claim",
    "ClaimQuerySet",
    "ContactMessage",
    "Delegation",
    "DelegationQuerySet",
    "Distinction",
    "EmailDomain",
    "EmailDomainQuerySet",
    "ErrorReport",
    "Establishment",
    "Invitation",
    "InvitationQuerySet",
    "JoinRequest",
    "JoinRequestQuerySet",
    "Mandate",
    "MandateQuerySet",
    "Organisation",
    "OrganisationDocument",
    "OrganisationQuerySet",
    "Role",
    "RoleQuerySet",
    "Theme",
]
