"""Two records of one organisation, united, and separated again exactly."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community import tasks
from accelerator.community.models import (
    Distinction,
    Duplicate,
    Establishment,
    Invitation,
    Merge,
    Organisation,
    Role,
)
from accelerator.community.operations import invitations, joining, merging, messages, records
from accelerator.community.queries.duplicates import known_by
from accelerator.community.queries.merging import choices_between, put_back_by
from accelerator.community.queries.messages import may_read
from accelerator.community.queries.organisation import distinctions_of
from accelerator.community.record import SIRENE
from accelerator.community.search import DIRECTORY, refresh
from accelerator.community.states import DuplicateState, Likeness, MergeState, OrganisationState, RoleName
from accelerator.geography.models import Place
from accelerator.imports.operations.lists import UNVERIFIED
from accelerator.journal.queries import history_of
from accelerator.notices.models import Notice
from accelerator.registers.clients import Answer, Company
from accelerator.registers.identifiers import understand
from accelerator.registers.models import Association, Run, Unit
from accelerator.search.types import Question
from accelerator.workflow import Refused
from accelerator.workflow.prints import print_of
from tests import factories
from tests.client import HostileClient
from tests.community.test_people_at_once import Together, acting, refusals

Perform = Callable[..., Any]
SIREN, RNA = "732829320", "W461001234"
WHY = "C’est la même association, inscrite deux fois."


@pytest.fixture
def moderator() -> Person:
    return factories.role(None, name=RoleName.MODERATOR).person


@pytest.fixture
def kept() -> Organisation:
    return factories.organisation(name="Les Paniers du Causse", siren=SIREN)


@pytest.fixture
def other() -> Organisation:
    return factories.organisation(
        name="Paniers du Causse", rna=RNA, summary="Des paniers.", website="https://p.example/"
    )


def unite(perform: Perform, other: Organisation, kept: Organisation, by: Person, at: datetime, **values: Any) -> Merge:
    given = {"taken": [], "keeps_roles": True, "reason": WHY, **values}
    return perform(merging.merge, organisation=other, into=kept, by=by, at=at, **given)


def separate(perform: Perform, merge: Merge, by: Person, at: datetime) -> Merge:
    return perform(merging.undo_merge, merge=merge, reason="Deux associations, finalement.", by=by, at=at)


def everything() -> dict[str, list[Any]]:
    """Every row that a merge could touch, but for what remembers it."""
    tables = ["organisation", "role", "mandate", "delegation", "invitation", "joinrequest", "establishment"]
    tables += ["distinction", "contactmessage"]
    rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT to_jsonb(t) - 'changed_at' FROM community_{table} AS t ORDER BY id")
            rows[table] = [json.loads(row) for (row,) in cursor.fetchall()]
    return rows


def found(text: str) -> list[int]:
    return list(DIRECTORY.search(Question(text=text)).ids)


# United


def test_the_survivor_answers_for_both(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime, client: HostileClient
) -> None:
    refresh([kept, other])
    Establishment.objects.create(organisation=other, siret="40483304800022")
    for one in (kept, other):
        Distinction.objects.create(organisation=one, name="Pionnier", granted_on="2018", source_url="https://s.example")
    Distinction.objects.create(organisation=other, name="Territoire", source_url="https://s.example")
    unite(perform, other, kept, moderator, at)
    assert known_by(understand(RNA)) == known_by(understand(SIREN)) == kept
    assert found(RNA) == found(SIREN) == [kept.pk]
    assert found("paniers causse") == [kept.pk]
    assert [one.name for one in distinctions_of(kept)] == ["Pionnier", "Territoire"]
    assert Organisation.objects.get(pk=other.pk).rna == RNA
    for suffix in ("", ".json", "/membres"):
        answer = client.get(f"/organisations/{other.key}{suffix}")
        expected = 302 if suffix == "/membres" else 301
        assert answer.status_code == expected
        if expected == 301:
            assert answer["Location"] == f"/organisations/{kept.key}{suffix}"
    page = client.get(f"/organisations/{kept.key}").content.decode()
    assert RNA in page
    assert client.get(f"/organisations/{kept.key}.json").json()["autres_numeros"] == [
        {"registre": "RNA", "numero": RNA}
    ]
    listed = b"".join(client.get("/annuaire.csv")).decode()
    assert kept.public_id in listed
    assert other.public_id not in listed
    assert history_of(kept).first().sentence.startswith("a réuni la fiche « Paniers du Causse »")


def test_values_are_chosen_one_by_one_with_their_origin(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    proposed = {choice.name: choice.takes_other for choice in choices_between(kept, other)}
    assert proposed == {"name": False, "summary": True, "website": True}
    unite(perform, other, kept, moderator, at, taken=["summary"])
    after = Organisation.objects.get(pk=kept.pk)
    assert (after.name, after.summary, after.website) == ("Les Paniers du Causse", "Des paniers.", "")
    assert after.provenance["summary"]["source"] == other.source


@pytest.mark.parametrize("keeps", [True, False])
def test_the_same_people_in_both(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime, keeps: bool
) -> None:
    """Each keeps one role, the stronger of the two; nobody is lost, nobody is told twice."""
    boss, noa, sacha, alix = (factories.person() for _ in range(4))
    for where, who, name in (
        (kept, boss, RoleName.MANAGER),
        (other, boss, RoleName.MEMBER),
        (kept, noa, RoleName.MEMBER),
        (other, noa, RoleName.REPRESENTATIVE),
        (kept, sacha, RoleName.MEMBER),
        (other, sacha, RoleName.MEMBER),
        (other, alix, RoleName.MANAGER),
    ):
        factories.role(where, name=name, holder=who)
    unite(perform, other, kept, moderator, at, keeps_roles=keeps)
    held = dict(Role.objects.current().filter(organisation=kept).values_list("person", "name"))
    assert held == {
        boss.pk: RoleName.MANAGER,
        noa.pk: RoleName.REPRESENTATIVE if keeps else RoleName.MEMBER,
        sacha.pk: RoleName.MEMBER,
        alix.pk: RoleName.MANAGER if keeps else RoleName.MEMBER,
    }
    assert not Role.objects.current().filter(organisation=other).exists()
    told = list(Notice.objects.values_list("recipient", flat=True))
    assert sorted(told) == sorted(person.actor_key for person in (boss, noa, sacha, alix))


def test_someone_must_manage(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    factories.role(other)
    with pytest.raises(Refused, match="Personne ne gère la fiche gardée"):
        unite(perform, other, kept, moderator, at, keeps_roles=False)


def test_a_claim_that_may_be_reversed_is_not_carried(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    factories.role(kept)
    claimant = factories.claim(other).person
    with pytest.raises(Refused, match="peut encore être annulée"):
        unite(perform, other, kept, moderator, at)
    unite(perform, other, kept, moderator, at, keeps_roles=False)
    assert Role.objects.current().get(person=claimant).name == RoleName.MEMBER


def test_what_waited_on_the_merged_record_reaches_the_survivor(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime, client: HostileClient
) -> None:
    boss, host = factories.role(kept).person, factories.role(other).person
    sender = factories.person()
    invitee, stray, asker = (factories.person() for _ in range(3))
    first = perform(messages.write_to, organisation=other, subject="Bonjour", body="Une question", by=sender, at=at)
    invited = factories.invitation(other, invited_by=host, email=invitee.email)
    gone = factories.person()
    lost = factories.invitation(other, invited_by=gone, email=stray.email)
    asked = factories.join_request(other, asker=asker)
    unite(perform, other, kept, moderator, at)
    assert may_read(first, boss)
    answer = perform(messages.reply, message=first, body="Voici", by=boss, at=at)
    assert answer.in_reply_to == first
    Notice.objects.all().delete()
    perform(messages.reply, message=first, body="Merci", by=sender, at=at)
    assert set(Notice.objects.values_list("recipient", flat=True)) == {boss.actor_key, host.actor_key}
    client.force_login(boss)
    assert asker.name in client.get(f"/organisations/{kept.key}/demandes").content.decode()
    assert invitee.email in client.get(f"/organisations/{kept.key}/invitations").content.decode()
    assert asker.name in client.get(reverse("portal:dashboard")).content.decode()
    perform(joining.accept_join, request=asked, role=RoleName.MEMBER, by=boss, at=at)
    perform(invitations.accept_invitation, invitation=invited, by=invitee, at=at)
    assert Role.objects.current().filter(organisation=kept, person__in=[asker, invitee]).count() == 2
    with pytest.raises(Refused, match="la personne qui vous avait invité ne gère pas"):
        perform(invitations.accept_invitation, invitation=lost, by=stray, at=at)


# Separated


def test_undoing_restores_both_records_exactly(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    """Every row of every table is as before, but for the roles and powers that the merge gave, which are over."""
    boss, noa, sacha = (factories.person() for _ in range(3))
    for where, who, name in (
        (kept, boss, RoleName.MANAGER),
        (other, boss, RoleName.MEMBER),
        (kept, noa, RoleName.MEMBER),
        (other, noa, RoleName.REPRESENTATIVE),
        (other, sacha, RoleName.MEMBER),
    ):
        factories.role(where, name=name, holder=who)
    factories.mandate(other, granted_by=noa)
    factories.delegation(other, giver=noa, delegate=sacha)
    factories.delegation(other, giver=noa, delegate=boss)
    factories.invitation(other, invited_by=noa)
    factories.join_request(other)
    refresh([kept, other])
    before = everything()
    made = unite(perform, other, kept, moderator, at, taken=["name", "summary", "website"])
    assert Organisation.objects.get(pk=kept.pk).summary == "Des paniers."
    separate(perform, made, moderator, at + timedelta(hours=1))
    after = everything()
    for table, rows in before.items():
        known = {row["id"] for row in rows}
        assert [row for row in after[table] if row["id"] in known] == rows, table
        for row in after[table]:
            if row["id"] not in known:
                assert row.get("ended_at") or row.get("revoked_at"), (table, row)
    assert found(RNA) == [other.pk]
    assert found(SIREN) == [kept.pk]
    assert known_by(understand(RNA)) == other
    assert Duplicate.objects.get().state == DuplicateState.DIFFERENT
    assert {kept.pk, other.pk} <= set(found("paniers causse"))
    with pytest.raises(Refused, match="déjà été défaite"):
        separate(perform, made, moderator, at)


def test_what_changed_since_is_said_and_stays(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    boss = factories.role(kept).person
    made = unite(perform, other, kept, moderator, at, taken=["summary", "website"])
    held = Organisation.objects.get(pk=kept.pk)
    seen = {"summary": print_of(held.summary)}
    values = {"summary": "Revu depuis."}
    perform(records.change, organisation=kept, section="presentation", values=values, seen=seen, by=boss, at=at)
    held.refresh_from_db()
    assert [(line.name, line.back) for line in put_back_by(made, held)] == [("summary", False), ("website", True)]
    separate(perform, made, moderator, at)
    held.refresh_from_db()
    assert (held.summary, held.website) == ("Revu depuis.", "")


def test_whoever_left_or_was_changed_since_is_not_brought_back(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    factories.role(kept)
    chief = factories.role(other)
    left = factories.role(other, name=RoleName.MEMBER)
    made = unite(perform, other, kept, moderator, at)
    Role.objects.current().filter(person=left.person).update(ended_at=at)
    separate(perform, made, moderator, at)
    current = Role.objects.current().filter(organisation=other)
    assert list(current.values_list("person", flat=True)) == [chief.person_id]
    assert not Role.objects.current().filter(organisation=kept, person=chief.person).exists()


def test_members_are_not_sent_back_where_nobody_manages(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    factories.role(kept)
    chief = factories.role(other)
    member = factories.role(other, name=RoleName.MEMBER)
    made = unite(perform, other, kept, moderator, at)
    Role.objects.current().filter(person=chief.person).update(ended_at=at)
    separate(perform, made, moderator, at)
    assert not Role.objects.current().filter(organisation=other).exists()
    assert Role.objects.current().get(person=member.person).organisation == kept


# Chains and cycles


def test_a_chain_leads_to_its_end_and_is_undone_from_its_end(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime, client: HostileClient
) -> None:
    last = factories.organisation(name="La Grande Maison", amalia="A2023STR000123")
    refresh([kept, other, last])
    first = unite(perform, other, kept, moderator, at)
    second = unite(perform, kept, last, moderator, at)
    assert {known_by(understand(number)) for number in (SIREN, RNA, "A2023STR000123")} == {last}
    assert found(RNA) == [last.pk]
    assert client.get(f"/organisations/{other.key}")["Location"] == f"/organisations/{last.key}"
    with pytest.raises(Refused, match="défaites d’abord cette dernière"):
        separate(perform, first, moderator, at)
    separate(perform, second, moderator, at)
    assert known_by(understand(RNA)) == kept
    assert found(RNA) == [kept.pk]
    separate(perform, first, moderator, at)
    assert found(RNA) == [other.pk]


def test_a_record_is_not_united_to_itself_nor_in_a_circle(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    with pytest.raises(Refused, match="deux fiches différentes"):
        unite(perform, kept, kept, moderator, at)
    unite(perform, other, kept, moderator, at)
    with pytest.raises(Refused, match="vient d’être réunie"):
        unite(perform, kept, other, moderator, at)
    with pytest.raises(Refused, match="vient d’être réunie"):
        unite(perform, other, kept, moderator, at)


def test_two_moderators_unite_both_ways_at_once(together: Together, at: datetime) -> None:
    def prepare() -> tuple[list[Organisation], list[Person]]:
        both = [factories.organisation(siren=SIREN), factories.organisation(rna=RNA)]
        for one in both:
            factories.role(one)
        return both, [factories.role(None, name=RoleName.MODERATOR).person for _ in range(2)]

    [([first, second], people)] = together(prepare)
    given: dict[str, Any] = {"taken": [], "keeps_roles": True, "reason": WHY, "at": at}
    results = together(
        acting(merging.merge, organisation=first, into=second, by=people[0], **given),
        acting(merging.merge, organisation=second, into=first, by=people[1], **given),
    )
    assert len(refusals(results)) == 1
    [states] = together(lambda: sorted(Organisation.objects.values_list("state", flat=True)))
    assert states.count("merged") == 1
    assert together(lambda: Role.objects.current().filter(organisation__state="merged").count()) == [0]


# Who


@pytest.mark.parametrize(
    ("here", "there", "may"),
    [
        (RoleName.MANAGER, RoleName.REPRESENTATIVE, True),
        (RoleName.MANAGER, RoleName.MEMBER, False),
        (None, None, False),
    ],
)
def test_whoever_manages_both_unites_them(
    perform: Perform, kept: Organisation, other: Organisation, at: datetime, here: str, there: str, may: bool
) -> None:
    person = factories.person()
    for where, name in ((kept, here), (other, there)):
        if name:
            factories.role(where, name=name, holder=person)
    if may:
        unite(perform, other, kept, person, at)
    else:
        with pytest.raises(Refused, match="par la modération, ou par une personne qui gère les deux"):
            unite(perform, other, kept, person, at)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_manager_does_not_undo_a_representative_by_a_record_of_their_own(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime, keeps: bool
) -> None:
    """Whoever may not touch a role does not end it by uniting its record to theirs; the moderation may."""
    invited = factories.person()
    for where in (kept, other):
        factories.role(where, holder=invited)
    factories.role(other, name=RoleName.REPRESENTATIVE)
    if keeps:
        Role.objects.filter(organisation=other, name=RoleName.REPRESENTATIVE).update(
            confirmed_at=at, confirmed_by=moderator.actor_key
        )
    with pytest.raises(Refused, match="représentant légal"):
        unite(perform, other, kept, invited, at, keeps_roles=keeps)
    assert Role.objects.current().filter(organisation=other).count() == 2
    unite(perform, other, kept, moderator, at, keeps_roles=keeps)


def test_a_confirmation_is_not_carried_by_its_own_bearer(
    perform: Perform, kept: Organisation, other: Organisation, at: datetime
) -> None:
    """Confirmed for one organisation, manager of another: uniting them would confirm for both, and the way to sign."""
    person = factories.role(kept).person
    factories.role(other, name=RoleName.REPRESENTATIVE, holder=person, confirmed_at=at, confirmed_by="person:1")
    with pytest.raises(Refused, match="que la plateforme a confirmé pour cette fiche"):
        unite(perform, other, kept, person, at)
    assert Role.objects.current().get(organisation=kept, person=person).name == RoleName.MANAGER
    unite(perform, kept, other, person, at)
    assert Role.objects.current().get(organisation=other, person=person).confirmed_at == at


def test_a_moderator_does_not_unite_their_own(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    factories.role(kept, name=RoleName.MEMBER, holder=moderator)
    with pytest.raises(Refused, match="un autre modérateur"):
        unite(perform, other, kept, moderator, at)


# The worklist


@pytest.fixture
def figeac() -> Place:
    return Place.objects.get(pk="commune-46102")


def found_pairs() -> dict[tuple[int, int], list[str]]:
    tasks.find_duplicates.func(timestamp=0)
    return {(pair.first_id, pair.second_id): pair.reasons for pair in Duplicate.objects.filter(state="open")}


def test_records_that_may_be_the_same_are_found_with_their_reasons(figeac: Place) -> None:
    one = factories.organisation(
        name="Les Jardins d’Exemple", seat=figeac, siren=SIREN, website="https://jardins.example"
    )
    same = factories.organisation(name="ASSOCIATION JARDINS D EXEMPLE", seat=figeac, rna=RNA)
    close = factories.organisation(name="Jardin d’Exemple", seat=figeac)
    site = factories.organisation(name="Tout autre nom", website="http://www.JARDINS.example/accueil")
    unplaced = factories.organisation(name="Jardins d'exemple")
    establishment = factories.organisation(name="Boutique")
    Establishment.objects.create(organisation=establishment, siret="73282932000074")
    factories.organisation(name="Jardins d’Exemple", seat=figeac, siren="404833048")
    factories.organisation(name="Jardins d’Exemple", seat=Place.objects.get(pk="commune-46042"))
    pairs = found_pairs()
    assert pairs[one.pk, same.pk] == [Likeness.NAME]
    assert pairs[one.pk, site.pk] == [Likeness.WEBSITE]
    assert pairs[one.pk, unplaced.pk] == [Likeness.UNPLACED]
    assert pairs[one.pk, establishment.pk] == [Likeness.NUMBER]
    assert (close.pk, site.pk) not in pairs


@pytest.mark.parametrize("said_by", ["unit", "association"])
def test_what_the_registers_say_of_both_numbers_brings_them_together(said_by: str) -> None:
    one, other = factories.organisation(name="Une", siren=SIREN), factories.organisation(name="Autre", rna=RNA)
    run = Run.objects.create(source="sirene", digest="0" * 64, started_at=timezone.now(), told_at=timezone.now())
    if said_by == "unit":
        Unit.objects.create(siren=SIREN, name="UNE", rna=RNA, digest=1, run=run)
    else:
        Association.objects.create(number=RNA, title="AUTRE", siren=SIREN, digest=1, run=run)
    assert found_pairs() == {(one.pk, other.pk): [Likeness.CROSS]}


def test_close_names_are_compared_in_full(figeac: Place) -> None:
    one = factories.organisation(name="Atelier vélo solidaire", seat=figeac)
    close = factories.organisation(name="Atelier vélos solidaire", seat=figeac)
    factories.organisation(name="Atelier cuisine solidaire", seat=figeac)
    assert found_pairs() == {(one.pk, close.pk): [Likeness.CLOSE]}


def hidden_by_a_list() -> Organisation:
    noted = {"source": SIRENE, "note": UNVERIFIED, "on": ""}
    return factories.organisation(siren=SIREN, publishable=False, provenance={"publishable": noted})


def withdrawn_unit() -> None:
    run = Run.objects.create(source="sirene", digest="a", by="test", started_at=timezone.now(), told_at=timezone.now())
    Unit.objects.create(siren=SIREN, is_withdrawn=True, digest=1, run=run)


@pytest.mark.parametrize("hidden_by", ["declared", "register", "refreshed", "list then register", "list then file"])
def test_whoever_may_not_be_published_is_not_united_to_a_record_that_is_shown(
    hidden_by: str, perform: Perform, moderator: Person, at: datetime
) -> None:
    """A natural person or an opposition, known by a file or not, is the record that lives on (decision 8)."""
    person, number = factories.person(), understand(SIREN)
    opposed = Answer(Company(SIREN, "Les Paniers", may_be_shown=False), at)
    given: dict[str, Any] = {"values": {"name": "Les Paniers"}, "identifier": number, "by": person, "at": at}
    match hidden_by:
        case "declared":
            hidden = perform(records.register, answer=None, is_natural_person=True, **given)
        case "register":
            alone = Answer(Company(SIREN, "", is_natural_person=True), at)
            hidden = perform(records.register, answer=alone, **given)
        case "refreshed":
            hidden = perform(records.register, answer=None, **given)
        case _:
            hidden = hidden_by_a_list()
            factories.role(hidden, holder=person)
    if hidden_by in ("refreshed", "list then register"):
        hidden = perform(records.take_from_register, organisation=hidden, answer=opposed, taken=[], by=person, at=at)
    if hidden_by == "list then file":
        withdrawn_unit()
    shown = factories.organisation(name="Paniers du Causse")
    with pytest.raises(Refused, match="Gardez-la plutôt"):
        unite(perform, hidden, shown, moderator, at)
    unite(perform, shown, hidden, moderator, at)
    assert not Organisation.objects.listed().exists()


def test_a_record_with_its_own_number_stays_shown_without_a_value_of_one_that_is_not(
    perform: Perform, moderator: Person, other: Organisation, at: datetime
) -> None:
    kept = factories.organisation(name="Les Paniers du Causse", siren="404833048")
    Organisation.objects.filter(pk=other.pk).update(publishable=False, siren=SIREN)
    with pytest.raises(Refused, match="aucune de ses valeurs"):
        unite(perform, other, kept, moderator, at, taken=["summary"])
    unite(perform, other, kept, moderator, at)
    assert [(one.name, one.summary) for one in Organisation.objects.listed()] == [("Les Paniers du Causse", "")]


def test_a_record_that_waits_for_the_register_is_united_to_one_that_is_shown(
    perform: Perform, moderator: Person, at: datetime
) -> None:
    shown = factories.organisation(name="Paniers du Causse")
    unite(perform, hidden_by_a_list(), shown, moderator, at)
    assert list(Organisation.objects.listed()) == [shown]


def test_two_legal_units_hidden_and_merged_records_are_not_proposed(figeac: Place) -> None:
    names = {"name": "Les Jardins d’Exemple", "seat": figeac}
    living = factories.organisation(**names, siren=SIREN)
    factories.organisation(**names, siren="404833048")
    factories.organisation(**names, publishable=False)
    factories.organisation(**names, state=OrganisationState.MERGED, merged_into=living)
    assert found_pairs() == {}


def test_a_key_shared_by_many_says_nothing() -> None:
    for number in range(9):
        factories.organisation(name=f"Nom {number} {'abcdefghi'[number] * 5}", website="https://hebergeur.example/a")
    assert found_pairs() == {}


def test_the_night_changes_nothing_twice_and_respects_what_was_decided(
    figeac: Place, perform: Perform, moderator: Person, at: datetime
) -> None:
    first = factories.organisation(name="Les Jardins d’Exemple", seat=figeac)
    second = factories.organisation(name="Jardins d’Exemple", seat=figeac)
    assert len(found_pairs()) == 1
    before = list(Duplicate.objects.values())
    assert len(found_pairs()) == 1
    assert list(Duplicate.objects.values()) == before
    pair = Duplicate.objects.get()
    perform(merging.tell_apart, duplicate=pair, reason="Deux jardins voisins.", by=moderator, at=at)
    assert found_pairs() == {}
    with pytest.raises(Refused, match="déjà été examinées"):
        perform(merging.tell_apart, duplicate=pair, reason="Deux jardins voisins.", by=moderator, at=at)
    with pytest.raises(Refused, match="Deux jardins voisins"):
        perform(merging.bring_together, organisation=second, other=first, by=moderator, at=at)


def test_what_no_longer_resembles_leaves_the_list_but_a_persons_word_stays(
    figeac: Place, perform: Perform, at: datetime
) -> None:
    one = factories.organisation(name="Les Jardins d’Exemple", seat=figeac)
    factories.organisation(name="Jardins d’Exemple", seat=figeac)
    elsewhere = factories.organisation(name="Rien à voir")
    perform(merging.bring_together, organisation=one, other=elsewhere, by=factories.person(), at=at)
    assert len(found_pairs()) == 2
    Organisation.objects.filter(pk=one.pk).update(name="Tout autre chose")
    assert list(found_pairs().values()) == [[Likeness.PERSON]]


# The pages


@pytest.mark.parametrize("number", [1, 3])
def test_the_worklist_filters_and_exports(client: HostileClient, number: int, django_assert_num_queries: Any) -> None:
    for _ in range(number):
        pair = sorted((factories.organisation(name="=A()"), factories.organisation()), key=lambda one: one.pk)
        Duplicate.objects.create(
            first=pair[0], second=pair[1], reasons=["name", "website"], likeness=95, found_at=pair[0].recorded_at
        )
    client.force_login(factories.role(None, name=RoleName.MODERATOR).person)
    with django_assert_num_queries(9):
        text = client.get("/moderation/doublons?raison=website&q=A").content.decode()
    assert "même nom, même commune, même site" in text
    assert "Rien ne correspond" in client.get("/moderation/doublons?etat=merged").content.decode()
    lines = b"".join(client.get("/moderation/doublons?format=csv")).decode().splitlines()
    assert len(lines) == number + 1
    assert lines[1].startswith("'=A()")


def test_a_moderator_compares_unites_and_separates_by_the_pages(
    client: HostileClient, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    factories.role(kept)
    factories.role(other, name=RoleName.MEMBER)
    first, second = sorted((kept, other), key=lambda one: one.pk)
    pair = Duplicate.objects.create(first=first, second=second, reasons=["close"], likeness=90, found_at=at)
    client.force_login(moderator)
    page = client.get(f"/moderation/doublons/{pair.pk}").content.decode()
    address = f"/organisations/{kept.key}/reunir/{other.public_id}"
    assert address in page
    assert "Fiche gardée" not in page
    text = client.get(address).content.decode()
    assert "Prendre : Des paniers." in text
    chosen = {"value_name": "keep", "value_summary": "take", "value_website": "take", "keeps_roles": "yes"}
    assert client.post(address, {**chosen, "reason": "non"}).status_code == 422
    answer = client.post(address, {**chosen, "reason": WHY})
    assert answer.status_code == 302
    made = Merge.objects.get()
    assert sorted(made.taken) == ["summary", "website"]
    assert "Réunies" in client.get(f"/moderation/doublons/{pair.pk}").content.decode()
    # Nothing is left to look at: what was decided is still within reach.
    nothing_left = client.get("/moderation/doublons").content.decode()
    assert "Aucun doublon probable" in nothing_left
    assert '<option value="merged">' in nothing_left
    undo = f"/organisations/{kept.key}/reunions/{made.pk}"
    assert "sera remis" in client.get(undo).content.decode()
    assert client.post(undo, {"reason": "Deux associations, finalement."}).status_code == 302
    assert Merge.objects.get().state == MergeState.UNDONE
    assert client.get(f"/organisations/{other.key}").status_code == 200


@pytest.mark.parametrize("typed", ["key", "url", "rna"])
def test_a_member_brings_two_records_together(
    client: HostileClient, kept: Organisation, other: Organisation, typed: str
) -> None:
    client.force_login(factories.role(kept, name=RoleName.MEMBER).person)
    text = {"key": other.key, "url": f"https://plateforme.example/organisations/{other.key}", "rna": RNA}[typed]
    assert client.post(f"/organisations/{kept.key}/doublon", {"other": text}).status_code == 302
    pair = Duplicate.objects.get()
    assert {pair.first, pair.second} == {kept, other}
    assert pair.reasons == [Likeness.PERSON]


@pytest.mark.parametrize("typed", ["n’importe quoi", "W999999999", "https://ailleurs.example/x", "732829320"])
def test_another_record_must_be_one(client: HostileClient, kept: Organisation, typed: str) -> None:
    client.force_login(factories.role(kept).person)
    answer = client.post(f"/organisations/{kept.key}/doublon", {"other": typed})
    assert answer.status_code == 422
    assert typed in answer.content.decode()
    assert not Duplicate.objects.exists()


def test_whoever_manages_both_is_led_to_the_comparison(
    client: HostileClient, kept: Organisation, other: Organisation
) -> None:
    person = factories.role(kept).person
    factories.role(other, holder=person)
    client.force_login(person)
    answer = client.post(f"/organisations/{kept.key}/doublon", {"other": RNA})
    assert answer["Location"] == f"/organisations/{kept.key}/reunir/{other.public_id}"
    assert not Duplicate.objects.exists()


def test_pending_invitations_are_revoked_when_people_become_members(
    perform: Perform, kept: Organisation, other: Organisation, moderator: Person, at: datetime
) -> None:
    factories.role(kept)
    host = factories.role(other).person
    factories.invitation(other, invited_by=host, role=RoleName.MANAGER)
    unite(perform, other, kept, moderator, at, keeps_roles=False)
    assert not Invitation.objects.waiting().exists()
    assert localdate(at)
