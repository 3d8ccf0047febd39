"""The logo: one picture, kept under the name of its content."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accelerator.accounts.models import Person
from accelerator.community import rules, search
from accelerator.community.events import LOGO_CHANGED, LOGO_REMOVED
from accelerator.community.models import Organisation
from accelerator.community.operations.locks import lock_organisation
from accelerator.journal.operations import record
from accelerator.workflow import Refused, operation


@operation
def set_logo(*, organisation: Organisation, picture: bytes, by: Person, at: datetime) -> Organisation:
    """Keep a picture that `pictures.logo_from` drew as the logo; the former file is forgotten if no one else has it."""
    held = lock_organisation(organisation)
    rules.require("community.edit_record", by, held)
    name = f"logos/{hashlib.sha256(picture).hexdigest()[:32]}.webp"
    former = held.logo.name
    if name == former:
        return held
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(picture))
    _put(held, name, former, at)
    record(LOGO_CHANGED.code, held, by=by, at=at)
    return held


@operation
def remove_logo(*, organisation: Organisation, by: Person, at: datetime) -> Organisation:
    """Forget the logo, and its file if no one else has it."""
    held = lock_organisation(organisation)
    rules.require("community.edit_record", by, held)
    former = held.logo.name
    if not former:
        raise Refused("Cette organisation n’a pas de logo.")
    _put(held, None, former, at)
    record(LOGO_REMOVED.code, held, by=by, at=at)
    return held


def _put(held: Organisation, name: str | None, former: str | None, at: datetime) -> None:
    held.logo.name = name
    held.changed_at = at
    held.save(update_fields=["logo", "changed_at"])
    search.refresh([held])
    if former and not Organisation.objects.filter(logo=former).exists():
        default_storage.delete(former)
