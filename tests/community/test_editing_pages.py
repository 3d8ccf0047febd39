import io
import logging
import re
import struct
import zlib
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image, PngImagePlugin

from accelerator.community.models import Mandate, Organisation, Role
from accelerator.community.pictures import LARGEST_FILE, NotAPicture, logo_from
from accelerator.community.queries.register import contradictions_of
from accelerator.community.record import DECLARED
from accelerator.community.states import RoleName
from accelerator.geography.models import Place
from accelerator.journal.queries import history_of
from accelerator.registers.models import Run, Unit
from tests import factories
from tests.client import HostileClient
from tests.registers import register_server as server
from tests.registers.register_server import JARDINS, Register


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def managed(client: HostileClient) -> Organisation:
    """An organisation whose manager is at the browser."""
    organisation = factories.organisation(name="Les Jardins d’Exemple", siren=JARDINS, legal_family="association")
    role = factories.role(organisation)
    client.force_login(role.person)
    return organisation


def at_page(name: str, organisation: Organisation, *rest: str) -> str:
    return reverse(f"community:{name}", args=[organisation.key, *rest])


PAGES = ("edit", "change_logo", "remove_logo", "ask_register")


def filed(siren: str, **said: Any) -> Unit:
    """A legal unit as the last file gave it."""
    now = timezone.now()
    given = {"source": "sirene", "digest": "0", "file_on": date(2026, 11, 2), "state": "done", "by": "system:test"}
    run = Run.objects.create(**given, started_at=now, told_at=now, ended_at=now)
    return Unit.objects.create(siren=siren, digest=0, run=run, **said)


def confirm(organisation: Organisation, *names: str) -> None:
    entry = {"source": DECLARED, "on": "2026-10-01", "confirmed_by": "person:1", "confirmed_at": "2026-10-01T10:00:00"}
    organisation.provenance = dict.fromkeys(names, entry)
    organisation.save()


@pytest.mark.parametrize("number", [1, 3])
def test_what_the_register_says_otherwise_stands_beside_what_was_confirmed(
    client: HostileClient, managed: Organisation, number: int, django_assert_num_queries: Any
) -> None:
    organisations = [managed]
    for n in range(1, number):
        organisations.append(factories.organisation(name=f"Autre fictive {n}", siren=f"00000000{n}"))
        factories.role(organisations[-1], holder=Role.objects.get(organisation=managed).person)
    for one in organisations:
        filed(str(one.siren), name="LES JARDINS DU REGISTRE", acronym="LJR", seat_nic="00018", commune="46102")
        confirm(one, "name", "seat")
    page = client.get(at_page("edit", managed)).content.decode()
    assert "Le registre dit autre chose : « LES JARDINS DU REGISTRE » (fichier du 2 novembre 2026)." in page
    assert f"Le registre dit autre chose : « {Place.objects.get(pk='commune-46102').name} »" in page
    # What was not confirmed is no contradiction: the next import replaces it.
    assert "LJR" not in page
    with django_assert_num_queries(2):
        assert len(contradictions_of(organisations)) == number
    space = client.get("/mon-espace").content.decode()
    assert space.count("Revoir la fiche de") == number
    assert "nom : « LES JARDINS DU REGISTRE »" in space


def test_a_register_that_says_the_same_or_may_say_nothing_contradicts_nobody(
    client: HostileClient, managed: Organisation
) -> None:
    confirm(managed, "name")
    unit = filed(JARDINS, name="Les Jardins d’Exemple")
    assert "autre chose" not in client.get(at_page("edit", managed)).content.decode()
    unit.name, unit.is_withdrawn = "", True
    unit.save()
    assert "autre chose" not in client.get(at_page("edit", managed)).content.decode()
    assert "Le registre dit autre chose" not in client.get("/mon-espace").content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_is_told_why_not(client: HostileClient, managed: Organisation, name: str) -> None:
    client.force_login(factories.person())
    response = client.get(at_page(name, managed))
    assert response.status_code == 403
    assert "gestionnaires" in response.content.decode()
    client.logout()
    assert client.get(at_page(name, managed)).status_code == 302


