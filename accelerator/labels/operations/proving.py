"""The attestation of a label: made with it, and changed in the transaction that changes it."""

from datetime import datetime

from accelerator.credentials import operations as credentials
from accelerator.credentials.models import Credential
from accelerator.credentials.queries import credential_of
from accelerator.journal import Actor
from accelerator.labels.models import Label
from accelerator.labels.queries.proving import first_moment, last_moment, name_of, provable, subject_of
from accelerator.labels.states import LabelNature, LabelState
from accelerator.workflow import operation


@operation
def prove(*, label: Label, by: Actor, at: datetime) -> Credential | None:
    """Attest a label; asked again, the same one. A historic label is not ours to attest: None.

    A label withdrawn is not attested again.
    """
    if label.nature == LabelNature.HISTORIC or label.state == LabelState.WITHDRAWN:
        return None
    label = provable().get(pk=label.pk)
    return credentials.issue(
        about=label,
        name=name_of(label),
        subject=subject_of(label),
        valid_from=first_moment(label),
        valid_until=last_moment(label),
        by=by,
        at=at,
    )


@operation
def reflect(*, label: Label, by: Actor, at: datetime, reason: str = "") -> Credential | None:
    """Have the attestation of a label say what its state says; None when there is none.

    A label whose withdrawal was undone is attested anew: what was withdrawn does not come back.
    """
    credential, why = credential_of(label), reason or label.get_state_display()
    if credential is None:
        return None
    if label.state == LabelState.WITHDRAWN:
        return credentials.revoke(credential=credential, by=by, at=at, reason=why)
    if credential.revoked_at is not None:
        credential = prove(label=label, by=by, at=at)
        if credential is None:
            return None
    if label.state == LabelState.SUSPENDED:
        return credentials.suspend(credential=credential, by=by, at=at, reason=why)
    return credentials.lift(credential=credential, by=by, at=at, reason=why)
