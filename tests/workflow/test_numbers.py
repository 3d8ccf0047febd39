"""Numbers as they are read in French."""

import pytest
from django.template import Context, Template

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


def test_templates_say_them_alike() -> None:
    page = Template('{{ n|grouped }}, {{ n|counted:"fiche,fiches" }}, {{ unknown|grouped }}, {{ dash|grouped }}')
    shown = page.render(Context({"n": 1234, "unknown": None, "dash": "—"}))
    assert shown == "1\u202f234, 1\u202f234 fiches, , —"