@pytest.mark.parametrize("name", PAGES)
def test_a_hidden_record_does_not_exist_for_a_stranger(client: HostileClient, managed: Organisation, name: str) -> None:
    Organisation.objects.filter(pk=managed.pk).update(publishable=False)
    assert client.get(at_page(name, managed)).status_code == 200
    client.force_login(factories.person())
    assert client.get(at_page(name, managed)).status_code == 404


def test_a_helper_under_mandate_edits(client: HostileClient, managed: Organisation, at: Any) -> None:
    helper = factories.person()
    Mandate.objects.create(
        organisation=managed, helper=helper, granted_by=factories.person(), granted_at=at, ends_on="2099-01-01"
    )
    client.force_login(helper)
    assert client.get(at_page("edit", managed)).status_code == 200


def test_the_record_shows_each_value_with_its_source(client: HostileClient, managed: Organisation) -> None:
    page = client.get(at_page("edit", managed)).content.decode()
    assert "déclaration" in page
    assert at_page("confirm_value", managed, "legal_family") in page


@pytest.mark.parametrize(
    ("section", "typed", "expected"),
    [
        (
            "identite",
            {"name": "Nouveau nom", "legal_family": "cooperative", "seat": "Figeac", "is_esus": "oui", "is_ess": "oui"},
            {"name": "Nouveau nom", "seat_id": "commune-46102", "is_esus": True},
        ),
        ("presentation", {"summary": "Nous jardinons."}, {"summary": "Nous jardinons."}),
        ("themes-et-territoires", {"kinds": ["ptce"], "themes": ["GAS"]}, {"kinds": ["ptce"], "themes": ["GAS"]}),
        ("liens", {"website": "jardins.example"}, {"website": "https://jardins.example"}),
    ],
)
def test_each_section_is_changed(
    client: HostileClient, managed: Organisation, section: str, typed: dict[str, Any], expected: dict[str, Any]
) -> None:
    url = at_page("edit_section", managed, section)
    response = client.post(url, {**seen(client, url), **typed})
    assert response.status_code == 302, response.context["form"].errors
    managed.refresh_from_db()
    for name, value in expected.items():
        assert getattr(managed, name) == value
    assert any(entry["source"] == DECLARED for entry in managed.provenance.values())


def seen(client: HostileClient, url: str) -> dict[str, str]:
    return {f"seen_{name}": value for name, value in client.get(url).context["prints"]}


