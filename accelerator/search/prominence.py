"""What is the most prominent comes first among what answers alike: points, in hundredths, that a subject gives."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable


def sum_of(weights: Iterable[tuple[int, Q | Combinable]]) -> Combinable:
    """The sum of the weights whose condition holds."""
    points: Combinable = Value(0, output_field=IntegerField())
    for weight, condition in weights:
        points += Case(When(condition, then=Value(weight)), default=Value(0))
    return points


def most_prominent_first(rated: QuerySet[Any]) -> Sequence[int]:
    """The numbers of what has `points`, the order in which an index is written whole."""
    ordered = rated.order_by("-points", "pk").values_list("pk", flat=True)
    return array("q", ordered.iterator(chunk_size=50_000))
