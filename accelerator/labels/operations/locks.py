"""Holding things still: after persons and organisations (Note [Lock order] of the community), never before."""

from typing import Final

from accelerator.labels.models import Candidacy, Label, Proceeding

_RELATED: Final = (
    "category__call",
    "organisation__merged_into",
    "organisation__seat",
    "candidacy",
    "application__call",
)


def lock_candidacy(candidacy: Candidacy) -> Candidacy:
    """The candidacy as it is now, held until the end of the transaction."""
    held = Candidacy.objects.select_for_update(no_key=True, of=("self",))
    return held.select_related("organisation", "category", "criteria_set").get(pk=candidacy.pk)


def lock_label(label: Label) -> Label:
    """The label, locked, with what its rules and its letters need."""
    return Label.objects.select_for_update(of=("self",)).select_related(*_RELATED).get(pk=label.pk)


def lock_proceeding(proceeding: Proceeding) -> Proceeding:
    """The proceeding, locked after its label (Note [The order of the locks])."""
    label = lock_label(proceeding.label)
    held = Proceeding.objects.select_for_update(of=("self",)).get(pk=proceeding.pk)
    held.label = label
    return held