def test_two_editors_the_second_is_told_and_keeps_what_was_typed(client: HostileClient, managed: Organisation) -> None:
    url = at_page("edit_section", managed, "presentation")
    opened = seen(client, url)
    other = HostileClient()
    other.force_login(factories.role(managed).person)
    assert other.post(url, {**opened, "summary": "Du premier"}).status_code == 302
    response = client.post(url, {**opened, "summary": "Du second"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "est maintenant : Du premier" in page
    assert "Du second" in page
    fresh = {f"seen_{name}": value for name, value in response.context["prints"]}
    assert client.post(url, {**fresh, "summary": "Du second"}).status_code == 302
    managed.refresh_from_db()
    assert managed.summary == "Du second"


def test_a_section_that_does_not_exist_is_not_found(client: HostileClient, managed: Organisation) -> None:
    assert client.get(at_page("edit_section", managed, "secrets")).status_code == 404
    assert client.get(at_page("confirm_value", managed, "public_id")).status_code == 404


def test_a_value_is_confirmed_once(client: HostileClient, managed: Organisation) -> None:
    url = at_page("confirm_value", managed, "legal_family")
    assert "Association" in client.get(url).content.decode()
    assert client.post(url, {"name": "legal_family"}).status_code == 302
    managed.refresh_from_db()
    assert managed.provenance["legal_family"]["confirmed_by"].startswith("person:")
    assert client.post(url, {"name": "legal_family"}).status_code == 422


def test_the_register_shows_its_differences_before_any_is_applied(
    client: HostileClient, managed: Organisation, register: Register
) -> None:
    client.post(at_page("confirm_value", managed, "legal_family"), {"name": "legal_family"})
    register.known[JARDINS] = server.company(nature_juridique="5710")
    response = client.post(at_page("ask_register", managed))
    page = client.get(response.url).content.decode()
    assert "au lieu de" in page
    assert "est gardé (le registre dit" in page
    managed.refresh_from_db()
    assert managed.legal_category == ""
    applied = client.post(response.url, {"taken": ["legal_category", "seat"]})
    assert applied.status_code == 302
    managed.refresh_from_db()
    assert (managed.legal_category, managed.legal_family) == ("5710", "association")
    assert managed.seat_id == "commune-46102"
    assert managed.identity == "verified"


def test_a_confirmed_value_cannot_be_taken_even_by_hand(
    client: HostileClient, managed: Organisation, register: Register
) -> None:
    client.post(at_page("confirm_value", managed, "name"), {"name": "name"})
    response = client.post(at_page("ask_register", managed))
    assert client.post(response.url, {"taken": ["name"]}).status_code == 422
    managed.refresh_from_db()
    assert managed.name == "Les Jardins d’Exemple"


def test_the_register_away_is_said(client: HostileClient, managed: Organisation, register: Register) -> None:
    register.always(server.says(503))
    response = client.post(at_page("ask_register", managed))
    assert response.status_code == 422
    assert "ne répond pas" in response.content.decode()
    assert client.get(at_page("refresh_record", managed)).status_code == 404


# The logo


def picture(size: tuple[int, int] = (800, 400), kind: str = "PNG", **options: Any) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", size, "teal").save(kept, kind, **options)
    return kept.getvalue()


def sent(client: HostileClient, organisation: Organisation, content: bytes, name: str = "logo.png") -> Any:
    return client.post(at_page("change_logo", organisation), {"logo": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_drawn_again(kind: str) -> None:
    content = picture(kind=kind)
    with Image.open(io.BytesIO(logo_from(io.BytesIO(content), len(content)))) as drawn:
        assert (drawn.format, drawn.size) == ("WEBP", (512, 256))


def test_hidden_data_do_not_survive() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "secret de fabrique")
    content = picture(pnginfo=info) + b"<?php echo 1; ?>"
    assert b"secret" in content
    drawn = logo_from(io.BytesIO(content), len(content))
    assert b"secret" not in drawn
    assert b"php" not in drawn


def bomb() -> bytes:
    """A PNG of a few hundred bytes that announces forty thousand pixels a side."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "n’est pas une image"),
        (b"MZ\x90\x00 un programme", "n’est pas une image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "pas un SVG"),
        (b"%PDF-1.7", "n’est pas une image"),
        (b"II*\x00" + b"\0" * 100, "n’est pas une image"),
        (picture((16, 16)), "trop petite"),
        (picture()[:200], "abîmée"),
        (bomb(), "grande|abîmée"),
    ],
)
def test_what_is_not_a_picture_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(NotAPicture, match=sentence):
        logo_from(io.BytesIO(content), len(content))


def test_a_picture_too_heavy_is_not_even_read() -> None:
    with pytest.raises(NotAPicture, match="5 Mo"):
        logo_from(io.BytesIO(picture()), LARGEST_FILE + 1)


def test_a_disguised_file_is_refused_beside_the_field(client: HostileClient, managed: Organisation) -> None:
    response = sent(client, managed, b"MZ\x90\x00 un programme")
    assert response.status_code == 422
    assert "n’est pas une image" in response.content.decode()


def test_two_hundred_megabytes_are_refused_before_being_read(client: HostileClient, managed: Organisation) -> None:
    response = client.generic("POST", at_page("change_logo", managed), b"x", CONTENT_LENGTH=str(200 * 1024 * 1024))
    assert response.status_code == 413
    assert "trop lourd" in response.content.decode()


def test_a_logo_is_served_to_all_under_the_name_of_its_content(client: HostileClient, managed: Organisation) -> None:
    assert sent(client, managed, picture()).status_code == 302
    managed.refresh_from_db()
    url = reverse("community:logo", args=[managed.logo_digest])
    client.logout()
    response = client.get(url)
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"".join(response.streaming_content)[:4] == b"RIFF"
    assert url in client.get(managed.key and at_page("organisation", managed)).content.decode()
    assert client.get("/organisations/logos/0123456789abcdef.webp").status_code == 404
    assert client.get("/organisations/logos/../../settings.webp").status_code == 404


def test_the_logo_of_a_hidden_record_is_for_its_people_only(client: HostileClient, managed: Organisation) -> None:
    sent(client, managed, picture())
    managed.refresh_from_db()
    Organisation.objects.filter(pk=managed.pk).update(publishable=False)
    url = reverse("community:logo", args=[managed.logo_digest])
    response = client.get(url)
    assert response["Cache-Control"] == "private, no-store"
    assert b"".join(response.streaming_content)
    client.logout()
    assert client.get(url).status_code == 404


def test_a_logo_is_removed_with_its_file_unless_another_has_it(client: HostileClient, managed: Organisation) -> None:
    sent(client, managed, picture())
    managed.refresh_from_db()
    storage, name = managed.logo.storage, managed.logo.name
    twin = factories.organisation(name="Jumelle", logo=name)
    assert client.post(at_page("remove_logo", managed)).status_code == 302
    assert storage.exists(name)
    assert client.post(at_page("remove_logo", managed)).status_code == 422
    Organisation.objects.filter(pk=twin.pk).update(logo=None)
    sent(client, managed, picture())
    client.post(at_page("remove_logo", managed))
    assert not storage.exists(name)


# The charter


def test_the_charter_is_read_by_all_and_says_where_it_comes_from(client: HostileClient) -> None:
    page = client.get("/charte").content.decode()
    assert "aucune charte officielle" in page
    assert "Version 2026-11" in page


def test_a_representative_accepts_and_withdraws(client: HostileClient, managed: Organisation) -> None:
    assert client.get(at_page("accept_charter", managed)).status_code == 403
    Role.objects.filter(organisation=managed).update(name=RoleName.REPRESENTATIVE)
    url = at_page("accept_charter", managed)
    assert client.post(url, {"version": "2026-11"}).status_code == 422
    assert client.post(url, {"version": "1999-01", "accepted": "on"}).status_code == 422
    assert client.post(url, {"version": "2026-11", "accepted": "on"}).status_code == 302
    page = client.get(at_page("organisation", managed)).content.decode()
    assert "ni un label" in page
    assert client.post(url, {"version": "2026-11", "accepted": "on"}).status_code == 422
    assert client.post(at_page("withdraw_charter", managed)).status_code == 302
    assert client.post(at_page("withdraw_charter", managed)).status_code == 422
    codes = [event.code for event in history_of(managed)]
    assert codes == ["community.charter_withdrawn", "community.charter_accepted"]


def test_a_text_of_several_lines_sent_back_as_it_was_is_not_changed(
    client: HostileClient, managed: Organisation
) -> None:
    managed.presentation = "Un verger.\n\nUne cuisine."
    managed.save()
    page = at_page("edit_section", managed, "presentation")
    # A browser ends each line with two characters.
    typed = {"summary": "Une phrase.", "presentation": "Un verger.\r\n\r\nUne cuisine.", "contact_email": ""}
    shown = client.get(page).content.decode()
    seen = dict(re.findall(r'name="(seen_\w+)"\s+value="([^"]*)"', shown))
    assert client.post(page, {**seen, **typed}).status_code == 302
    managed.refresh_from_db()
    assert managed.presentation == "Un verger.\n\nUne cuisine."
    assert history_of(managed).first().sentence == "a modifié la section « Présentation » : en une phrase"
