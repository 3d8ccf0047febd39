"""Numbers as they are read in French."""

import pytest
from django.template import Context, Template

from accelerator.design.lists import Column
from accelerator.workflow.numbers import counted, grouped


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0"), (999, "999"), (1000, "1\u202f000"), (1_500_083, "1\u202f500\u202f083"), (-1234, "-1\u202f234")],
)
def test_thousands_stand_apart(number: int, said: str) -> None:
    assert grouped(number) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 fiche"), (1, "1 fiche"), (2, "2 fiches"), (12_345, "12\u202f345 fiches")]
)
def test_the_plural_begins_at_two(number: int, said: str) -> None:
    assert counted(number, "fiche", "fiches") == said


@pytest.mark.parametrize("value", [0, 1234, True, 12.5, "1234", "12,5 sur 100"])
def test_a_list_and_a_template_read_a_value_alike(value: object) -> None:
    column = Column("n", "Nombre", lambda row: row, number=True)
    assert str(column.shown(value)) == Template("{{ n|grouped }}").render(Context({"n": value}))


def test_templates_say_them_alike() -> None:
    page = Template('{{ n|grouped }}, {{ n|counted:"fiche,fiches" }}, {{ unknown|grouped }}, {{ dash|grouped }}')
    shown = page.render(Context({"n": 1234, "unknown": None, "dash": "—"}))
    assert shown == "1\u202f234, 1\u202f234 fiches, , —"
