"""Ceasing and resuming, handing over, « toujours exact ? »."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community import tasks
from accelerator.community.models import Handover, Organisation, Role, YearlyCheck
from accelerator.community.operations import checks, closing, handovers, messages
from accelerator.community.queries.checks import LINK_LASTS, exactness_of, link_for
from accelerator.community.search import DIRECTORY, refresh
from accelerator.community.states import HandoverState, OrganisationState, RoleName
from accelerator.journal import System
from accelerator.journal.queries import history_of
from accelerator.notices.models import Notice
from accelerator.search.types import Question
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from tests import factories
from tests.client import HostileClient
from tests.community.test_people_at_once import Together, acting, refusals

Perform = Callable[..., Any]
WHY = "Dissolution votée en assemblée générale."


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation(name="Les Paniers du Causse")


@pytest.fixture
def manager(organisation: Organisation) -> Person:
    return factories.role(organisation).person


# Ceased


def test_an_organisation_ceases_and_resumes(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime, client: HostileClient
) -> None:
    member = factories.role(organisation, name=RoleName.MEMBER).person
    refresh([organisation])
    ceased = perform(
        closing.cease, organisation=organisation, on=localdate(at) - timedelta(days=9), reason=WHY, by=manager, at=at
    )
    assert ceased.state == OrganisationState.CEASED
    assert Notice.objects.get().recipient == member.actor_key
    assert "Écrire à cette organisation" not in client.get(f"/organisations/{organisation.key}").content.decode()
    assert list(DIRECTORY.search(Question(text="paniers causse")).ids) == [organisation.pk]
    with pytest.raises(Refused, match="a cessé son activité"):
        perform(messages.write_to, organisation=ceased, subject="Allô", body="?", by=factories.person(), at=at)
    with pytest.raises(Refused, match="dit déjà que cette organisation a cessé"):
        perform(closing.cease, organisation=organisation, on=None, reason=WHY, by=manager, at=at)
    revived = perform(closing.revive, organisation=organisation, reason="Dit par erreur.", by=manager, at=at)
    assert revived.state == OrganisationState.ACTIVE
    assert [event.sentence for event in history_of(organisation)] == [
        "a dit que l’organisation reprend son activité",
        "a dit que l’organisation a cessé son activité",
    ]


@pytest.mark.parametrize(
    ("name", "way"), [(RoleName.MEMBER, "signaler"), (RoleName.MANAGER, "reprise")], ids=["member", "manager"]
)
def test_who_is_told_that_it_ceased_is_led_where_they_may_go(
    client: HostileClient,
    organisation: Organisation,
    manager: Person,
    perform: Perform,
    at: datetime,
    name: str,
    way: str,
) -> None:
    told = factories.role(organisation, name=name).person
    perform(closing.cease, organisation=organisation, on=None, reason=WHY, by=manager, at=at)
    (address,) = re.findall(rf"https?://[^/]+(/organisations/{organisation.key}\S*)", Notice.objects.get().body)
    assert address == f"/organisations/{organisation.key}/{way}"
    client.force_login(told)
    assert client.get(address).status_code == 200
    assert "l’organisation a cessé son activité" in client.get(reverse("portal:dashboard")).content.decode()


def test_nobody_writes_a_message_that_will_be_refused(
    client: HostileClient, organisation: Organisation, manager: Person
) -> None:
    Organisation.objects.update(state=OrganisationState.CEASED)
    client.force_login(factories.person())
    page = client.get(f"/organisations/{organisation.key}/ecrire").content.decode()
    assert "on ne lui écrit plus par la plateforme" in page
    assert 'name="body"' not in page


def test_it_does_not_cease_tomorrow(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    day = localdate(at) + timedelta(days=1)
    with pytest.raises(Refused, match="jour passé"):
        perform(closing.cease, organisation=organisation, on=day, reason=WHY, by=manager, at=at)


@pytest.mark.parametrize("who", ["member", "stranger", "claimant"])
def test_others_do_not_say_so(organisation: Organisation, perform: Perform, at: datetime, who: str) -> None:
    people = {
        "member": lambda: factories.role(organisation, name=RoleName.MEMBER).person,
        "stranger": factories.person,
        "claimant": lambda: factories.claim(organisation).person,
    }
    with pytest.raises(Refused):
        perform(closing.cease, organisation=organisation, on=None, reason=WHY, by=people[who](), at=at)


def test_the_pages_say_it_and_take_it_back(client: HostileClient, organisation: Organisation, manager: Person) -> None:
    client.force_login(manager)
    page = f"/organisations/{organisation.key}"
    assert client.post(f"{page}/cessation", {"on": "31/12/2999", "reason": WHY}).status_code == 422
    assert client.post(f"{page}/cessation", {"on": "2026-03-02", "reason": WHY}).status_code == 302
    assert "a cessé son activité le 2 mars 2026" in client.get(page).content.decode()
    assert client.get(f"{page}/cessation").status_code == 403
    assert client.get(f"{page}/reprise").status_code == 200
    assert client.post(f"{page}/reprise", {"reason": "Dit par erreur."}).status_code == 302
    assert Organisation.objects.get().state == OrganisationState.ACTIVE


# Handing over


@pytest.mark.parametrize("known", [None, RoleName.MEMBER, RoleName.MANAGER])
@pytest.mark.parametrize("role", [RoleName.MANAGER, RoleName.REPRESENTATIVE])
def test_one_takes_the_place_of_the_other(
    organisation: Organisation, perform: Perform, at: datetime, known: str | None, role: str
) -> None:
    giver, receiver = factories.role(organisation, name=role).person, factories.person()
    if known:
        factories.role(organisation, name=known, holder=receiver)
    offered = perform(
        handovers.offer_handover, organisation=organisation, email=receiver.email.upper(), by=giver, at=at
    )
    assert Role.objects.current().filter(person=giver).exists()
    Notice.objects.all().delete()
    perform(handovers.accept_handover, handover=offered, by=receiver, at=at)
    held = dict(Role.objects.current().filter(organisation=organisation).values_list("person", "name"))
    assert held == {receiver.pk: role}
    assert not Role.objects.current().get(person=receiver).confirmed_at
    assert dict(Notice.objects.values_list("recipient", "template")) == {giver.actor_key: "community/handed_over"}
    with pytest.raises(Refused, match="déjà accepté"):
        perform(handovers.accept_handover, handover=offered, by=receiver, at=at)


def test_a_stronger_role_is_kept(organisation: Organisation, manager: Person, perform: Perform, at: datetime) -> None:
    receiver = factories.role(organisation, name=RoleName.REPRESENTATIVE, confirmed_at=at, confirmed_by="person:1")
    offered = perform(
        handovers.offer_handover, organisation=organisation, email=receiver.person.email, by=manager, at=at
    )
    perform(handovers.accept_handover, handover=offered, by=receiver.person, at=at)
    assert list(Role.objects.current()) == [receiver]


def test_an_offer_is_for_one_address_and_a_time(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    receiver = factories.person()
    offered = perform(handovers.offer_handover, organisation=organisation, email=receiver.email, by=manager, at=at)
    with pytest.raises(Refused, match="autre adresse"):
        perform(handovers.accept_handover, handover=offered, by=factories.person(), at=at)
    with pytest.raises(Refused, match="a expiré"):
        perform(handovers.accept_handover, handover=offered, by=receiver, at=at + timedelta(days=14))
    with pytest.raises(Refused, match="proposez déjà"):
        perform(handovers.offer_handover, organisation=organisation, email="x@y.example", by=manager, at=at)
    with pytest.raises(Refused, match="votre propre adresse"):
        perform(handovers.offer_handover, organisation=organisation, email=manager.email, by=manager, at=at)
    perform(handovers.withdraw_handover, handover=offered, by=manager, at=at)
    with pytest.raises(Refused, match="a été retirée"):
        perform(handovers.accept_handover, handover=offered, by=receiver, at=at)


def test_whoever_no_longer_manages_hands_nothing_over(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    factories.role(organisation)
    receiver = factories.person()
    offered = perform(handovers.offer_handover, organisation=organisation, email=receiver.email, by=manager, at=at)
    Role.objects.current().filter(person=manager).update(ended_at=at)
    with pytest.raises(Refused, match="ne gère plus cette fiche"):
        perform(handovers.accept_handover, handover=offered, by=receiver, at=at)


def test_a_recent_claim_is_not_handed_over(organisation: Organisation, perform: Perform, at: datetime) -> None:
    claimant = factories.claim(organisation).person
    with pytest.raises(Refused, match="revendication récente"):
        perform(handovers.offer_handover, organisation=organisation, email="x@y.example", by=claimant, at=at)


def test_a_declined_offer_changes_nothing(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    receiver = factories.person()
    offered = perform(handovers.offer_handover, organisation=organisation, email=receiver.email, by=manager, at=at)
    Notice.objects.all().delete()
    perform(handovers.decline_handover, handover=offered, by=receiver, at=at)
    assert Notice.objects.get().recipient == manager.actor_key
    assert list(Role.objects.current().values_list("person", flat=True)) == [manager.pk]


def test_it_is_accepted_twice_at_once(together: Together, at: datetime) -> None:
    def prepare() -> tuple[Handover, Person]:
        receiver = factories.person()
        giver = factories.role(factories.organisation()).person
        organisation = Organisation.objects.get()
        return factories.handover(organisation, giver=giver, email=receiver.email), receiver

    [(offered, receiver)] = together(prepare)
    results = together(*[acting(handovers.accept_handover, handover=offered, by=receiver, at=at)] * 3)
    assert len(refusals(results)) == 2
    assert together(lambda: list(Role.objects.current().values_list("person", flat=True))) == [[receiver.pk]]


def test_by_the_pages(client: HostileClient, organisation: Organisation, manager: Person) -> None:
    member = factories.role(organisation, name=RoleName.MEMBER).person
    client.force_login(manager)
    page = f"/organisations/{organisation.key}/passer-la-main"
    answer = client.post(page, {"member": "other", "email": ""})
    assert answer.status_code == 422
    assert "Renseignez l’adresse de la personne" in answer.content.decode()
    assert client.post(page, {"member": member.public_id}).status_code == 302
    offered = Handover.objects.get()
    told = client.get(f"/organisations/{organisation.key}/membres").content.decode()
    assert f"elle attend une réponse avant le {said(offered.expires_at)}" in told
    assert "attend sa réponse" in client.get(page).content.decode()
    client.force_login(member)
    assert "Prendre la suite de" in client.get(reverse("portal:dashboard")).content.decode()
    take = reverse("community:handover", args=[offered.public_id])
    assert "vous propose de prendre sa suite" in client.get(take).content.decode()
    assert client.post(take).status_code == 302
    assert Handover.objects.get().state == HandoverState.ACCEPTED
    assert client.get(take).status_code == 403


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (HandoverState.ACCEPTED, "Vous avez déjà accepté cette proposition, le"),
        (HandoverState.DECLINED, "Vous avez décliné cette proposition le"),
        (HandoverState.WITHDRAWN, "cette proposition a été retirée le"),
    ],
)
def test_a_closed_offer_says_what_became_of_it_and_when(
    client: HostileClient, organisation: Organisation, manager: Person, state: str, reason: str
) -> None:
    person, now = factories.person(), timezone.now()
    receiver = person if state == HandoverState.ACCEPTED else None
    given = {"email": person.email, "state": state, "receiver": receiver, "closed_at": now}
    offer = factories.handover(organisation, giver=manager, **given)
    client.force_login(person)
    answer = client.get(reverse("community:handover", args=[offer.public_id]))
    assert answer.status_code == 403
    assert f"{reason} {said(now)}." in answer.content.decode()
    assert f'href="{reverse("portal:dashboard")}">Mon espace</a>' in answer.content.decode()


def test_whoever_leaves_is_told_so_and_the_others_who_left(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    other, person = factories.role(organisation).person, factories.person()
    offer = factories.handover(organisation, giver=manager, email=person.email)
    perform(handovers.accept_handover, handover=offer, by=person, at=at)
    body = dict(Notice.objects.values_list("recipient", "body"))
    assert body.keys() == {manager.actor_key, other.actor_key}
    assert "a pris votre suite" in body[manager.actor_key]
    assert manager.name not in body[manager.actor_key]
    assert f"{manager.name} ne fait plus partie de l’organisation." in body[other.actor_key]


def test_a_second_offer_is_not_asked_for_while_one_waits(
    client: HostileClient, organisation: Organisation, manager: Person
) -> None:
    page = f"/organisations/{organisation.key}/passer-la-main"
    client.force_login(manager)
    assert 'name="email"' in client.get(page).content.decode()
    factories.handover(organisation, giver=manager)
    waiting = client.get(page).content.decode()
    assert "retirez-la d’abord" in waiting
    assert 'name="email"' not in waiting


@pytest.mark.parametrize(("days", "told"), [(0, 1), (13, 1), (14, 0)])
def test_whoever_could_still_accept_is_told_that_it_is_withdrawn(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime, days: int, told: int
) -> None:
    offer = perform(
        handovers.offer_handover, organisation=organisation, email="noa@personnes.example", by=manager, at=at
    )
    Notice.objects.all().delete()
    perform(handovers.withdraw_handover, handover=offer, by=manager, at=at + timedelta(days=days))
    notices = list(Notice.objects.filter(template="community/handover_withdrawn", email="noa@personnes.example"))
    assert len(notices) == Notice.objects.count() == told
    for notice in notices:
        assert notice.subject == f"{manager.name} ne vous propose plus de prendre sa suite dans {organisation.name}"
        assert f"Le {said(at)}, {manager.name} vous a proposé" in notice.body
        assert f"/organisations/{organisation.key}" in notice.body


def test_an_offer_is_withdrawn_by_the_page(client: HostileClient, organisation: Organisation, manager: Person) -> None:
    factories.handover(organisation, giver=manager)
    client.force_login(manager)
    assert client.post(f"/organisations/{organisation.key}/passer-la-main/retrait").status_code == 302
    assert Handover.objects.get().state == HandoverState.WITHDRAWN


# Still exact?

YEAR, THREE_WEEKS, DAY = timedelta(days=365), timedelta(days=21), timedelta(days=1)
NIGHT = System("community")


def night(perform: Perform, at: datetime) -> list[int]:
    return [perform(step, by=NIGHT, at=at) for step in (checks.count_years, checks.ask, checks.remind, checks.lapse)]


def test_a_year_of_a_record(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime, client: HostileClient
) -> None:
    page = f"/organisations/{organisation.key}"
    assert night(perform, at) == [1, 0, 0, 0]
    started = YearlyCheck.objects.get().since
    assert night(perform, started + YEAR - DAY) == [0, 0, 0, 0]
    assert night(perform, started + YEAR) == [0, 1, 0, 0]
    assert night(perform, started + YEAR) == [0, 0, 0, 0]
    assert night(perform, started + YEAR + THREE_WEEKS) == [0, 0, 1, 0]
    assert night(perform, started + YEAR + 2 * THREE_WEEKS) == [0, 0, 0, 1]
    assert night(perform, started + 2 * YEAR) == [0, 0, 0, 0]
    templates = list(Notice.objects.order_by("pk").values_list("template", flat=True))
    assert templates == ["community/check_asked", "community/check_reminded"]
    assert "Fiche non confirmée par l’organisation depuis" in client.get(page).content.decode()
    later = started + 2 * YEAR + DAY
    perform(checks.confirm_record, organisation=organisation, by=manager, at=later)
    assert exactness_of(organisation).verified_at == later
    assert "Fiche vérifiée par l’organisation le" in client.get(page).content.decode()
    assert client.get(f"{page}.json").json()["verifiee_par_l_organisation_le"] == localdate(later).isoformat()
    assert history_of(organisation).first().sentence == "a confirmé que toute la fiche est exacte"
    assert night(perform, later + YEAR) == [0, 1, 0, 0]


def test_a_second_click_says_it_once(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    perform(checks.confirm_record, organisation=organisation, by=manager, at=at)
    perform(checks.confirm_record, organisation=organisation, by=manager, at=at + timedelta(hours=1))
    assert history_of(organisation).count() == 1
    assert YearlyCheck.objects.get().confirmed_at == at


def test_records_without_manager_ceased_or_merged_are_asked_nothing(
    organisation: Organisation, perform: Perform, at: datetime
) -> None:
    factories.role(organisation, name=RoleName.MEMBER)
    ceased = factories.organisation(state=OrganisationState.CEASED)
    merged = factories.organisation(state=OrganisationState.MERGED, merged_into=organisation)
    left = factories.organisation()
    factories.role(left, ended_at=at)
    for one in (ceased, merged):
        factories.role(one)
        YearlyCheck.objects.create(organisation=one, since=at - 2 * YEAR)
    YearlyCheck.objects.create(organisation=left, since=at - 2 * YEAR)
    assert night(perform, at) == [0, 0, 0, 0]
    assert not Notice.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_task_goes_batch_by_batch(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(checks, "BATCH", 2)
    long_ago = timezone.now() - 2 * YEAR
    for _ in range(number):
        factories.role(factories.organisation(recorded_at=long_ago), started_at=long_ago)
    assert tasks.ask_checks.func(timestamp=0) == 2 * number
    assert Notice.objects.count() == number
    assert tasks.ask_checks.func(timestamp=0) == 0


def test_two_workers_write_one_mail(together: Together, at: datetime) -> None:
    def prepare() -> None:
        for _ in range(5):
            one = factories.organisation()
            factories.role(one)
            YearlyCheck.objects.create(organisation=one, since=at - 2 * YEAR)

    together(prepare)
    counts = together(*[acting(checks.ask, by=NIGHT, at=at)] * 3)
    assert sum(counts) == 5
    assert together(lambda: Notice.objects.count()) == [5]


def test_the_link_of_the_mail_answers_in_one_click(
    client: HostileClient, organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    YearlyCheck.objects.create(organisation=organisation, since=at - YEAR)
    night(perform, at)
    (address,) = re.findall(r"https?://\S+(/exactitude/\S+)", Notice.objects.get().body)
    page = client.get(address)
    assert "Oui, tout est exact" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert not YearlyCheck.objects.get().confirmed_at
    assert client.post(address).status_code == 302
    check = YearlyCheck.objects.get()
    assert (check.confirmed_by, check.asked_at) == (manager, None)
    assert Notice.objects.get().secret


@pytest.mark.parametrize("kind", ["nothing", "shaped", "another", "wrong"])
def test_a_link_that_is_not_ours_opens_nothing(client: HostileClient, kind: str) -> None:
    tokens = {
        "nothing": "rien",
        "shaped": "a:b:c",
        "another": signing.dumps([1, 1], salt="ailleurs"),
        "wrong": signing.dumps(["x", None], salt="community.checks"),
    }
    token = tokens[kind]
    assert client.get(f"/exactitude/{token}").status_code == 404
    assert client.post(f"/exactitude/{token}").status_code == 404


def test_the_link_of_someone_who_left_says_why(
    client: HostileClient, organisation: Organisation, manager: Person
) -> None:
    link = link_for(organisation, manager)
    Role.objects.update(ended_at=timezone.now())
    answer = client.post(f"/exactitude/{link}")
    assert answer.status_code == 403
    assert "gestionnaire" in answer.content.decode()
    assert not YearlyCheck.objects.exists()


def test_an_old_link_says_so_and_where_to_answer(
    client: HostileClient, organisation: Organisation, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = timezone.now() - LINK_LASTS - DAY
    with monkeypatch.context() as then:
        then.setattr(signing.time, "time", long_ago.timestamp)
        link = f"/exactitude/{link_for(organisation, manager)}"
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 403
        assert "il y a plus de 90 jours" in answer.content.decode()
        assert (
            f'href="/organisations/{organisation.key}/exactitude">Se connecter et répondre</a>'
            in answer.content.decode()
        )
    assert not YearlyCheck.objects.exists()


def test_the_mail_says_when_it_is_reminded_and_until_when_its_link_serves(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    YearlyCheck.objects.create(organisation=organisation, since=at - YEAR)
    night(perform, at)
    body = Notice.objects.get().body
    assert f"nous vous le rappellerons une fois, le {said(at + THREE_WEEKS)}." in body
    assert f"Ce lien sert jusqu’au {said(at + LINK_LASTS)}." in body
