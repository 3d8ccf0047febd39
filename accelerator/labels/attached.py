"""What the labels add to the page of an organisation."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.urls import reverse

from accelerator.community.attached import Attached, Attachment, register
from accelerator.community.models import Organisation
from accelerator.labels import search
from accelerator.labels.models import Label, Member
from accelerator.labels.queries.register import labels_about
from accelerator.labels.states import MemberState


def _of(organisation: Organisation) -> Sequence[Attachment]:
    return [
        Attachment(
            f"{one.shown_title} : {one.category.title}",
            reverse("labels:label", args=[one.key]),
            f"{one.told_state.label}. {one.said_period}",
        )
        for one in labels_about(organisation)
    ]


def _written(organisations: QuerySet[Organisation]) -> None:
    """The register finds a label by its holder and the members of its collective, unless they are hidden."""
    together = Member.objects.filter(organisation__in=organisations, state=MemberState.CONFIRMED).values("candidacy")
    named = Label.objects.filter(Q(organisation__in=organisations) | Q(candidacy__in=together))
    search.refresh_ids(list(named.values_list("pk", flat=True)))


register(Attached(subject="labels", title="Ses labels", read=_of, written=_written))
