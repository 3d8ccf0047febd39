"""How French agrees on pages, and what a breadcrumb does not say twice."""

import re

import pytest
from django.template import Context, Template
from django.urls import reverse

from tests import factories
from tests.client import HostileClient


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 projet"), (1, "1 projet"), (2, "2 projets"), (1.5, "1,5 projet"), ([], "projet")]
)
def test_the_plural_starts_at_two(count: object, said: str) -> None:
    shown = "" if isinstance(count, list) else "{{ count }} "
    made = Template(shown + "projet{{ count|pluralize }}").render(Context({"count": count}))
    assert made == said


def test_another_ending_is_given_as_in_django() -> None:
    template = Template('{{ count }} signa{{ count|pluralize:"l,ux" }}')
    assert [template.render(Context({"count": count})) for count in (0, 1, 2)] == ["0 signal", "1 signal", "2 signaux"]


@pytest.mark.django_db
def test_no_step_of_the_breadcrumb_leads_to_the_page_itself(client: HostileClient) -> None:
    call = factories.call()
    factories.call_version(call)
    client.force_login(factories.call_role(call).person)
    address = reverse("calls:assigning", args=[call.key])
    page = client.get(address).content.decode()
    trail = re.search(r"<nav class=.fr-breadcrumb.*?</nav>", page, re.DOTALL)
    assert trail
    assert f'href="{address}"' not in trail[0]
    assert reverse("calls:call", args=[call.key]) in trail[0]
