"""Telling."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template import Context, engines

from accelerator.journal import Actor
from accelerator.journal.operations import without
from accelerator.notices.models import Notice
from accelerator.notices.recipients import Letter, Recipient
from accelerator.workflow import operation
from accelerator.workflow.jobs import defer
from accelerator.workflow.transactions import demand_transaction

QUEUE = "notices"
SEND = "notices.send"


def tell(
    template: str,
    *,
    to: Recipient | Iterable[Recipient],
    at: datetime,
    data: Mapping[str, Any] | None = None,
    reply_to: str = "",
    secret: bool = False,
    expires_at: datetime | None = None,
    unsubscribe_url: str = "",
) -> list[Notice]:
    """Write a notice for each recipient, and the job that will send it, in the transaction of what they tell.

    template    "community/invited" is the file `notices/community/invited.txt`.
    data        what the template needs besides the site's name and addresses.
    secret      the text opens something: it is forgotten once sent, and never listed.
    expires_at  after this moment the notice is useless (a code): a late worker drops it.
    unsubscribe_url  for what one subscribes to: the address that ends it by a POST, without a session.

    A recipient without address (an erased account) is skipped; one address given twice is told once.
    Raises `RuntimeError` outside a transaction, `TemplateDoesNotExist` for an unknown template.
    """
    recipients = {one.email.lower(): one for one in ([to] if isinstance(to, Recipient) else to) if one.email}
    text = _Text(template, at).of(data or {}) if recipients else ("", "")
    common = {"template": template, "asked_at": at, "reply_to": reply_to, "secret": secret, "expires_at": expires_at}
    return _write([_notice(one, text, unsubscribe_url, **common) for one in recipients.values()])


def tell_each(template: str, letters: Iterable[Letter], *, at: datetime) -> list[Notice]:
    """Write to many at once, to each what concerns them; as `tell` for what is common, in two queries."""
    text = _Text(template, at)
    addressed = [one for one in letters if one.to.email]
    common = {"template": template, "asked_at": at}
    return _write([_notice(one.to, text.of(one.data), one.unsubscribe_url, **common) for one in addressed])


def _notice(to: Recipient, text: tuple[str, str], unsubscribe_url: str, **common: Any) -> Notice:
    subject, body = text
    return Notice(
        recipient=to.key, email=to.email, subject=subject, body=body, unsubscribe_url=unsubscribe_url, **common
    )


def _write(notices: list[Notice]) -> list[Notice]:
    demand_transaction("tell")
    if not notices:
        return []
    Notice.objects.bulk_create(notices)
    defer(SEND, *({"notice": notice.pk} for notice in notices), queue=QUEUE)
    return notices


@operation
def send(*, notice: int, by: Actor, at: datetime) -> bool:
    """Send a notice, unless it was sent, forgotten, or is past its use; return whether a mail left.

    The row stays locked until the mail server has answered, so that two workers send one mail. Killed before the
    commit, the worker leaves the notice unsent and it will leave again: twice is better than never.
    Raises what the mail server raises; the job is then tried again later.
    """
    row = Notice.objects.select_for_update().filter(pk=notice, sent_at__isnull=True).first()
    if row is None:
        return False
    useful = row.expires_at is None or at < row.expires_at
    if useful:
        host = urlsplit(settings.BASE_URL).hostname or "localhost"
        EmailMessage(
            subject=row.subject,
            body=row.body,
            to=[row.email],
            reply_to=[row.reply_to] if row.reply_to else None,
            headers={
                "Message-ID": f"<notice.{row.pk}.{row.asked_at:%Y%m%d%H%M%S}@{host}>",
                "Auto-Submitted": "auto-generated",
                **_unsubscribing(row.unsubscribe_url),
            },
        ).send()
        row.sent_at = at
    if row.secret:
        row.body = ""
    if not row.recipient:
        row.email = ""
    row.save(update_fields=["sent_at", "body", "email"])
    return useful


@operation
def forget(*, recipient: str, email: str, by: Actor, at: datetime) -> int:
    """Remove every notice to a person, or to their address before they had an account; return how many.

    Those not sent yet never will be.
    """
    return Notice.objects.filter(Q(recipient=recipient) | Q(recipient="", email__iexact=email)).delete()[0]


@operation
def unname(*, words: Collection[str], by: Actor, at: datetime) -> int:
    """Take words out of what was told to others (the name of an erased person); return how many notices changed."""
    naming = Q(pk__in=[])
    for word in words:
        naming |= Q(subject__icontains=word) | Q(body__icontains=word) | Q(reply_to__iexact=word)
    changed = list(Notice.objects.filter(naming).order_by("pk"))
    for notice in changed:
        notice.subject, notice.body = without(words, notice.subject)[:200], without(words, notice.body)
        if notice.reply_to.lower() in {word.lower() for word in words}:
            notice.reply_to = ""
    Notice.objects.bulk_update(changed, ["subject", "body", "reply_to"])
    return len(changed)


@operation
def forget_before(*, moment: datetime, by: Actor, at: datetime) -> int:
    """Remove the notices asked before a moment; return how many (the retention period, a nightly job)."""
    return Notice.objects.filter(asked_at__lt=moment).delete()[0]


def _unsubscribing(url: str) -> dict[str, str]:
    """What lets a mail program offer to stop: RFC 2369 for the address, RFC 8058 for the single click."""
    if not url:
        return {}
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _site() -> dict[str, Any]:
    return {
        "site_name": settings.SITE_NAME,
        "base_url": settings.BASE_URL,
        "contact_email": settings.CONTACT_EMAIL,
    }


class _Text:
    """A template, read once, in plain text: nothing is escaped.

    The first line of the file is rendered by itself, so that no value of several lines spills out of the subject.
    """

    def __init__(self, template: str, at: datetime) -> None:
        engine = engines["django"].engine  # type: ignore[attr-defined]  # the one backend of settings.TEMPLATES
        first_line, _, rest = str(engine.get_template(f"notices/{template}.txt").source).partition("\n")
        self.subject, self.body = engine.from_string(first_line), engine.from_string(rest)
        self.signature = engine.get_template("notices/signature.txt")
        self.site, self.at = _site(), at

    def of(self, data: Mapping[str, Any]) -> tuple[str, str]:
        """The subject and the body."""
        context = Context({**self.site, **data, "at": self.at}, autoescape=False)
        subject = " ".join(self.subject.render(context).split())
        body, signature = self.body.render(context), self.signature.render(context)
        return subject[:200], f"{body.strip()}\n\n{signature.strip()}\n"
