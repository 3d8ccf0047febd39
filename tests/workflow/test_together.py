"""Several lists are read in one question, and are what they would be in several."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accelerator.community.models import Mandate, Organisation, Role
from accelerator.community.states import RoleName
from accelerator.workflow.together import Short, read_together
from tests import factories


def lists(names: list[str]) -> dict[str, Short]:
    organisations = Organisation.objects.filter(name__in=names).order_by("-name")
    mandates = Mandate.objects.annotate(since=F("granted_at")).order_by("pk")[:2]
    return {
        "organisations": Short(organisations, ("name", "public_id")),
        "mandates": Short(mandates, ("ends_on", "since", "organisation__pk", "organisation__name", "helper__pk")),
        "nothing": Short(Role.objects.filter(pk__in=[]), ("name",)),
        "none": Short(Role.objects.none(), ("what nobody looks at",)),
        "roles": Short(Role.objects.order_by("pk"), ("name", "started_at", "organisation__pk", "organisation__name")),
    }


@pytest.mark.parametrize("number", [1, 3])
def test_lists_are_read_in_one_question(number: int, django_assert_num_queries: Any) -> None:
    names = [f"L’organisation « {n} » : 100 %" for n in range(number)]
    made = [factories.organisation(name=name) for name in names]
    mandates = [factories.mandate(one, granted_by=factories.person()) for one in made]
    nowhere = factories.role(None, name=RoleName.MODERATOR)
    with django_assert_num_queries(1):
        found = read_together(lists(names))
        assert [one.name for one in found["organisations"]] == sorted(names, reverse=True)
        assert [(one.ends_on, one.since) for one in found["mandates"]] == [
            (one.ends_on, one.granted_at) for one in mandates[:2]
        ]
        assert [one.organisation.name for one in found["mandates"]] == names[:2]
        assert found["nothing"] == found["none"] == []
        (last,) = [one for one in found["roles"] if one.pk == nowhere.pk]
        assert last.organisation is None
        assert abs(last.started_at - timezone.now()) < timedelta(days=1)
    assert found["mandates"][0] == mandates[0]
    with django_assert_num_queries(1):  # what was not named is read on its own
        assert found["mandates"][0].organisation.summary == made[0].summary


def test_what_names_no_object_is_an_error() -> None:
    factories.organisation()
    with pytest.raises(TypeError, match="provenance"):
        read_together({"x": Short(Organisation.objects.all(), ("provenance__name",))})


def test_nothing_asked_is_nothing_read(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert read_together({}) == {}
