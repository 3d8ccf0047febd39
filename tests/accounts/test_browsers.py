"""What a code's page and a newcomer's page are worth in another browser, and what strangers' tries cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.states import LONG_CODE_LENGTH, PER_ADDRESS, SHORT_CODES_A_DAY
from accelerator.workflow.models import Limit
from tests import factories
from tests.accounts.test_sign_in import DOOR_URL, Deliver, ask, signed_in
from tests.client import HostileClient

EMAIL = "camille@exemple.example"


def from_elsewhere(number: int) -> dict[str, str]:
    return {"x-forwarded-for": f"198.51.100.{number}"}


def test_the_address_of_a_page_opens_nothing_in_another_browser(client: HostileClient, deliver: Deliver) -> None:
    page, code = ask(client, "alix@exemple.example", deliver)
    stranger = HostileClient()
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, {"code": code}).status_code == 404
    assert Challenge.objects.get().tries == 0
    welcome = client.post(page, {"code": code})["Location"]
    assert client.get(welcome).status_code == 200
    assert stranger.get(welcome).status_code == 404
    assert stranger.post(welcome, {"accept": "on"}).status_code == 404
    assert not Person.objects.exists()
    assert client.post(welcome, {"accept": "on"}).status_code == 302
    assert signed_in(client)


def test_changing_address_is_finished_in_the_browser_that_began(client: HostileClient, deliver: Deliver) -> None:
    person = factories.person()
    client.force_login(person)
    client.post("/compte/adresse", {"email": "nouvelle@exemple.example"})
    deliver()
    page = f"/compte/adresse/code/{Challenge.objects.get().token}"
    other = HostileClient()
    other.force_login(person)
    assert other.get(page).status_code == 404
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("forged", ["x", "x:y", "x:1abc:y", "é", "a" * 5000])
def test_a_forged_cookie_is_no_cookie(client: HostileClient, deliver: Deliver, forged: str) -> None:
    page, _ = ask(client, EMAIL, deliver)
    client.cookies["fi_codes"] = forged
    assert client.get(page).status_code == 404


def test_codes_grow_when_many_are_asked_and_still_open(client: HostileClient, deliver: Deliver, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    factories.person(email=EMAIL)
    codes = [ask(client, EMAIL, deliver, headers=from_elsewhere(n)) for n in range(SHORT_CODES_A_DAY + 1)]
    assert [len(code) for _, code in codes] == [6] * SHORT_CODES_A_DAY + [LONG_CODE_LENGTH]
    page, code = codes[-1]
    assert client.post(page, {"code": code}, headers=from_elsewhere(99)).status_code == 302
    assert signed_in(client)


def test_strangers_do_not_lock_out_a_browser_that_already_entered(
    client: HostileClient, deliver: Deliver, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    factories.person(email=EMAIL)
    page, code = ask(client, EMAIL, deliver)
    client.post(page, {"code": code})
    client.post("/compte/deconnexion")
    for number in range(PER_ADDRESS):
        HostileClient().post(DOOR_URL, {"email": EMAIL}, headers=from_elsewhere(number))
    deliver()
    locked = HostileClient().post(DOOR_URL, {"email": EMAIL}, headers=from_elsewhere(200))
    assert locked.status_code == 422
    page, code = ask(client, EMAIL, deliver, headers=from_elsewhere(201))
    assert len(code) == 6
    client.post(page, {"code": code})
    assert signed_in(client)
    # Its own budget ends too, and says so.
    client.post("/compte/deconnexion")
    answers = {client.post(DOOR_URL, {"email": EMAIL}).status_code for _ in range(PER_ADDRESS)}
    assert answers == {302, 422}


def test_being_known_for_one_address_is_worth_nothing_for_another(
    client: HostileClient, deliver: Deliver, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    factories.person(email=EMAIL)
    page, code = ask(client, EMAIL, deliver)
    client.post(page, {"code": code})
    client.post("/compte/deconnexion")
    for number in range(PER_ADDRESS):
        HostileClient().post(DOOR_URL, {"email": "noe@exemple.example"}, headers=from_elsewhere(number))
    answer = client.post(DOOR_URL, {"email": "noe@exemple.example"}, headers=from_elsewhere(201))
    assert answer.status_code == 422


def test_what_is_counted_is_not_told(client: HostileClient) -> None:
    client.post(DOOR_URL, {"email": EMAIL})
    kept = str(list(Limit.objects.values_list("key", flat=True)))
    assert Limit.objects.count() >= 3
    assert EMAIL not in kept
    assert "127.0.0.1" not in kept
    assert Limit.objects.filter(window_ends_at__lte=timezone.now() + timedelta(days=1)).exists()
