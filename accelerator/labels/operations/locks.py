"""Holding a candidacy still: after persons and organisations (Note [Lock order] of the community), never before."""

from accelerator.labels.models import Candidacy


def lock_candidacy(candidacy: Candidacy) -> Candidacy:
    """The candidacy as it is now, held until the end of the transaction."""
    held = Candidacy.objects.select_for_update(no_key=True, of=("self",))
    return held.select_related("organisation", "category", "criteria_set").get(pk=candidacy.pk)
