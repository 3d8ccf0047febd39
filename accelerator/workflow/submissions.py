"""A form sent twice acts once.

Each rendered form carries a fresh token. The token is written in the same transaction as what the form does, so
a second sending either waits for the first and gets its answer, or finds it.

Note [The same form is the same words]
What is written is the print of the token, of the sender, of the address and of all that was sent. So whoever comes
back to a form by the browser's arrow and corrects it acts again, and nobody uses up someone else's token.
"""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest

from accelerator.workflow.models import Submission

FIELD = "_once"


def new_token() -> str:
    """A token for a form about to be shown."""
    return uuid.uuid4().hex


def token_of(request: HttpRequest, sender: str) -> str:
    """The token of what this request sends, or an empty text when it carries none: see the note above."""
    try:
        token = uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return ""
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, [_print(file) for file in files]) for name, files in request.FILES.lists())
    return str(uuid.uuid5(token, json.dumps([sender, request.get_full_path(), fields, files])))


def _print(file: Any) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


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
