"""Those whom a table of ordinary relations does not show: what has ended, what is elsewhere, what is not published.

For each address about an organisation: a mandate that is over or revoked, a moderator of other places, get what a
stranger gets; an organisation that is not published does not exist; a thing of one organisation is not reached through
the address of another; what one may not see one may not send.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.community.models import Organisation
from accelerator.community.states import RoleName
from tests import factories
from tests.client import HostileClient
from tests.test_access import TABLE, World, world

__all__ = ["world"]

OF_ORGANISATION = sorted(name for name, (*parts, _) in TABLE.items() if parts and parts[0] == "key")
OF_A_THING = sorted(
    name for name in OF_ORGANISATION if len(TABLE[name]) > 2 and TABLE[name][1] not in ("section", "value")
)


def sent(person: Person, address: str) -> int:
    """What a sending gets, whatever it holds."""
    browser = HostileClient()
    browser.force_login(person)
    return browser.post(address, {"email": "x@personnes.example", "role": "manager", "reason": "x"}).status_code


@pytest.fixture
def outsiders(world: World) -> dict[str, Person]:
    """People who were, or are elsewhere, what would open the pages."""
    organisation = Organisation.objects.get(public_id=world.parts["key"].rpartition("-")[2])
    now, manager = timezone.now(), world.people["manager"]
    late = factories.mandate(
        organisation,
        granted_by=manager,
        granted_at=now - timedelta(days=90),
        ends_on=timezone.localdate(now) - timedelta(days=1),
    )
    revoked = factories.mandate(organisation, granted_by=manager, revoked_at=now)
    elsewhere = ["departement-2A"]
    other_places = factories.role(None, name=RoleName.MODERATOR, perimeter=elsewhere, perimeter_cover=elsewhere)
    dismissed = factories.role(None, name=RoleName.ADMINISTRATOR, ended_at=now)
    of_another = factories.role(name=RoleName.REPRESENTATIVE, organisation=factories.organisation())
    return {
        "mandate over": late.helper,
        "mandate revoked": revoked.helper,
        "moderator of other places": other_places.person,
        "administrator no more": dismissed.person,
        "representative of another": of_another.person,
    }


@pytest.mark.parametrize("name", OF_ORGANISATION)
def test_what_has_ended_or_is_elsewhere_opens_nothing(name: str, world: World, outsiders: dict[str, Person]) -> None:
    *parts, expected = TABLE[name]
    stranger = expected.split()[1]
    address = world.address(name, tuple(parts))
    world.people.update(outsiders)
    got = {relation: world.answer(relation, address) for relation in outsiders}
    assert got == dict.fromkeys(outsiders, stranger)
    if stranger in ("403", "404"):
        assert {sent(person, address) for person in outsiders.values()} <= {403, 404, 405}


@pytest.mark.parametrize("name", OF_ORGANISATION)
def test_what_is_not_published_does_not_exist(name: str, world: World, outsiders: dict[str, Person]) -> None:
    *parts, _ = TABLE[name]
    address = world.address(name, tuple(parts))
    Organisation.objects.update(publishable=False)
    for relation in ("stranger", "former"):
        assert world.answer(relation, address) == "404"
        assert sent(world.people[relation], address) in (404, 405)
    assert world.answer("visitor", address) in ("404", "→")
    # Equal in text to what never existed.
    nowhere = address.replace(world.parts["key"], "rien-000000000000")
    assert world.ask("stranger", address).content.count(b"\n") == world.ask("stranger", nowhere).content.count(b"\n")


@pytest.mark.parametrize("name", OF_A_THING)
def test_a_thing_is_not_reached_through_another_organisation(name: str, world: World) -> None:
    *parts, _ = TABLE[name]
    attacker = factories.person()
    own = factories.role(name=RoleName.REPRESENTATIVE, organisation=factories.organisation(), holder=attacker)
    assert own.organisation is not None
    arguments = [own.organisation.key, *(world.parts[part] for part in parts[1:])]
    address = reverse(name, args=arguments)
    world.people["attacker"] = attacker
    assert world.answer("attacker", address) in ("404", "403")
    assert sent(attacker, address) in (404, 403, 405)
