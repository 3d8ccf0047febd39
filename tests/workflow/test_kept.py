"""Questions written once: the answer of the ORM, asked of the database each time.

`Kept` reads parts of Django's compiler that no document promises. Each shape of question that it is given is compared
here with what the ORM answers: another version of Django that changed them would fail here first.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import DateField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Upper
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accelerator.community.models import Organisation, Role
from accelerator.community.queries.organisation import public_record, whole
from accelerator.geography.models import Place
from accelerator.workflow.kept import Given, Kept
from tests import factories

pytestmark = pytest.mark.django_db


def _known(one: Organisation) -> dict[str, object]:
    """All that was read of it and of what stands around it, nothing more being asked."""
    with CaptureQueriesContext(connection) as asked:
        read = {name: getattr(one, name) for name in one.__dict__ if not name.startswith("_")}
        seat = one.seat
        read["seat"] = seat and {name: value for name, value in seat.__dict__.items() if not name.startswith("_")}
        read["departement"] = seat and seat.departement and seat.departement.name
        read["deferred"] = one.get_deferred_fields()
    assert not asked.captured_queries
    return read


def test_a_kept_question_answers_as_the_orm_does() -> None:
    commune = Place.objects.get(pk="commune-46102")
    first, second = (
        factories.organisation(name="Les Jardins"),
        factories.organisation(name="La Ressource", seat=commune),
    )
    for one in (first, second):
        asked = whole(Organisation.objects.visible_to(AnonymousUser())).get(public_id=one.public_id)
        kept = public_record(one.public_id)
        assert kept is not None
        assert _known(kept) == _known(asked)
        assert kept.provenance == asked.provenance
    assert public_record("personne") is None


def test_what_is_added_joined_left_out_and_cut_is_as_the_orm_gives_it() -> None:
    commune = Place.objects.get(pk="commune-46102")
    somewhere, nowhere = factories.organisation(name="Ici", seat=commune), factories.organisation(name="Nulle part")
    roles = [factories.role(one) for one in (somewhere, nowhere, somewhere)]

    def asked(pks: Any) -> Any:
        found = Role.objects.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [pks]))
        found = found.annotate(loud=Upper("name"), since=Cast("started_at", DateField())).order_by("-pk")
        read = ("name", "person__given_name", "organisation__name", "organisation__seat__name")
        return found.select_related("person", "organisation__seat").only(*read)[:2]

    def told(one: Any) -> tuple[Any, ...]:
        held = (one, one.person, one.organisation, one.organisation.seat)
        plain = [None if thing is None else {k: v for k, v in vars(thing).items() if k != "_state"} for thing in held]
        return one.loud, one.since, [str(values) for values in plain]

    pks = [role.pk for role in roles]
    with CaptureQueriesContext(connection) as questions:
        found = Kept(lambda: asked(Given(0)))(pks)
        kept = [told(one) for one in found]
    assert len(questions.captured_queries) == 1
    assert kept == [told(one) for one in asked(pks)]
    assert [one.pk for one in found] == sorted(pks, reverse=True)[:2]


def test_nothing_of_an_answer_is_kept() -> None:
    one = factories.organisation(name="Les Jardins")
    assert public_record(one.public_id) == one
    Organisation.objects.filter(pk=one.pk).update(name="Les Jardins d’ici")
    with CaptureQueriesContext(connection) as asked:
        again = public_record(one.public_id)
    assert again is not None
    assert again.name == "Les Jardins d’ici"
    assert len(asked.captured_queries) == 1
    Organisation.objects.filter(pk=one.pk).update(publishable=False)
    assert public_record(one.public_id) is None, "the right to see is asked of the database each time"


def test_values_are_given_by_their_rank_however_often_they_stand() -> None:
    named = Kept(lambda: Place.objects.filter(name=Given(1), kind=Given(0)).exclude(code=Given(1)).order_by("pk"))
    place = Place.objects.filter(kind="region").order_by("pk")[0]
    assert named("region", place.name) == [place]
    assert named("commune", place.name) == list(Place.objects.filter(kind="commune", name=place.name).order_by("pk"))


def test_a_value_is_never_read_as_sql() -> None:
    named = Kept(lambda: Place.objects.filter(name=Given(0)))
    assert named("' OR true --") == []
    assert named("%s") == []


def test_a_moment_would_stay_and_is_refused() -> None:
    kept = Kept(lambda: Role.objects.filter(started_at__lt=timezone.now(), person=Given(0)))
    with pytest.raises(ValueError, match="ni jour ni moment"):
        kept(1)


def test_threads_share_the_text_and_not_the_values(elsewhere: Callable[..., object]) -> None:
    keys = elsewhere(lambda: list(Place.objects.order_by("pk").values_list("pk", flat=True)[:8]))
    kept = Kept(lambda: Place.objects.filter(pk=Given(0)))

    def read(key: str) -> list[str]:
        try:
            return [place.pk for place in kept(key)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read, keys * 20)) == [[key] for key in keys * 20]
