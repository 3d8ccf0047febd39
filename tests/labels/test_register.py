"""The public register: found, filtered, exported; one label's page; what is private is in none of them."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accelerator.community.models import Organisation
from accelerator.community.search import refresh
from accelerator.community.states import RoleName
from accelerator.credentials.queries import credential_of, standing
from accelerator.credentials.states import Finding
from accelerator.geography.models import Place
from accelerator.journal import System
from accelerator.journal.operations import record
from accelerator.journal.queries import history_of
from accelerator.labels.models import Label
from accelerator.labels.operations import following
from accelerator.labels.operations.candidacies import change_lead
from accelerator.labels.operations.historic import load_historic_labels
from accelerator.labels.operations.proving import prove
from accelerator.labels.operations.roadmaps import keep_minutes
from accelerator.labels.queries.labels import roadmap_of
from accelerator.labels.queries.register import FIELDS, table_schema
from accelerator.labels.search import rebuild_labels
from accelerator.labels.states import Holder, LabelNature, LabelState, MemberState, ProceedingKind
from accelerator.workflow import Refused, transaction
from tests import factories
from tests.client import HostileClient
from tests.labels.conftest import pdf
from tests.labels.following import Labelled, shown

Perform = Callable[..., Any]
# The savepoint of the reading, the read-only transaction, its end; what search asks (two); the labels; the categories;
# the names of places.
REGISTER_QUERIES = 8


def names(client: HostileClient, query: str = "") -> list[str]:
    response = client.get(f"/labels/{query}")
    assert response.status_code == 200
    found = re.findall(r'<a href="/labels/[^"]*-[0-9a-f]{12}">([^<]*)</a>\s*</h3>', response.content.decode())
    return [name.strip() for name in found]


def rows(client: HostileClient, query: str = "") -> list[dict[str, str]]:
    content = b"".join(client.get(f"/labels/registre.csv{query}").streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content), delimiter=";"))


def listed(**values: Any) -> Label:
    return shown(factories.label(factories.candidacy(**values)))


def test_an_empty_register_says_how_it_fills(client: HostileClient) -> None:
    assert "Le registre se remplit" in client.get("/labels/").content.decode()


def test_labels_are_found_by_words_number_and_filters(client: HostileClient) -> None:
    category = factories.category(title="Territoire fictif")
    one = shown(factories.label(factories.candidacy(category, title="Vallée de l’Exemple")))
    listed(title="Couveuse imaginaire")
    assert names(client, "?q=valee+exemple") == ["Vallée de l’Exemple"]
    assert names(client, f"?q={one.number}") == ["Vallée de l’Exemple"]
    assert names(client, f"?categorie={category.code}") == ["Vallée de l’Exemple"]
    assert set(names(client, "?region=76")) == {"Vallée de l’Exemple", "Couveuse imaginaire"}
    assert set(names(client, f"?depuis={timezone.localdate().year}")) == {"Vallée de l’Exemple", "Couveuse imaginaire"}
    assert set(names(client, "?territoire=departement-46")) == {"Vallée de l’Exemple", "Couveuse imaginaire"}
    assert names(client, "?etat=suspended") == []
    assert "Aucun label ne correspond" in client.get("/labels/?q=rien-de-tel").content.decode()


def test_a_defi_and_a_member_lead_to_the_label(client: HostileClient) -> None:
    world = Labelled.make()
    world.action()
    shown(world.label)
    assert names(client, "?q=bien+vieillir") == [world.label.title]
    assert names(client, f"?q={world.partner.name.replace(' ', '+')}") == [world.label.title]


def test_near_a_commune(client: HostileClient) -> None:
    figeac = Place.objects.get(key="commune-46102")
    far = Place.objects.get(key="commune-46042")
    for title, place in (("À Cahors", far), ("À Figeac", figeac)):
        one = factories.label(factories.candidacy(title=title, perimeter=[], perimeter_cover=[]), seat=place)
        shown(one)
    acts = factories.candidacy(title="Dans Figeac", perimeter=[figeac.key], perimeter_cover=figeac.cover)
    shown(factories.label(acts))
    assert names(client, "?pres_de=Figeac") == ["Dans Figeac", "À Figeac", "À Cahors"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_register_asks_a_fixed_number_of_questions(
    client: HostileClient, django_assert_num_queries: Any, count: int
) -> None:
    for number in range(count):
        listed(title=f"Hérisson {number}")
    with django_assert_num_queries(REGISTER_QUERIES):
        assert len(names(client, "?q=hérisson")) == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_label_page_asks_a_fixed_number_of_questions(
    client: HostileClient, django_assert_max_num_queries: Any, count: int
) -> None:
    world = Labelled.make()
    for number in range(count):
        world.action(title=f"Action {number}")
        world.label.conditions.create(text=f"Condition {number}", due_on=timezone.localdate())
    # The savepoint and the read-only transaction are counted here: the visitor's page asks twelve questions.
    for address, most in ((f"/labels/{world.label.key}", 15), (f"/labels/{world.label.key}.json", 12)):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_every_export_holds_every_result_and_no_formula(client: HostileClient, count: int) -> None:
    for number in range(count):
        listed(title=f"=cmd|{number}")
    exported = rows(client)
    assert len(exported) == count
    assert {row["titre"][:2] for row in exported} == {"'="}
    book = load_workbook(io.BytesIO(b"".join(client.get("/labels/registre.xlsx").streaming_content)))
    assert book.active is not None
    assert book.active.max_row == count + 1
    data = json.loads(b"".join(client.get("/labels/registre.json").streaming_content))
    assert len(data["labels"]) == count
    schema = client.get("/labels/registre.schema.json").json()
    assert [field["name"] for field in schema["fields"]] == list(data["labels"][0])
    explained = client.get("/labels/reutiliser").content.decode()
    assert all(f"<code>{field.name}</code>" in explained for field in FIELDS)


def test_what_is_exported_is_what_the_schema_says(client: HostileClient) -> None:
    listed(title="Conforme")
    (line,) = json.loads(b"".join(client.get("/labels/registre.json").streaming_content))["labels"]
    kinds = {"string": str, "array": list, "date": str}
    for field in table_schema("")["fields"]:
        value = line[field["name"]]
        assert isinstance(value, kinds[field["type"]]), field["name"]
        if field["constraints"].get("required"):
            assert value != "", field["name"]
        if allowed := field["constraints"].get("enum"):
            assert value in allowed


@pytest.mark.parametrize(
    "query",
    ["?q=%00%27", "?etat=%3Cb%3E&tri=x&page=-1", "?page=999999", "?pres_de=" + "x" * 5000, "?territoire=%27"],
)
def test_what_anyone_may_type_is_answered(client: HostileClient, query: str) -> None:
    listed(title="Seul")
    assert client.get(f"/labels/{query}").status_code == 200
    for kind in ("csv", "xlsx", "json"):
        assert b"".join(client.get(f"/labels/registre.{kind}{query}").streaming_content)


def test_a_label_page_says_who_what_where_since_until_and_how(client: HostileClient) -> None:
    world = Labelled.make()
    page = client.get(f"/labels/{world.label.key}").content.decode()
    for words in (
        world.label.number,
        world.lead.name,
        world.partner.name,
        "Lot",
        "Du ",
        f"{world.category.title}, version 1",
        "Histoire publique",
    ):
        assert words in page
    wrong = client.get(f"/labels/autre-titre-{world.label.public_id}")
    assert wrong.status_code == 301
    assert wrong["Location"] == f"/labels/{world.label.key}"
    assert client.get("/labels/inconnu-0123456789ab").status_code == 404


def test_the_page_of_a_label_is_never_kept_by_a_cache(client: HostileClient) -> None:
    world = Labelled.make()
    for address in (f"/labels/{world.label.key}", f"/labels/{world.label.key}.json"):
        first = client.get(address)
        assert "no-store" in first["Cache-Control"]
        assert "active" in first.content.decode() or "En vigueur" in first.content.decode()
    day = timezone.localdate()
    Label.objects.filter(pk=world.label.pk).update(
        state=LabelState.WITHDRAWN, withdrawn_as=ProceedingKind.RETRAIT, withdrawn_on=day
    )
    assert "Retiré" in client.get(f"/labels/{world.label.key}").content.decode()
    assert client.get(f"/labels/{world.label.key}.json").json()["etat"] == "withdrawn"


def test_a_hidden_holder_is_not_named(client: HostileClient) -> None:
    hidden = factories.organisation(name="Entreprise individuelle cachée", publishable=False)
    one = shown(factories.label(factories.candidacy(organisation=hidden, title="Discret")))
    for address in (f"/labels/{one.key}", f"/labels/{one.key}.json", "/labels/"):
        assert "cachée" not in client.get(address).content.decode()
    assert "cachée" not in str(rows(client))
    assert names(client, "?q=individuelle") == []


def test_a_holder_or_a_member_hidden_from_now_on_is_found_by_its_name_no_more(client: HostileClient) -> None:
    lead, partner = factories.organisation(name="Atelier Cigogne"), factories.organisation(name="Ferme Belette")
    one = factories.label(factories.candidacy(organisation=lead, title="Pays des Lilas"))
    assert one.candidacy
    factories.member(one.candidacy, partner, state=MemberState.CONFIRMED, answered_at=timezone.now())
    shown(one)
    assert names(client, "?q=cigogne") == names(client, "?q=belette") == ["Pays des Lilas"]
    for organisation, name in ((lead, "cigogne"), (partner, "belette")):
        organisation.publishable = False
        with transaction():
            organisation.save(update_fields=["publishable"])
            refresh([organisation])
        assert names(client, f"?q={name}") == []
    assert names(client, "?q=lilas") == ["Pays des Lilas"]


def test_the_public_history_names_no_lead_that_is_hidden_since(client: HostileClient) -> None:
    one = shown(factories.label())
    lead = factories.organisation(name="Cheffe fictive")
    about = {"by": factories.person(), "at": timezone.now(), "organisation": lead.name}
    record("labels.label_lead_changed", one, lead, **about)
    addresses = [reverse(f"labels:{name}", args=[one.key]) for name in ("label", "label_data")]
    assert all("le rôle de chef de file à Cheffe fictive" in client.get(address).text for address in addresses)
    lead.publishable = False
    lead.save()
    for address in addresses:
        told = client.get(address).text
        assert "Cheffe fictive" not in told
        assert "le rôle de chef de file à une autre organisation" in told


@pytest.mark.parametrize(
    ("holder", "title", "named"),
    [
        (Holder.ORGANISATION, "Couveuse du Hérisson", False),
        (Holder.COLLECTIVE, "Le collectif d’Entreprise individuelle cachée", False),
        (Holder.COLLECTIVE, "Pays des Lilas", True),
    ],
)
def test_a_title_that_gives_away_a_hidden_holder_is_its_number(
    client: HostileClient, holder: Holder, title: str, named: bool
) -> None:
    seat = Place.objects.get(key="commune-46042")
    hidden = factories.organisation(name="Entreprise individuelle cachée", publishable=False)
    category = factories.category(holder=holder)
    file = factories.candidacy(category, organisation=hidden, title=title, perimeter=[], perimeter_cover=[])
    file.summary = "Hérisson et compagnie"
    file.save()
    one = shown(factories.label(file, seat=seat))
    told = title if named else f"Label {one.number}"
    pages = [f"/labels/{one.key}", f"/labels/{one.key}.json", "/labels/", f"/labels/{one.key}/preuve"]
    for address in pages:
        text = client.get(address).text
        assert told in text
        assert "Cahors" not in text
        if not named:
            assert title not in text
            assert "Hérisson" not in text
    assert ("lilas" in one.key) is named
    (row,) = rows(client)
    assert (row["titre"], row["commune"], row["code_commune"]) == (told, "", "")
    assert names(client, "?q=" + title.replace(" ", "+")) == ([title] if named else [])
    assert names(client, "?pres_de=Cahors") == []
    # The holder and the service read it whole.
    client.force_login(factories.role(hidden).person)
    assert title in client.get(f"/labels/{one.key}").text
    hidden.publishable = True
    hidden.save()
    assert title in client.get(f"/labels/{one.public_id}-{one.public_id}", follow=True).text


def test_the_road_map_is_public_late_is_said_late(client: HostileClient, perform: Perform) -> None:
    world = Labelled.make()
    late = world.action(title="Action en retard", due_on=timezone.localdate() - timedelta(days=2))
    measured = world.action(title="Former", indicator="Personnes formées", unit="personnes", baseline=10, target=50)
    given = {"label": world.label, "by": world.representative, "at": timezone.now(), "on": timezone.localdate()}
    perform(following.note_action, action=measured, value=Decimal(30), text="Deux sessions.", done=False, **given)
    page = client.get(f"/labels/{world.label.key}").content.decode()
    assert "En retard" in page
    assert "50 % du chemin, de 10 à 50 personnes" in page
    assert "Personnes formées : 30 personnes. Deux sessions." in page
    perform(following.note_action, action=late, value=None, text="Fait hier.", done=True, **given)
    assert roadmap_of(world.candidacy, timezone.localdate()).late == 0
    data = client.get(f"/labels/{world.label.key}.json").json()
    assert data["defis"][0]["actions"][1]["valeur"] == 30.0


@pytest.mark.parametrize(
    ("baseline", "target", "value", "percent"),
    [(10, 50, 30, 50), (50, 10, 30, 50), (None, 100, 25, 25), (0, 10, 20, 100), (10, 50, 0, 0), (5, 5, 5, 100)],
)
def test_how_far_an_indicator_went(
    perform: Perform, baseline: int | None, target: int, value: int, percent: int
) -> None:
    world = Labelled.make()
    action = world.action(indicator="Mesure", baseline=baseline, target=target)
    perform(
        following.note_action,
        action=action,
        label=world.label,
        on=timezone.localdate(),
        value=Decimal(value),
        text="",
        done=False,
        by=world.representative,
        at=timezone.now(),
    )
    (shown_action,) = roadmap_of(world.candidacy, timezone.localdate()).actions
    assert shown_action.percent == percent


def test_an_action_is_dropped_with_a_reason_and_resumed(perform: Perform, client: HostileClient) -> None:
    world = Labelled.make()
    action = world.action()
    given = {"action": action, "label": world.label, "by": world.representative, "at": timezone.now()}
    with pytest.raises(Refused, match="pourquoi"):
        perform(following.drop_action, reason=" ", **given)
    perform(following.drop_action, reason="Le local a été vendu.", **given)
    assert "Le local a été vendu." in client.get(f"/labels/{world.label.key}").content.decode()
    note = {"on": timezone.localdate(), "value": None, "text": "Point.", "done": False}
    with pytest.raises(Refused, match="abandonnée"):
        perform(following.note_action, **note, **given)
    perform(following.resume_action, **given)
    with pytest.raises(Refused, match="en cours"):
        perform(following.resume_action, **given)
    with pytest.raises(Refused, match="dirigent"):
        perform(following.drop_action, reason="Non.", **{**given, "by": world.officer})


def test_minutes_told_after_the_award_are_in_the_history_of_the_label(client: HostileClient) -> None:
    world = Labelled.make()
    address = reverse("labels:keep_minutes", args=[world.candidacy.key])
    client.force_login(world.representative)
    assert address in client.get(reverse("labels:follow", args=[world.label.key])).content.decode()
    day = timezone.localdate().isoformat()
    told = client.post(address, {"held_on": day, "summary": "Un café de plus.", "is_public": "on"})
    assert told.url == reverse("labels:follow", args=[world.label.key])
    page = client.get(f"/labels/{world.label.key}").content.decode()
    assert "Un café de plus." in page
    assert "a publié le compte rendu du comité de pilotage" in page
    client.force_login(world.officer)
    assert client.get(address).status_code == 404


def test_only_public_minutes_are_shown_and_all_are_remembered(client: HostileClient, perform: Perform) -> None:
    world = Labelled.make()
    day, file = timezone.localdate(), pdf("compte rendu")
    given = {"candidacy": world.candidacy, "by": world.representative, "at": timezone.now()}
    perform(keep_minutes, held_on=day, summary="Décision publique.", document=file, is_public=True, **given)
    before = {"held_on": day - timedelta(days=1), "summary": "Débat loutre.", "document": file, "is_public": False}
    perform(keep_minutes, **before, **given)
    page = client.get(f"/labels/{world.label.key}").content.decode()
    assert "Décision publique." in page
    assert "loutre" not in page
    # One file, kept once; one event each, and the collective alone reads that of what is not public.
    assert world.candidacy.files.count() == 1
    assert history_of(world.label).filter(code="labels.minutes_told").count() == 1
    assert history_of(world.candidacy).filter(code="labels.minutes_kept").count() == 1


def test_a_member_leads_when_the_chef_de_file_has_ceased(perform: Perform, client: HostileClient) -> None:
    world = Labelled.make()
    Organisation.objects.filter(pk=world.lead.pk).update(state="ceased")
    world.fresh()
    member = world.candidacy.members.get(organisation=world.partner)
    former = perform(prove, label=world.label, by=world.manager_of_partner, at=timezone.now())
    representative = factories.role(world.partner, name=RoleName.REPRESENTATIVE).person
    address = reverse("labels:lead", args=[world.candidacy.key, member.pk])
    for person, status in ((factories.person(), 404), (world.manager_of_partner, 403), (representative, 200)):
        client.force_login(person)
        assert client.get(address).status_code == status
    # The service may too, and reaches this page of the candidacy, not the others.
    client.force_login(world.officer)
    assert address in client.get(f"/labels/{world.label.key}").content.decode()
    assert client.get(address).status_code == 200
    assert client.get(reverse("labels:members", args=[world.candidacy.key])).status_code == 404
    with pytest.raises(Refused):
        perform(change_lead, candidacy=world.candidacy, member=member, by=world.manager_of_partner, at=timezone.now())
    client.force_login(representative)
    assert "le registre le dira" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    label = world.fresh()
    assert label.organisation == world.partner
    assert label.candidacy.organisation == world.partner
    # What is attested follows: a copy that names the former one is no longer worth anything.
    attested = credential_of(label)
    assert attested is not None
    assert world.partner.key in attested.claims["credentialSubject"]["id"]
    assert standing(former.__class__.objects.get(pk=former.pk), at=timezone.now()).finding == Finding.WITHDRAWN
    page = client.get(f"/labels/{label.key}").content.decode()
    assert f"a confié le rôle de chef de file à {world.partner.name}" in page
    assert names(client, f"?q={world.partner.name.replace(' ', '+')}") == [label.title]


def test_an_organisation_page_shows_its_labels(client: HostileClient) -> None:
    world = Labelled.make()
    for one in (world.lead, world.partner):
        assert (
            f"/labels/{world.label.key}"
            in client.get(reverse("community:organisation", args=[one.key])).content.decode()
        )


def test_the_27_territories_are_historic_labels_with_their_sources(client: HostileClient, perform: Perform) -> None:
    from accelerator.community.operations.founding import load_founding_facts

    by, now = System("essai"), timezone.now()
    with pytest.raises(Refused, match="catégorie des territoires"):
        perform(load_historic_labels, by=by, at=now)
    factories.category(code="territoire", title="Territoire French IMPACT")
    perform(load_founding_facts, by=by, at=now)
    assert perform(load_historic_labels, by=by, at=now) == 27
    assert perform(load_historic_labels, by=by, at=now) == 0
    assert not Label.objects.exclude(nature=LabelNature.HISTORIC).exists()
    assert not Label.objects.filter(organisation=None).exists()
    figeac = Label.objects.get(title="Figeac")
    page = client.get(f"/labels/{figeac.key}").content.decode()
    for words in ("Un label historique", "25 février 2019", "banquedesterritoires.fr", "Non connu à ce jour"):
        assert words in page
    toulouse = Label.objects.get(title="Toulouse Métropole")
    assert toulouse.said_period == "Annoncé en décembre 2019"
    assert len(rows(client, "?nature=historic")) == 27
    assert len(rows(client, "?etat=active")) == 0
    assert "Figeac" in names(client, "?q=figeac")


def test_the_index_written_again_at_night_finds_the_same(elsewhere: Any) -> None:
    def rebuilt() -> int:
        factories.label(factories.candidacy(title="Loutre"))
        return rebuild_labels()

    assert elsewhere(rebuilt) == 1
