"""What the labels add to the page of an organisation."""

from collections.abc import Sequence

from django.urls import reverse

from accelerator.community.attached import Attached, Attachment, register
from accelerator.community.models import Organisation
from accelerator.labels.queries.register import labels_about


def _of(organisation: Organisation) -> Sequence[Attachment]:
    return [
        Attachment(
            f"{one.shown_title} : {one.category.title}",
            reverse("labels:label", args=[one.key]),
            f"{one.told_state.label}. {one.said_period}",
        )
        for one in labels_about(organisation)
    ]


register(Attached(subject="labels", title="Ses labels", read=_of))
