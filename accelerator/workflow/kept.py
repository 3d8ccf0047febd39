"""Questions that pages ask all day long: written in SQL once, then only their values change.

    OF_THEME = Kept(lambda: Organisation.objects.listed().filter(themes__contains=Given(0)).order_by("pk"))
    OF_THEME(["ALI"])

Note [Writing a question costs more than its answer]
Half of the computing of the page of an organisation went to make again, seven times, the SQL that was made for the page
before (decision 56). What is kept is the text and what each column of an answer is; nothing of an answer. Who may see
what stands in the text, as a condition, and is asked of the database each time: a question that depends on who asks in
any other way is not kept.
"""

import copy
from collections.abc import Callable
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


class Given(Expression):
    """The value to come that is given in this place, from 0."""

    def __init__(self, rank: int) -> None:
        super().__init__()
        self.rank = rank

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class _Written(NamedTuple):
    """The SQL, its parameters, and how a row becomes an object."""

    sql: str
    parameters: list[Any]
    compiler: Any
    names: list[str]
    first: int
    last: int
    converters: dict[int, Any]
    around: list[Any]


class Kept(Generic[M]):
    """A question whose SQL is made at its first use.

    asked  gives the question, with a `Given` for each value to come. It may read nothing of the moment nor of whoever
           asks: `ValueError` at the first use if a moment or a day is in it, for it would stay in it.
    """

    def __init__(self, asked: Callable[[], QuerySet[M]]) -> None:
        self._asked = asked

    def __call__(self, *values: Any) -> list[M]:
        """The answer for these values."""
        written = self._written
        parameters = [values[one.rank] if isinstance(one, Given) else one for one in written.parameters]
        compiler = copy.copy(written.compiler)
        compiler.as_sql = lambda: (written.sql, parameters)
        rows = chain.from_iterable(compiler.execute_sql())
        if written.converters:
            rows = compiler.apply_converters(rows, written.converters)
        model, found = compiler.klass_info["model"], []
        for row in rows:
            one = model.from_db(connection.alias, written.names, row[written.first : written.last])
            for populator in written.around:
                populator.populate(row, one)
            for name, place in compiler.annotation_col_map.items():
                setattr(one, name, row[place])
            found.append(one)
        return found

    @cached_property
    def _written(self) -> _Written:
        compiler = self._asked().query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if any(isinstance(one, date) for one in parameters):
            raise ValueError("Une question gardée ne contient ni jour ni moment : il y resterait.")
        columns = compiler.klass_info["select_fields"]
        first, last = columns[0], columns[-1] + 1
        return _Written(
            sql,
            list(parameters),
            compiler,
            [column.target.attname for column, _, _ in compiler.select[first:last]],
            first,
            last,
            compiler.get_converters([column for column, _, _ in compiler.select[: compiler.col_count]]),
            get_related_populators(compiler.klass_info, compiler.select, connection.alias),  # type: ignore[call-arg]  # the stubs are those of Django 6
        )
