"""A form sent twice acts once.

Each rendered form carries a fresh token. The token is written in the same transaction as what the form does, so
a second sending either waits for the first and gets its answer, or finds it.
"""

import uuid
from datetime import datetime

from django.db import connection

from accelerator.workflow.models import Submission

FIELD = "_once"


def new_token() -> str:
    """A token for a form about to be shown."""
    return uuid.uuid4().hex


def answer_already_given(raw_token: str, *, sender: str, at: datetime) -> str | None:
    """Take the token, or return the answer that was given to the first sending.

    None means: first time, act. A missing or malformed token, or one that someone else used, is taken as absent
    (the form then simply acts, as any form does).
    Must run in the transaction of the operation: the token is only taken if the operation succeeds.
    """
    try:
        token = uuid.UUID(raw_token)
    except ValueError:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workflow_submission (token, sender, answer, received_at) VALUES (%s, %s, '', %s)"
            " ON CONFLICT (token) DO NOTHING",
            [token, sender, at],
        )
        if cursor.rowcount:
            return None
    first = Submission.objects.get(token=token)
    return first.answer if first.sender == sender else None


def keep_answer(raw_token: str, answer: str) -> None:
    """Remember where the first sending was led."""
    try:
        token = uuid.UUID(raw_token)
    except ValueError:
        return
    Submission.objects.filter(token=token, answer="").update(answer=answer[:500])


def forget_submissions_before(at: datetime) -> int:
    """Remove old tokens; return how many (a nightly job)."""
    return Submission.objects.filter(received_at__lt=at).delete()[0]
