"""Codes of an application, recovery codes, the second factor at the door, and who must have one."""

import base64
import hashlib
import hmac
import json
import re
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts import factors, operations
from accelerator.accounts.duties import duties
from accelerator.accounts.models import Factor, OpenSession, Person, RecoveryCode
from accelerator.accounts.operations import give_code, make_recovery_codes
from accelerator.accounts.personal_data import export
from accelerator.accounts.proof import PROVED_AT
from accelerator.accounts.states import FACTOR_TRIES, FactorKind
from accelerator.community.operations.platform import appoint, clear_second_factors
from accelerator.community.states import RoleName
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.workflow import Refused, transaction
from tests import factories
from tests.accounts.test_proconnect import come, linked
from tests.client import HostileClient

Deliver = Callable[[], list[Any]]
Perform = Callable[..., Any]
SECOND = "/compte/connexion/second-facteur"


def code_at(at: datetime, steps: int = 0, secret: str = factories.SECRET) -> str:
    """What an application shows at a moment: RFC 6238 by another hand than ours (`test_the_rfc` holds it)."""
    counter = struct.pack(">Q", int(at.timestamp()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def by_code(client: HostileClient, person: Person, deliver: Deliver, query: str = "") -> str:
    """Give the first factor: where it leads."""
    page = client.post(f"/compte/connexion{query}", {"email": person.email})["Location"]
    sent = deliver()[-1]
    found = re.search(r"^    (\d{6}|\d{10})$", sent.body, re.MULTILINE)
    assert found
    return client.post(page, {"code": found[1]})["Location"]


def signed_in(client: HostileClient) -> bool:
    return client.get("/compte/").status_code == 200


@pytest.mark.parametrize(
    ("moment", "code"),
    # RFC 6238, appendix B, SHA-1, the last six of its eight digits.
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_rfc(moment: int, code: str) -> None:
    secret, at = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", datetime.fromtimestamp(moment, UTC)
    assert code_at(at, secret=secret) == code
    assert factors.step_of(secret, code, at) == moment // 30
    assert factors.step_of(secret, code, at + timedelta(seconds=30)) == moment // 30
    assert factors.step_of(secret, code, at + timedelta(seconds=90)) is None


def test_a_secret_is_sealed_and_a_former_key_opens_it(settings: Any) -> None:
    kept = factors.sealed("un secret")
    assert "secret" not in kept
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 50, [settings.SECRET_KEY]
    assert factors.unsealed(kept) == "un secret"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(factors.NotProved):
        factors.unsealed(kept)


# ------------------------------------------------------------------------------------------------------ the door


def test_the_second_factor_comes_after_the_first(client: HostileClient, deliver: Deliver, at: datetime) -> None:
    person = factories.person()
    factories.application(person)
    page = by_code(client, person, deliver, query="?next=/compte/nom")
    assert page == f"{SECOND}?next=%2Fcompte%2Fnom"
    assert not signed_in(client)
    assert client.get(page).status_code == 200
    wrong = client.post(page, {"code": "000000"})
    assert wrong.status_code == 422
    assert "n’est pas le bon" in wrong.content.decode()
    assert not signed_in(client)
    before = client.session.session_key
    assert client.post(page, {"code": code_at(at)})["Location"] == "/compte/nom"
    assert signed_in(client)
    assert client.session.session_key != before
    assert OpenSession.objects.get().two_factors


def test_an_application_s_code_serves_once(client: HostileClient, deliver: Deliver, at: datetime) -> None:
    person = factories.person()
    factories.application(person)
    code = code_at(at)
    page = by_code(client, person, deliver)
    assert client.post(page, {"code": code}).status_code == 302
    other = HostileClient()
    assert other.post(by_code(other, person, deliver), {"code": code}).status_code == 422
    assert not signed_in(other)
    # Nor does the one before, which a clock that drifts would show.
    assert other.post(page, {"code": code_at(at, -1)}).status_code == 422
    assert other.post(page, {"code": code_at(at, 1)}).status_code == 302


def test_a_code_sent_together_lets_in_once(together: Callable[..., list[Any]]) -> None:
    now = timezone.now()
    person = together(lambda: factories.application(factories.person()).person)[0]

    def give() -> Any:
        with transaction():
            return give_code(person=person, code=code_at(now), by=System("test"), at=now) or "in"

    results = together(*[give] * 6)
    assert results.count("in") == 1
    assert sum(isinstance(result, Refused) for result in results) == 5


def test_the_tries_are_counted(client: HostileClient, deliver: Deliver, at: datetime) -> None:
    person = factories.person()
    factories.application(person)
    page = by_code(client, person, deliver)
    for _ in range(FACTOR_TRIES):
        assert client.post(page, {"code": "000000"}).status_code == 422
    last = client.post(page, {"code": code_at(at)})
    assert "Trop d’essais" in last.content.decode()
    assert not signed_in(client)


def test_halfway_lasts_a_quarter_of_an_hour_in_one_browser(
    client: HostileClient, deliver: Deliver, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = factories.person()
    factories.application(person)
    page = by_code(client, person, deliver)
    assert HostileClient().get(page).url.startswith("/compte/connexion")
    late = at + timedelta(minutes=16)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    assert client.post(page, {"code": code_at(late)})["Location"].startswith("/compte/connexion")
    assert not signed_in(client)


def test_proconnect_asks_for_it_too(client: HostileClient, proconnect: Any, at: datetime) -> None:
    person = factories.person()
    factories.application(person)
    linked(person, proconnect)
    page = come(client, proconnect, query="?next=/compte/nom")["Location"]
    assert page.startswith(SECOND)
    assert not signed_in(client)
    assert client.post(page, {"code": code_at(at)})["Location"] == "/compte/nom"


@pytest.mark.parametrize("given", [{}, {"code": ""}, {"code": "x" * 41}, {"code": "١٢٣٤٥٦"}, {"code": "²²²²²²"}])
def test_nonsense_is_explained(given: dict[str, str], client: HostileClient, deliver: Deliver) -> None:
    person = factories.person()
    factories.application(person)
    page = by_code(client, person, deliver)
    assert client.post(page, given).status_code == 422


def test_a_forgotten_key_of_the_platform_shuts_the_application_only(
    client: HostileClient, deliver: Deliver, perform: Perform, at: datetime
) -> None:
    person = factories.person()
    application = factories.application(person)
    codes = perform(make_recovery_codes, person=person, by=person, at=at)
    Factor.objects.filter(pk=application.pk).update(secret="scellé par une autre clé")
    page = by_code(client, person, deliver)
    assert client.post(page, {"code": code_at(at)}).status_code == 422
    assert client.post(page, {"code": codes[0]}).status_code == 302


# ------------------------------------------------------------------------------------------------ recovery codes


def test_a_recovery_code_serves_once_and_is_told(
    client: HostileClient, deliver: Deliver, perform: Perform, at: datetime
) -> None:
    person = factories.person()
    factories.application(person)
    codes = perform(make_recovery_codes, person=person, by=person, at=at)
    assert len(set(codes)) == 10
    kept = json.dumps(list(RecoveryCode.objects.values_list("digest", flat=True)))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    given = codes[3].upper().replace("-", " ")
    assert client.post(by_code(client, person, deliver), {"code": given}).status_code == 302
    assert signed_in(client)
    assert "Il vous en reste 9" in deliver()[-1].body
    other = HostileClient()
    assert other.post(by_code(other, person, deliver), {"code": codes[3]}).status_code == 422
    perform(make_recovery_codes, person=person, by=person, at=at)
    assert other.post(SECOND, {"code": codes[4]}).status_code == 422


def test_a_recovery_code_of_someone_else_is_worth_nothing(perform: Perform, at: datetime) -> None:
    mine, other = factories.person(), factories.person()
    factories.application(mine)
    factories.application(other)
    codes = perform(make_recovery_codes, person=other, by=other, at=at)
    with pytest.raises(Refused):
        perform(give_code, person=mine, code=codes[0], by=mine, at=at)


def test_one_recovery_code_sent_together_lets_in_once(together: Callable[..., list[Any]]) -> None:
    now = timezone.now()

    def prepare() -> tuple[Person, list[str]]:
        person = factories.application(factories.person()).person
        with transaction():
            return person, make_recovery_codes(person=person, by=person, at=now)

    person, codes = together(prepare)[0]

    def give() -> Any:
        with transaction():
            return give_code(person=person, code=codes[0], by=person, at=now) or "in"

    assert together(*[give] * 5).count("in") == 1


# ---------------------------------------------------------------------------------------------------- the account


def test_an_application_is_added_with_its_recovery_codes(client: HostileClient, deliver: Deliver, at: datetime) -> None:
    person = factories.person()
    elsewhere = factories.open_session(person)
    client.force_login(person)
    page = "/compte/securite/application"
    shown = client.get(page).content.decode()
    secret = re.search(r"Secret : <strong[^>]*>([A-Z2-7 ]+)</strong>", shown)
    assert secret
    assert "data:image/svg+xml;base64," in shown
    assert secret[1] in client.get(page).content.decode()
    assert client.post(page, {"code": "000000"}).status_code == 422
    plain = secret[1].replace(" ", "")
    done = client.post(page, {"code": code_at(at, secret=plain)})
    assert done["Location"] == "/compte/securite/codes-de-secours"
    assert plain not in Factor.objects.get().secret
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", client.get(done["Location"]).content.decode())
    assert len(codes) == 10
    assert not OpenSession.objects.filter(pk=elsewhere.pk).exists()
    assert "protège désormais votre compte" in deliver()[-1].body
    assert client.post(page, {"code": code_at(at)}).status_code == 422
    assert Event.objects.filter(code="accounts.factor_added").count() == 1


def test_recovery_codes_are_read_for_ten_minutes(
    client: HostileClient, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = factories.person()
    factories.application(person)
    client.force_login(person)
    page = "/compte/securite/codes-de-secours"
    assert client.post(page).status_code == 302
    assert "<code>" in client.get(page).content.decode()
    late = at + timedelta(minutes=11)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    assert "<code>" not in client.get(page).content.decode()


def test_no_recovery_codes_without_a_factor(client: HostileClient) -> None:
    client.force_login(factories.person())
    assert "pas de second facteur" in client.get("/compte/securite/codes-de-secours").content.decode()
    assert client.post("/compte/securite/codes-de-secours").status_code == 422


def test_removing_the_last_one_takes_the_codes_away(
    client: HostileClient, deliver: Deliver, perform: Perform, at: datetime
) -> None:
    person = factories.person()
    factor, elsewhere = factories.application(person), factories.open_session(person)
    perform(make_recovery_codes, person=person, by=person, at=at)
    client.force_login(person)
    page = f"/compte/securite/facteurs/{factor.pk}/retirer"
    assert "C’est le dernier" in client.get(page).content.decode()
    assert client.post(page)["Location"] == "/compte/securite"
    assert not Factor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert not OpenSession.objects.filter(pk=elsewhere.pk).exists()
    assert "ne protège plus" in deliver()[-1].body
    assert signed_in(client)
    assert client.post(page).status_code == 404


# --------------------------------------------------------------------------------------------------- asked again


CHANGES = (
    "/compte/adresse",
    "/compte/suppression",
    "/compte/securite/cle",
    "/compte/securite/application",
    "/compte/securite/codes-de-secours",
    "/compte/securite/facteurs/1/retirer",
    "/compte/proconnect/1/delier",
    "/compte/proconnect/lier",
    "/compte/proconnect/deplacer",
)


def proved_long_ago(client: HostileClient, at: datetime) -> None:
    session = client.session
    session[PROVED_AT] = (at - timedelta(minutes=15)).isoformat()
    session.save()


@pytest.mark.parametrize("page", CHANGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_has_been_in_for_a_while_proves_it_again(
    method: str, page: str, client: HostileClient, at: datetime
) -> None:
    client.force_login(factories.person())
    proved_long_ago(client, at)
    response = getattr(client, method)(page)
    assert (response.status_code, response["Location"]) == (302, f"/compte/confirmer?next={page.replace('/', '%2F')}")


def test_by_a_code_when_there_is_no_second_factor(client: HostileClient, deliver: Deliver, at: datetime) -> None:
    person = factories.person()
    client.force_login(person)
    proved_long_ago(client, at)
    page = client.get(client.get("/compte/adresse")["Location"])["Location"]
    assert page == "/compte/confirmer/code?next=%2Fcompte%2Fadresse"
    typing = client.post(page)["Location"]
    (sent,) = deliver()
    assert sent.to == [person.email]
    found = re.search(r"^    (\d{6}|\d{10})$", sent.body, re.MULTILINE)
    assert found
    wrong = f"{(int(found[1]) + 1) % 1_000_000:06}"
    assert client.post(typing, {"code": wrong}).status_code == 422
    assert client.get("/compte/adresse").status_code == 302
    stranger = HostileClient()
    stranger.force_login(factories.person())
    assert stranger.post(typing, {"code": found[1]}).status_code == 404
    assert client.post(typing, {"code": found[1]})["Location"] == "/compte/adresse"
    assert client.get("/compte/adresse").status_code == 200


def test_by_the_second_factor_when_there_is_one(client: HostileClient, at: datetime) -> None:
    person = factories.person()
    factories.application(person)
    client.force_login(person)
    proved_long_ago(client, at)
    page = "/compte/confirmer?next=/compte/adresse"
    assert client.get("/compte/confirmer/code").status_code == 404
    assert client.post(page, {"code": "000000"}).status_code == 422
    assert client.get("/compte/adresse").status_code == 302
    assert client.post(page, {"code": code_at(at)})["Location"] == "/compte/adresse"
    assert client.get("/compte/adresse").status_code == 200


# ------------------------------------------------------------------------------------------------- who must have one


def test_who_demands_a_second_factor() -> None:
    assert set(duties()) == {"community"}


@pytest.mark.parametrize("role", [RoleName.MODERATOR, RoleName.ADMINISTRATOR])
def test_a_role_on_the_platform_demands_one(
    role: RoleName, client: HostileClient, deliver: Deliver, at: datetime
) -> None:
    person = factories.person()
    factories.role(None, name=role, holder=person)
    by_code(client, person, deliver)
    for page in ("/moderation/signalements", "/moderation/roles", "/annuaire", "/", "/espace"):
        for response in (client.get(page), client.post(page)):
            assert (response.status_code, response["Location"]) == (302, "/compte/securite"), page
    must = client.get("/compte/securite").content.decode()
    assert "Ajoutez un second facteur pour continuer" in must
    for page in (reverse("portal:terms"), reverse("portal:privacy"), "/compte/donnees"):
        assert client.get(page).status_code == 200, page
    page = "/compte/securite/application"
    secret = re.search(r"Secret : <strong[^>]*>([A-Z2-7 ]+)</strong>", client.get(page).content.decode())
    assert secret
    assert client.post(page, {"code": code_at(at, secret=secret[1].replace(" ", ""))}).status_code == 302
    assert client.get("/moderation/signalements").status_code == 200
    # It is the last one: the role keeps it.
    factor = Factor.objects.get()
    refused = client.post(f"/compte/securite/facteurs/{factor.pk}/retirer")
    assert refused.status_code == 422
    assert "Ajoutez un autre second facteur" in refused.content.decode()


def test_who_has_one_is_not_led_there(client: HostileClient, deliver: Deliver, at: datetime) -> None:
    person = factories.person()
    factories.role(None, name=RoleName.MODERATOR, holder=person)
    factories.application(person)
    page = by_code(client, person, deliver)
    client.post(page, {"code": code_at(at)})
    assert client.get("/moderation/signalements").status_code == 200


def test_being_appointed_ends_the_sessions(
    client: HostileClient, deliver: Deliver, perform: Perform, at: datetime
) -> None:
    person = factories.person()
    by_code(client, person, deliver)
    assert signed_in(client)
    perform(appoint, person=person, name=RoleName.MODERATOR, by=System("test"), at=at)
    assert not signed_in(client)


def test_an_administrator_clears_what_somebody_lost(client: HostileClient, deliver: Deliver, at: datetime) -> None:
    admin, person = factories.person(), factories.person()
    factories.role(None, name=RoleName.ADMINISTRATOR, holder=admin)
    factories.application(person)
    elsewhere = factories.open_session(person)
    client.force_login(admin)
    page = "/moderation/seconds-facteurs"
    assert client.post(page, {"email": person.email, "reason": ""}).status_code == 422
    assert client.post(page, {"email": "personne@x.example", "reason": "Vu à l’accueil."}).status_code == 422
    assert client.post(page, {"email": person.email, "reason": "Vu à l’accueil."}).status_code == 302
    assert not Factor.objects.exists()
    assert not OpenSession.objects.filter(pk=elsewhere.pk).exists()
    assert "Vu à l’accueil." in deliver()[-1].body
    event = Event.objects.get(code="accounts.factors_cleared")
    assert (event.actor, event.reason) == (admin.actor_key, "Vu à l’accueil.")
    assert client.post(page, {"email": person.email, "reason": "Encore."}).status_code == 422
    factories.application(admin)
    own = client.post(page, {"email": admin.email, "reason": "Téléphone perdu."})
    assert "Un autre administrateur" in own.content.decode()


def test_an_administrator_proves_who_they_are_before_clearing(client: HostileClient, at: datetime) -> None:
    admin, person = factories.person(), factories.person()
    factories.role(None, name=RoleName.ADMINISTRATOR, holder=admin)
    factories.application(person)
    client.force_login(admin)
    proved_long_ago(client, at)
    page = "/moderation/seconds-facteurs"
    for answer in (client.get(page), client.post(page, {"email": person.email, "reason": "Vu à l’accueil."})):
        assert (answer.status_code, answer["Location"]) == (302, f"/compte/confirmer?next={page.replace('/', '%2F')}")
    assert Factor.objects.exists()
    moderator = factories.person()
    factories.role(None, name=RoleName.MODERATOR, holder=moderator)
    client.force_login(moderator)
    proved_long_ago(client, at)
    assert client.get(page).status_code == 403


def test_a_moderator_clears_nothing(perform: Perform, at: datetime) -> None:
    moderator, person = factories.person(), factories.person()
    factories.role(None, name=RoleName.MODERATOR, holder=moderator)
    factories.application(person)
    with pytest.raises(Refused):
        perform(clear_second_factors, person=person, reason="Non.", by=moderator, at=at)


def test_the_command_clears(capsys: pytest.CaptureFixture[str]) -> None:
    person = factories.person()
    factories.application(person)
    call_command("clear_second_factors", str(person.email), reason="Dernier administrateur.")
    assert "1 second(s) facteur(s)" in capsys.readouterr().out
    with pytest.raises(CommandError, match="pas de second facteur"):
        call_command("clear_second_factors", str(person.email), reason="Encore.")
    with pytest.raises(CommandError, match="Aucun compte"):
        call_command("clear_second_factors", "personne@x.example", reason="Rien.")


def test_what_protects_an_account_is_given_back_and_erased(perform: Perform, at: datetime) -> None:
    person = factories.person()
    factories.application(person, name="Téléphone")
    factories.open_session(person)
    perform(make_recovery_codes, person=person, by=person, at=at)
    given = export(person)
    assert given["seconds facteurs"][0]["nom"] == "Téléphone"
    assert len(given["codes de secours"]) == 10
    assert given["connexions"][0]["navigateur"] == "Firefox sur Windows"
    assert factories.SECRET not in str(given)
    perform(operations.delete_account, person=person, by=person, at=at)
    assert not any(kind.objects.exists() for kind in (Factor, RecoveryCode, OpenSession))


def test_one_application_for_one_account() -> None:
    person = factories.person()
    factories.application(person)
    with pytest.raises(IntegrityError, match="factor_one_application"):
        factories.application(person)


def test_a_passkey_without_a_key_is_not_kept() -> None:
    with pytest.raises(IntegrityError, match="factor_holds_what_its_kind_needs"):
        Factor.objects.create(person=factories.person(), kind=FactorKind.PASSKEY, name="Clé", added_at=timezone.now())
