"""Several short lists read in one question: a page that shows a little of everything asks the database once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import ForeignKey, Model, QuerySet
from django.db.models.functions import JSONObject


@dataclass(frozen=True)
class Short:
    """One of the lists.

    rows    the query, with its order and its limit.
    fields  what is read of each row: "ends_on", "organisation__name"; an annotation is named as a field is. What is not
            named is not there: reading it afterwards is a question of its own.
    """

    rows: QuerySet[Any]
    fields: Sequence[str]


def read_together(lists: Mapping[str, Short]) -> dict[str, list[Any]]:
    """The objects of each list, in its order, in one question for all of them."""
    found: dict[str, list[Any]] = {name: [] for name in lists}
    asked: dict[str, str] = {}
    parameters: list[Any] = []
    for name, short in lists.items():
        if short.rows.query.is_empty():
            continue
        paths = {path: path for path in ("pk", *short.fields)}
        try:
            compiled, given = short.rows.values_list(JSONObject(**paths)).query.sql_with_params()
        except EmptyResultSet:  # a condition that nothing can meet
            continue
        asked[name] = f"ARRAY({compiled})"
        parameters += given
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(asked.values())}", parameters)
            for name, rows in zip(asked, cursor.fetchone(), strict=True):
                found[name] = [_object(lists[name].rows, json.loads(row)) for row in rows]
    return found


def _object(rows: QuerySet[Any], told: Mapping[str, Any]) -> Any:
    """The object that a row tells, with the objects that it names."""
    made = _made(rows.model, told)
    for name, value in told.items():
        if annotation := rows.query.annotations.get(name):
            setattr(made, name, annotation.output_field.to_python(value))
    return made


def _made(model: type[Model], told: Mapping[str, Any]) -> Any:
    own = {model._meta.pk.attname if name == "pk" else name: value for name, value in told.items()}
    fields = [field for field in model._meta.concrete_fields if field.attname in own]
    made = model.from_db(
        connection.alias, [field.attname for field in fields], [field.to_python(own[field.attname]) for field in fields]
    )
    others: dict[str, dict[str, Any]] = {}
    for path, value in told.items():
        name, _, rest = path.partition("__")
        if rest:
            others.setdefault(name, {})[rest] = value
    for name, values in others.items():
        field = model._meta.get_field(name)
        if not isinstance(field, ForeignKey):
            raise TypeError(f"{name} ne désigne pas un autre objet.")
        field.set_cached_value(made, _made(field.related_model, values) if values["pk"] is not None else None)
    return made
