"""The charter of the banner: accepted by the legal representative, withdrawn at any time. Never a label."""

from datetime import datetime

from accelerator.accounts.models import Person
from accelerator.community import charter, rules, search
from accelerator.community.events import CHARTER_ACCEPTED, CHARTER_WITHDRAWN
from accelerator.community.models import Organisation
from accelerator.community.operations.locks import lock_organisation
from accelerator.journal.operations import record
from accelerator.workflow import Refused, operation


@operation
def accept_charter(*, organisation: Organisation, version: str, by: Person, at: datetime) -> Organisation:
    """Accept the charter in the version that the person read; raises `Refused` when it is not the present one."""
    held = lock_organisation(organisation)
    rules.require("community.accept_charter", by, held)
    if version != charter.VERSION:
        raise Refused("La charte a changé depuis l’ouverture de cette page : relisez-la, puis acceptez-la.")
    if held.charter_version == version:
        raise Refused("La charte est déjà acceptée dans cette version.")
    held.charter_version, held.charter_accepted_at = version, at
    held.save(update_fields=["charter_version", "charter_accepted_at"])
    record(CHARTER_ACCEPTED.code, held, by=by, at=at, version=version)
    search.refresh([held])
    return held


@operation
def withdraw_charter(*, organisation: Organisation, by: Person, at: datetime) -> Organisation:
    """Withdraw the acceptance; what was done under it stays in the journal."""
    held = lock_organisation(organisation)
    rules.require("community.accept_charter", by, held)
    if not held.charter_version:
        raise Refused("La charte n’est pas acceptée : il n’y a rien à retirer.")
    held.charter_version, held.charter_accepted_at = "", None
    held.save(update_fields=["charter_version", "charter_accepted_at"])
    record(CHARTER_WITHDRAWN.code, held, by=by, at=at)
    search.refresh([held])
    return held
