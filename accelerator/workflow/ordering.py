"""Texts in the order of a dictionary, whatever the server's collation (decision 16).

A server set to "C" puts « Zoé » before « agir », and « Évaluateur » after both; others differ by their version.
"""

from django.db.models import CharField, F, Func
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate


def alphabetical(text: str | Combinable) -> Collate:
    """What to order by, for a dictionary's order of a field: neither capitals nor accents count, « Jury 2 » comes
    before « Jury 10 »."""
    given = F(text) if isinstance(text, str) else text
    return Collate(Func(given, function="workflow_sorted", output_field=CharField()), "C")
