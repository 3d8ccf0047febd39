"""Claiming an organisation with a proof, contesting, reversing; the domains that prove."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community import rules, tasks
from accelerator.community.domains import Unproving, domain_of, said_domain, understand_domain
from accelerator.community.models import Claim, EmailDomain, Invitation, JoinRequest, Organisation, Role
from accelerator.community.operations import claims, domains, invitations, joining, people, records
from accelerator.community.queries.claims import changes_since
from accelerator.community.queries.space import space_of
from accelerator.community.states import ClaimState, ProofKind, RoleName
from accelerator.journal.queries import history_of
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from accelerator.workflow.prints import print_of
from tests import factories
from tests.client import HostileClient
from tests.community.test_people_at_once import Together, acting, refusals

Perform = Callable[..., Any]
SIREN = "732829320"
SIRET = "73282932000074"


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation(siren=SIREN, summary="Avant.")


@pytest.fixture
def manager(organisation: Organisation) -> Person:
    return factories.role(organisation, holder=factories.person(email="cheffe@maison.example")).person


def employee(**values: Any) -> Person:
    """Someone whom ProConnect says to work there."""
    person = factories.person(**values)
    factories.external_identity(person, siret=SIRET, attested_at=timezone.now() - timedelta(minutes=1))
    return person


def change(organisation: Organisation, by: Person, at: datetime, perform: Perform, **values: Any) -> None:
    seen = {name: print_of(getattr(Organisation.objects.get(pk=organisation.pk), name)) for name in values}
    perform(records.change, organisation=organisation, section="presentation", values=values, seen=seen, by=by, at=at)


# The proof


def test_ones_own_space_leads_to_the_record_that_proconnect_names(
    client: HostileClient, organisation: Organisation, perform: Perform, at: datetime
) -> None:
    client.force_login(employee())
    page = client.get("/mon-espace").content.decode()
    assert reverse("community:claim", args=[organisation.key]) in page
    client.force_login(factories.person())
    assert organisation.name not in client.get("/mon-espace").content.decode()
    Organisation.objects.filter(pk=organisation.pk).update(publishable=False)
    client.force_login(employee())
    assert organisation.name not in client.get("/mon-espace").content.decode()


def test_proconnect_proves(organisation: Organisation, manager: Person, perform: Perform, at: datetime) -> None:
    member = factories.role(organisation, name=RoleName.MEMBER).person
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    person = employee()
    made = perform(claims.claim, organisation=organisation, by=person, at=at)
    assert (made.proof, made.evidence) == (ProofKind.PROCONNECT, SIRET)
    assert made.reversible_until == localdate(at) + timedelta(days=30)
    role = Role.objects.current().get(person=person)
    assert (role.name, role.pk) == (RoleName.MANAGER, made.role_id)
    told = dict(Notice.objects.values_list("recipient", "template"))
    assert told == {
        **{one.actor_key: "community/claimed" for one in (manager, member, moderator)},
        person.actor_key: "community/claim_made",
    }
    assert "contestez-le en un clic" in Notice.objects.get(recipient=member.actor_key).body
    assert history_of(organisation).first().sentence == "a revendiqué l’organisation, avec une preuve : ProConnect"


@pytest.mark.parametrize(("siret", "age"), [("40483304800022", 0), (SIRET, 25), ("", 0)])
def test_another_siret_or_an_old_sign_in_proves_nothing(
    organisation: Organisation, perform: Perform, at: datetime, siret: str, age: int
) -> None:
    person = factories.person()
    factories.external_identity(person, siret=siret, attested_at=at - timedelta(hours=age))
    with pytest.raises(Refused, match="Rien ne prouve encore"):
        perform(claims.claim, organisation=organisation, by=person, at=at)
    assert not Role.objects.filter(person=person).exists()


def test_a_free_mail_address_never_proves(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    """Not even if the domain was confirmed before its provider entered the list."""
    factories.email_domain(organisation, added_by=manager, confirmed=True, domain="gmail.com")
    person = factories.person(email="camille.exemple@gmail.com")
    with pytest.raises(Refused, match="messagerie ouverte à tous"):
        perform(claims.claim, organisation=organisation, by=person, at=at)
    with pytest.raises(Refused, match="messagerie ouverte à tous"):
        perform(domains.add_domain, organisation=organisation, domain="gmail.com", by=manager, at=at)


@pytest.mark.parametrize(
    ("email", "proves"),
    [
        ("noa@maison.example", True),
        ("NOA@Maison.Example", True),
        ("noa@equipe.maison.example", False),
        ("noa@notremaison.example", False),
        ("noa@maison.example.test", False),
    ],
)
def test_a_confirmed_domain_proves_and_nothing_around_it(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime, email: str, proves: bool
) -> None:
    factories.email_domain(organisation, added_by=manager, confirmed=True, domain="maison.example")
    person = factories.person(email=email)
    if proves:
        assert perform(claims.claim, organisation=organisation, by=person, at=at).evidence == "maison.example"
    else:
        with pytest.raises(Refused, match="Rien ne prouve encore"):
            perform(claims.claim, organisation=organisation, by=person, at=at)


@pytest.mark.parametrize("state", ["added", "removed", "elsewhere"])
def test_a_domain_that_is_not_confirmed_here_proves_nothing(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime, state: str
) -> None:
    where = factories.organisation() if state == "elsewhere" else organisation
    removed_at = at if state == "removed" else None
    factories.email_domain(
        where, added_by=manager, confirmed=state != "added", domain="maison.example", removed_at=removed_at
    )
    with pytest.raises(Refused, match="Rien ne prouve encore"):
        perform(claims.claim, organisation=organisation, by=factories.person(email="noa@maison.example"), at=at)


def test_a_member_does_not_claim(organisation: Organisation, manager: Person, perform: Perform, at: datetime) -> None:
    person = employee()
    factories.role(organisation, name=RoleName.MEMBER, holder=person)
    with pytest.raises(Refused, match="déjà membre"):
        perform(claims.claim, organisation=organisation, by=person, at=at)
    with pytest.raises(Refused, match="gérez déjà"):
        perform(claims.claim, organisation=organisation, by=manager, at=at)


def test_whoever_claims_or_asks_to_join_says_their_name_first(
    client: HostileClient, organisation: Organisation, perform: Perform, at: datetime
) -> None:
    nobody = employee(given_name="", family_name="")
    with pytest.raises(Refused, match="Dites d’abord votre nom"):
        perform(claims.claim, organisation=organisation, by=nobody, at=at)
    with pytest.raises(Refused, match="Dites d’abord votre nom"):
        perform(joining.ask_to_join, organisation=organisation, message="Bonjour", by=nobody, at=at)
    client.force_login(nobody)
    for page in ("revendiquer", "demandes/nouvelle"):
        address = f"/organisations/{organisation.key}/{page}"
        told = client.get(address).content.decode()
        assert "Dites d’abord votre nom" in told
        assert "Gérer cette fiche" not in told
        assert "Envoyer la demande" not in told
        [naming] = re.findall(r'href="([^"]+)"[^>]*>\s*Dire mon nom', told)
        client.post(naming, {"given_name": "\u3164", "family_name": "\u200f "})
    answer = client.post(naming, {"given_name": "Camille", "family_name": ""})
    assert answer["Location"] == address
    assert "Envoyer la demande" in client.get(address).content.decode()
    assert perform(claims.claim, organisation=organisation, by=nobody, at=at).person.name == "Camille"


def test_a_claim_settles_the_request_to_join(organisation: Organisation, perform: Perform, at: datetime) -> None:
    person = employee()
    asked = perform(joining.ask_to_join, organisation=organisation, message="", by=person, at=at)
    perform(claims.claim, organisation=organisation, by=person, at=at)
    assert JoinRequest.objects.get(pk=asked.pk).state == "withdrawn"


# While it may be reversed


def test_a_recent_claim_does_not_evict_those_who_were_there(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    person = employee()
    perform(claims.claim, organisation=organisation, by=person, at=at)
    theirs = Role.objects.current().get(person=manager)
    with pytest.raises(Refused, match="revendication récente"):
        perform(people.end_role, role=theirs, reason="Je prends la place.", by=person, at=at)
    with pytest.raises(Refused, match="revendication récente"):
        perform(people.change_role, role=theirs, name=RoleName.MEMBER, by=person, at=at)
    newcomer = Role.objects.current().get(person=let_in("invited", organisation, person, at, perform))
    perform(people.end_role, role=newcomer, reason="Invitée par erreur.", by=person, at=at)
    Claim.objects.update(reversible_until=localdate(at) - timedelta(days=1))
    assert rules.reason_against_touching(person, theirs) is None


@pytest.mark.parametrize("who", ["named a manager since", "let in by a manager", "proved too"])
def test_a_recent_claim_touches_only_those_who_entered_by_it(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime, who: str
) -> None:
    member = factories.role(organisation, name=RoleName.MEMBER, started_at=at - timedelta(days=9))
    person, later = employee(), at + timedelta(minutes=1)
    perform(claims.claim, organisation=organisation, by=person, at=at)
    if who == "named a manager since":
        role = perform(people.change_role, role=member, name=RoleName.MANAGER, by=manager, at=later)
    elif who == "let in by a manager":
        role = Role.objects.current().get(person=let_in("invited", organisation, manager, later, perform))
    else:
        role = perform(claims.claim, organisation=organisation, by=employee(), at=later).role
    for act, values in ((people.end_role, {"reason": "Je prends la place."}), (people.change_role, {"name": "member"})):
        with pytest.raises(Refused, match="que le rôle des personnes qu’elle a fait entrer"):
            perform(act, role=role, by=person, at=later, **values)


@pytest.mark.parametrize(
    ("mine", "confirmed", "removes"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_recent_claim_removes_no_domain_but_its_own(
    organisation: Organisation,
    manager: Person,
    perform: Perform,
    at: datetime,
    mine: bool,
    confirmed: bool,
    removes: bool,
) -> None:
    person = employee()
    perform(claims.claim, organisation=organisation, by=person, at=at)
    domain = factories.email_domain(organisation, added_by=person if mine else manager, confirmed=confirmed)
    if removes:
        assert perform(domains.remove_domain, domain=domain, by=person, at=at).removed_at == at
        return
    with pytest.raises(Refused, match="vous ne retirez qu’un domaine que vous avez ajouté et que personne"):
        perform(domains.remove_domain, domain=domain, by=person, at=at)
    assert perform(domains.remove_domain, domain=domain, by=manager, at=at).removed_at == at


def test_a_recent_claim_confirms_no_domain(organisation: Organisation, perform: Perform, at: datetime) -> None:
    person = employee(email="noa@maison.example")
    perform(claims.claim, organisation=organisation, by=person, at=at)
    domain = perform(domains.add_domain, organisation=organisation, domain="maison.example", by=person, at=at)
    with pytest.raises(Refused, match="revendication récente"):
        perform(domains.confirm_domain, domain=domain, by=person, at=at)


def let_in(way: str, organisation: Organisation, by: Person, at: datetime, perform: Perform) -> Person:
    """Someone whom a manager makes a manager, by an invitation or by saying yes to their request."""
    person = factories.person()
    if way == "invited":
        invitation = factories.invitation(organisation, invited_by=by, email=person.email, role=RoleName.MANAGER)
        perform(invitations.accept_invitation, invitation=invitation, by=person, at=at)
    else:
        asked = perform(joining.ask_to_join, organisation=organisation, message="", by=person, at=at)
        perform(joining.accept_join, request=asked, role=RoleName.MANAGER, by=by, at=at)
    return person


@pytest.mark.parametrize("way", ["invited", "accepted"])
def test_an_accomplice_has_no_more_power_than_the_claimant(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime, way: str
) -> None:
    """Neither at first hand nor at second hand; and both leave when the claim is reversed."""
    other = employee()
    claimed = perform(claims.claim, organisation=organisation, by=other, at=at)
    wrong = employee()
    made = perform(claims.claim, organisation=organisation, by=wrong, at=at)
    first = let_in(way, organisation, wrong, at + timedelta(minutes=1), perform)
    second = let_in(way, organisation, first, at + timedelta(minutes=2), perform)
    colleague = let_in(way, organisation, manager, at + timedelta(minutes=3), perform)
    later = at + timedelta(minutes=4)
    theirs = Role.objects.current().get(person=manager)
    domain = perform(domains.add_domain, organisation=organisation, domain="maison.example", by=wrong, at=at)
    for accomplice in (first, second):
        with pytest.raises(Refused, match="revendication récente"):
            perform(people.end_role, role=theirs, reason="Je prends la place.", by=accomplice, at=later)
        with pytest.raises(Refused, match="la modération"):
            perform(claims.reverse_claim, claim=claimed, back=[], reason="C’est à nous.", by=accomplice, at=later)
        Person.objects.filter(pk=accomplice.pk).update(email=f"a{accomplice.pk}@maison.example")
        accomplice.refresh_from_db()
        with pytest.raises(Refused, match="revendication récente"):
            perform(domains.confirm_domain, domain=domain, by=accomplice, at=later)
    assert rules.reason_against_touching(colleague, theirs) is None
    perform(claims.reverse_claim, claim=made, back=[], reason="Fausse revendication.", by=manager, at=later)
    held = set(Role.objects.current().filter(organisation=organisation).values_list("person", flat=True))
    assert held == {manager.pk, other.pk, colleague.pk}


def test_whoever_was_there_owes_nothing_to_a_claimant(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    """A member before, named a manager since; or confirmed since as the representative by the platform."""
    member = factories.role(organisation, name=RoleName.MEMBER, started_at=at - timedelta(days=9))
    wrong = employee()
    made = perform(claims.claim, organisation=organisation, by=wrong, at=at)
    perform(people.change_role, role=member, name=RoleName.MANAGER, by=manager, at=at)
    confirmed = let_in("invited", organisation, wrong, at, perform)
    Role.objects.filter(person=confirmed).update(name=RoleName.REPRESENTATIVE, confirmed_at=at, confirmed_by="person:1")
    perform(claims.reverse_claim, claim=made, back=[], reason="Fausse revendication.", by=manager, at=at)
    held = set(Role.objects.current().filter(organisation=organisation).values_list("person", flat=True))
    assert held == {manager.pk, member.person_id, confirmed.pk}


@pytest.mark.parametrize("how", ["left", "removed"])
def test_the_same_proof_does_not_bring_back_whoever_went(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime, how: str
) -> None:
    """Whom a manager removed does not come back by the same door; whoever left is told what to do, not a fault."""
    person = employee()
    made = perform(claims.claim, organisation=organisation, by=person, at=at)
    if how == "left":
        perform(people.leave, organisation=organisation, by=person, at=at)
    else:
        perform(people.end_role, role=made.role, reason="Partie en mars.", by=manager, at=at)
    with pytest.raises(Refused, match=r"déjà revendiqué.*demandez à la rejoindre"):
        perform(claims.claim, organisation=organisation, by=person, at=at + timedelta(minutes=1))


def test_a_member_contests_and_those_who_decide_are_told(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    member = factories.role(organisation, name=RoleName.MEMBER).person
    person = employee()
    made = perform(claims.claim, organisation=organisation, by=person, at=at)
    Notice.objects.all().delete()
    with pytest.raises(Refused, match="votre propre revendication"):
        perform(claims.contest, claim=made, words="", by=person, at=at)
    perform(claims.contest, claim=made, words="Elle est partie en mars.", by=member, at=at)
    assert list(Notice.objects.values_list("recipient", flat=True)) == [manager.actor_key]
    assert "Elle est partie en mars." in Notice.objects.get().body
    with pytest.raises(Refused, match="déjà contestée"):
        perform(claims.contest, claim=made, words="", by=member, at=at)


def test_the_page_that_contests_says_at_once_why_it_no_longer_does(
    client: HostileClient, organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    member = factories.role(organisation, name=RoleName.MEMBER).person
    made = factories.claim(organisation)
    page = f"/organisations/{organisation.key}/revendications/{made.pk}"
    client.force_login(member)
    assert client.get(f"{page}/contester").status_code == 200
    perform(claims.contest, claim=made, words="", by=member, at=at)
    perform(claims.reverse_claim, claim=made, back=[], reason="Elle est partie.", by=manager, at=at)
    refused = client.get(f"{page}/contester")
    assert refused.status_code == 403
    assert "Cette revendication a déjà été annulée, le" in refused.content.decode()
    assert f'href="{page}">Lire la revendication</a>' in refused.content.decode()


def test_a_contested_claim_awaits_those_who_decide(
    client: HostileClient, organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    member = factories.role(organisation, name=RoleName.MEMBER).person
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    made = factories.claim(organisation)

    def awaited() -> list[bool]:
        shown = []
        for person in (manager, moderator, member, made.person):
            space = space_of(person, at, localdate(at))
            shown.append(space.contested == [made])
            assert space.awaits == len(space.contested)
        return shown

    assert awaited() == [False] * 4
    perform(claims.contest, claim=made, words="", by=member, at=at)
    assert awaited() == [True, True, False, False]
    client.force_login(manager)
    said = client.get(reverse("portal:dashboard")).content.decode()
    assert "Lire la revendication contestée de" in said
    assert f"/organisations/{organisation.key}/revendications/{made.pk}" in said
    perform(claims.reverse_claim, claim=made, back=[], reason="Elle est partie.", by=manager, at=at)
    assert awaited() == [False] * 4


def test_a_contested_claim_does_not_await_who_may_not_decide(organisation: Organisation, at: datetime) -> None:
    """A moderator who is a member, and whoever manages by a claim of their own that may still be reversed."""
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    factories.role(organisation, name=RoleName.MEMBER, holder=moderator)
    own = factories.claim(organisation)
    factories.claim(organisation, contested_at=at)
    assert [space_of(person, at, localdate(at)).contested for person in (moderator, own.person)] == [[], []]


def test_two_claimants_do_not_reverse_each_other(organisation: Organisation, perform: Perform, at: datetime) -> None:
    first, second = employee(), employee()
    perform(claims.claim, organisation=organisation, by=first, at=at)
    made = perform(claims.claim, organisation=organisation, by=second, at=at)
    with pytest.raises(Refused, match="la modération"):
        perform(claims.reverse_claim, claim=made, back=[], reason="C’est moi la vraie.", by=first, at=at)


# Reversed


def test_a_claim_is_reversed_and_the_record_is_as_before(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    person = employee()
    made = perform(claims.claim, organisation=organisation, by=person, at=at)
    before = Organisation.objects.get(pk=organisation.pk)
    change(organisation, person, at, perform, summary="Pendant.", presentation="Une longue histoire.")
    perform(records.confirm, organisation=organisation, name="name", by=person, at=at)
    held = Organisation.objects.get(pk=organisation.pk)
    assert [(one.name, one.back) for one in changes_since(made, held)] == [
        ("name", True),
        ("summary", True),
        ("presentation", True),
    ]
    Notice.objects.all().delete()
    reason = "Cette personne ne travaille plus ici."
    back = ["name", "summary", "presentation"]
    moved = perform(claims.reverse_claim, claim=made, back=back, reason=reason, by=manager, at=at)
    after = Organisation.objects.get(pk=organisation.pk)
    for name in ("name", "summary", "presentation", "provenance"):
        assert getattr(after, name) == getattr(before, name), name
    assert (moved.state, moved.before) == (ClaimState.REVERSED, {})
    assert not Role.objects.current().filter(person=person).exists()
    assert dict(Notice.objects.values_list("recipient", "template")) == {person.actor_key: "community/claim_lost"}
    event = history_of(organisation).first()
    assert event.sentence.endswith("remis comme avant : nom, en une phrase, présentation")
    assert event.reason == reason
    with pytest.raises(Refused, match="déjà été annulée"):
        perform(claims.reverse_claim, claim=made, back=[], reason=reason, by=manager, at=at)
    with pytest.raises(Refused, match="La même preuve ne suffit plus"):
        perform(claims.claim, organisation=organisation, by=person, at=at)


def test_what_someone_else_said_since_stays(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    person = employee()
    made = perform(claims.claim, organisation=organisation, by=person, at=at)
    change(organisation, person, at, perform, summary="Pendant.", presentation="Une longue histoire.")
    change(organisation, manager, at, perform, summary="Revu par la cheffe.")
    held = Organisation.objects.get(pk=organisation.pk)
    assert [(one.name, one.back) for one in changes_since(made, held)] == [("summary", False), ("presentation", True)]
    perform(
        claims.reverse_claim,
        claim=made,
        back=["summary", "presentation"],
        reason="Revendication par erreur.",
        by=manager,
        at=at,
    )
    after = Organisation.objects.get(pk=organisation.pk)
    assert (after.summary, after.presentation) == ("Revu par la cheffe.", "")


def test_a_value_may_be_kept(organisation: Organisation, manager: Person, perform: Perform, at: datetime) -> None:
    person = employee()
    made = perform(claims.claim, organisation=organisation, by=person, at=at)
    change(organisation, person, at, perform, summary="Juste, finalement.", presentation="Fausse.")
    perform(claims.reverse_claim, claim=made, back=["presentation"], reason="Plus de la maison.", by=manager, at=at)
    after = Organisation.objects.get(pk=organisation.pk)
    assert (after.summary, after.presentation) == ("Juste, finalement.", "")


def test_those_let_in_leave_with_the_only_manager(organisation: Organisation, perform: Perform, at: datetime) -> None:
    person = employee()
    made = perform(claims.claim, organisation=organisation, by=person, at=at)
    accomplice = factories.role(organisation, name=RoleName.MEMBER, started_at=at + timedelta(seconds=1)).person
    factories.invitation(organisation, invited_by=person)
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    perform(claims.reverse_claim, claim=made, back=[], reason="Fausse revendication.", by=moderator, at=at)
    assert not Role.objects.current().filter(person__in=[person, accomplice]).exists()
    assert not Invitation.objects.waiting().exists()


def test_earlier_members_are_not_left_alone(organisation: Organisation, perform: Perform, at: datetime) -> None:
    made = factories.claim(organisation, claimant=employee())
    factories.role(organisation, name=RoleName.MEMBER, started_at=at - timedelta(days=9))
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    with pytest.raises(Refused, match="donnez d’abord"):
        perform(claims.reverse_claim, claim=made, back=[], reason="Fausse revendication.", by=moderator, at=at)
    assert Role.objects.current().filter(person=made.person).exists()


def test_after_thirty_days_it_is_too_late_and_the_snapshot_is_forgotten(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    made = factories.claim(organisation, claimed_at=at - timedelta(days=31))
    with pytest.raises(Refused, match="s’annulait jusqu’au"):
        perform(claims.reverse_claim, claim=made, back=[], reason="Trop tard, hélas.", by=manager, at=at)
    last_day = factories.claim(organisation, claimed_at=at - timedelta(days=30))
    assert tasks.forget_claims.func(timestamp=0) == 1
    assert tasks.forget_claims.func(timestamp=0) == 0
    assert Claim.objects.get(pk=last_day.pk).before
    perform(claims.reverse_claim, claim=last_day, back=[], reason="Juste à temps.", by=manager, at=at)


@pytest.mark.parametrize("who", ["member", "stranger", "claimant"])
def test_others_do_not_reverse(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime, who: str
) -> None:
    made = factories.claim(organisation)
    them = {
        "member": lambda: factories.role(organisation, name=RoleName.MEMBER).person,
        "stranger": factories.person,
        "claimant": lambda: made.person,
    }
    with pytest.raises(Refused):
        perform(claims.reverse_claim, claim=made, back=[], reason="Parce que je veux.", by=them[who](), at=at)


# At the same moment


def test_two_people_claim_at_once(together: Together, at: datetime) -> None:
    """Both have a proof: both manage, each once, and one mail is written to each for each claim."""

    def prepare() -> tuple[Organisation, list[Person]]:
        return factories.organisation(siren=SIREN), [employee(), employee()]

    [(organisation, both)] = together(prepare)
    results = together(*(acting(claims.claim, organisation=organisation, by=person, at=at) for person in both * 2))
    assert len(refusals(results)) == 2
    [(held, told)] = together(
        lambda: (
            list(Role.objects.current().filter(organisation=organisation).values_list("person", flat=True)),
            list(Notice.objects.values_list("template", "recipient")),
        )
    )
    assert sorted(held) == sorted(person.pk for person in both)
    assert sorted(template for template, _ in told) == ["community/claim_made"] * 2 + ["community/claimed"]
    assert len(set(told)) == len(told)


def test_a_claim_is_reversed_by_two_managers_at_once(together: Together, at: datetime) -> None:
    def prepare() -> tuple[Claim, list[Person]]:
        organisation = factories.organisation(siren=SIREN)
        return factories.claim(organisation), [
            factories.role(organisation, started_at=at - timedelta(days=1)).person for _ in range(2)
        ]

    [(made, managers)] = together(prepare)
    results = together(
        *(
            acting(claims.reverse_claim, claim=made, back=[], reason="Fausse revendication.", by=one, at=at)
            for one in managers
        )
    )
    assert refusals(results) == ["Cette revendication a déjà été annulée."]


# Domains


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("maison.fr", "maison.fr"),
        ("@Maison.FR.", "maison.fr"),
        ("noa@maison.fr", "maison.fr"),
        ("château.fr", "xn--chteau-xta.fr"),
        ("XN--CHTEAU-XTA.fr", "xn--chteau-xta.fr"),
        ("equipe.maison.asso.fr", "equipe.maison.asso.fr"),
    ],
)
def test_a_domain_is_read_as_it_travels(typed: str, read: str) -> None:
    assert understand_domain(typed) == read


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("gmail.com", "ouverte à tous"),
        ("camille@orange.fr", "ouverte à tous"),
        ("pro.orange.fr", "ouverte à tous"),
        ("yopmail.com", "ouverte à tous"),
        ("gouv.fr", "partagé"),
        ("asso.fr", "partagé"),
        ("github.io", "partagé"),
        ("fr", "nom de domaine"),
        ("localhost", "nom de domaine"),
        ("192.168.0.1", "nom de domaine"),
        ("ma maison.fr", "nom de domaine"),
        ("-maison.fr", "nom de domaine"),
        ("a" * 64 + ".fr", "nom de domaine"),
        ("é" * 300 + ".fr", "nom de domaine"),
        ("", "nom de domaine"),
    ],
)
def test_a_domain_that_proves_nothing_is_refused(typed: str, why: str) -> None:
    with pytest.raises(Unproving, match=why):
        understand_domain(typed)


def test_a_domain_with_foreign_letters_is_read_both_ways() -> None:
    assert said_domain("xn--chteau-xta.fr") == "château.fr (xn--chteau-xta.fr)"
    assert domain_of("noa@Château.fr") == "xn--chteau-xta.fr"
    assert domain_of(None) == domain_of("") == ""


def test_a_proof_is_read_as_what_it_is() -> None:
    assert ProofKind.PROCONNECT.said("73282932000074") == "732 829 320 00074"
    assert ProofKind.DOMAIN.said("xn--chteau-xta.fr") == "château.fr (xn--chteau-xta.fr)"
    # A domain made of digits is no number.
    assert ProofKind.DOMAIN.said("3615") == "3615"


def test_a_domain_is_confirmed_by_whoever_has_an_address_there(
    organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    other = factories.role(organisation, holder=factories.person(email="noa@ailleurs.example")).person
    added = perform(domains.add_domain, organisation=organisation, domain="maison.example", by=other, at=at)
    assert Notice.objects.get().recipient == manager.actor_key
    with pytest.raises(Refused, match="déjà dans la liste"):
        perform(domains.add_domain, organisation=organisation, domain="maison.example", by=manager, at=at)
    with pytest.raises(Refused, match=r"la vôtre n’est pas sur maison\.example"):
        perform(domains.confirm_domain, domain=added, by=other, at=at)
    perform(domains.confirm_domain, domain=added, by=manager, at=at)
    with pytest.raises(Refused, match="déjà confirmé"):
        perform(domains.confirm_domain, domain=added, by=manager, at=at)
    perform(domains.remove_domain, domain=added, by=other, at=at)
    assert not EmailDomain.objects.proving().exists()
    perform(domains.add_domain, organisation=organisation, domain="maison.example", by=manager, at=at)


# The pages


@pytest.mark.parametrize(
    ("typed", "next_step"), [("maison.example", "confirmez-le maintenant"), ("autre.example", "dont l’adresse y est")]
)
def test_the_page_says_who_confirms_the_domain_that_was_added(
    client: HostileClient, organisation: Organisation, manager: Person, typed: str, next_step: str
) -> None:
    client.force_login(manager)
    added = client.post(f"/organisations/{organisation.key}/domaines/nouveau", {"domain": typed}, follow=True)
    assert next_step in added.content.decode()


def test_the_pages_of_domains_offer_only_what_may_be_done(
    client: HostileClient, organisation: Organisation, at: datetime
) -> None:
    """Whoever manages by a claim that may still be reversed reads why, and until when, before pressing anything."""
    theirs = factories.email_domain(organisation, added_by=factories.role(organisation).person, domain="autre.example")
    claimant = factories.claim(organisation, claimant=factories.person(email="a@nous.example")).person
    client.force_login(claimant)
    listed = f"/organisations/{organisation.key}/domaines"
    added = client.post(f"{listed}/nouveau", {"domain": "nous.example"}, follow=True).content.decode()
    assert "confirmez-le maintenant" not in added
    assert "Confirmer</a>" not in added
    assert added.count("Retirer</a>") == 1  # what they added
    own = EmailDomain.objects.get(domain="nous.example")
    for page, words in (
        (f"{theirs.pk}/retirer", "vous ne retirez qu’un domaine que vous avez ajouté"),
        (f"{own.pk}/confirmer", "vous pourrez confirmer un domaine après"),
        (f"{theirs.pk}/confirmer", "la vôtre n’est pas sur"),
    ):
        said = client.get(f"{listed}/{page}").content.decode()
        assert words in said
        assert "<button" not in said.split("<main", 1)[1].split("</main>")[0]


def test_the_page_says_what_would_prove(client: HostileClient, organisation: Organisation) -> None:
    person = factories.person(email="camille@gmail.com")
    client.force_login(person)
    address = f"/organisations/{organisation.key}/revendiquer"
    text = client.get(address).content.decode()
    assert "ProConnect" in text
    assert "gmail.com" in text
    assert "Demander à la rejoindre" in text
    assert "vous répond sous 15 jours ; un refus est motivé" in text
    assert "Gérer cette fiche" not in text
    assert client.post(address).status_code == 422
    assert not Claim.objects.exists()


def test_a_click_claims_and_the_limit_holds(client: HostileClient, organisation: Organisation, settings: Any) -> None:
    settings.CLAIMS_PER_PERSON = 1
    person = employee()
    client.force_login(person)
    address = f"/organisations/{organisation.key}/revendiquer"
    assert "l’établissement 732 829 320 00074, qui est de cette organisation" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert Claim.objects.get().person == person
    other = factories.organisation()
    answer = client.post(f"/organisations/{other.key}/revendiquer")
    assert "Trop d’essais" in answer.content.decode()


def test_a_manager_reverses_by_the_pages(
    client: HostileClient, organisation: Organisation, manager: Person, perform: Perform, at: datetime
) -> None:
    person = employee()
    made = perform(claims.claim, organisation=organisation, by=person, at=at)
    change(organisation, person, at, perform, summary="Pendant.")
    client.force_login(manager)
    page = f"/organisations/{organisation.key}/revendications/{made.pk}"
    text = client.get(page).content.decode()
    assert "Pendant." in text
    assert "a modifié la section" in text
    assert client.post(f"{page}/annuler", {"back": ["summary"], "reason": "non"}).status_code == 422
    reason = "Cette personne n’est pas de chez nous."
    assert client.post(f"{page}/annuler", {"back": ["summary"], "reason": reason}).status_code == 302
    assert Organisation.objects.get(pk=organisation.pk).summary == "Avant."
    assert "Annulée" in client.get(page).content.decode()
    client.force_login(person)
    again = client.get(f"/organisations/{organisation.key}/revendiquer").content.decode()
    assert reason in again
    assert "ont 15 jours pour vous répondre" in again


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("page", ["revendications", "domaines"])
def test_lists_ask_a_fixed_number_of_questions(
    client: HostileClient,
    organisation: Organisation,
    manager: Person,
    number: int,
    page: str,
    django_assert_num_queries: Any,
) -> None:
    for _ in range(number):
        factories.claim(organisation)
        factories.email_domain(organisation, added_by=manager)
    client.force_login(manager)
    with django_assert_num_queries(12 if page == "domaines" else 11):  # and one's own claim
        assert client.get(f"/organisations/{organisation.key}/{page}").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_the_desk_filters_and_exports(client: HostileClient, number: int, django_assert_num_queries: Any) -> None:
    for _ in range(number):
        factories.claim(factories.organisation(name="=Formule"))
    client.force_login(factories.role(None, name=RoleName.MODERATOR).person)
    with django_assert_num_queries(9):
        assert client.get("/moderation/revendications").status_code == 200
    assert "Rien ne correspond" in client.get("/moderation/revendications?etat=contested").content.decode()
    lines = b"".join(client.get("/moderation/revendications?format=csv")).decode().splitlines()
    assert len(lines) == number + 1
    assert lines[1].startswith("'=Formule")
