"""What is the most prominent comes first among what answers alike: points, in hundredths, that a subject gives."""

from array import array
from collections.abc import Iterable, Sequence
from sys import byteorder
from typing import Any

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable


def sum_of(weights: Iterable[tuple[int, Q | Combinable]]) -> Combinable:
    """The sum of the weights whose condition holds."""
    points: Combinable = Value(0, output_field=IntegerField())
    for weight, condition in weights:
        points += Case(When(condition, then=Value(weight)), default=Value(0))
    return points


def most_prominent_first(rated: QuerySet[Any]) -> Sequence[int]:
    """The numbers of what has `points`, the order in which an index is written whole.

    In one answer, eight bytes each: what it does not hand over bit by bit, the server reads on every core.
    """
    question, parameters = rated.order_by("-points", "pk").values_list("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(int8send(number), '') FROM ({question}) AS ordered (number)", parameters)  # noqa: S608  a query of Django's
        (numbers,) = cursor.fetchone()
    ordered = array("q", numbers or b"")
    if byteorder == "little":  # the server sends the highest byte first
        ordered.byteswap()
    return ordered
