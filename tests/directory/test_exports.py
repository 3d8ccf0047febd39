"""Exports of the directory: at once when they are short, else by the worker, whole or not at all."""

import csv
import gzip
import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as ours
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accelerator.community import search
from accelerator.community.models import Organisation, Theme
from accelerator.design.exports import cell
from accelerator.directory import exporting, personal_data, tasks
from accelerator.directory.models import Export
from accelerator.directory.operations import exports as operations
from accelerator.directory.operations.exports import MOST_WAITING, ask_export
from accelerator.directory.queries.published import FIELDS, record_of, rows_of
from accelerator.directory.queries.searched import SEARCHED_ORGANISATIONS
from accelerator.directory.states import ExportState
from accelerator.geography.models import Place
from accelerator.journal import System
from accelerator.search import asking, directory
from accelerator.workflow import Refused, transaction
from tests import factories
from tests.client import HostileClient
from tests.databases import url_of

ORGANISATIONS = SEARCHED_ORGANISATIONS
Perform = Callable[..., Any]
VISITOR = System("visiteur")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A folder of files for each test."""
    settings.MEDIA_ROOT = tmp_path
    return exporting.folder()


@pytest.fixture
def capped(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the directory were large: two answers are already many."""
    monkeypatch.setattr(asking, "CAP", 2)


def listed(number: int, **values: Any) -> list[Organisation]:
    made = [factories.organisation(name=f"Jardins fictifs {n:02}", **values) for n in range(number)]
    with transaction():
        search.refresh(made)
    return made


def asked(person: Any = None, kind: str = "csv", query: str = "?q=jardins", number: int = 5, **values: Any) -> Export:
    """An export that waits."""
    with transaction():
        export = ask_export(
            searched=ORGANISATIONS,
            name="Jardins",
            query=query,
            kind=kind,
            number=number,
            person=person,
            by=person or VISITOR,
            at=timezone.now(),
        )
    if values:
        Export.objects.filter(pk=export.pk).update(**values)
        export.refresh_from_db()
    return export


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


# At once


@pytest.mark.parametrize("number", [1, 3])
def test_a_short_export_comes_at_once(client: HostileClient, number: int) -> None:
    listed(number)
    page = client.get("/annuaire?q=jardins").content.decode()
    assert 'href="/annuaire/export?q=jardins"' in page
    page = client.get("/annuaire/export?q=jardins").content.decode()
    assert f"{number} organisation" in page
    assert "Le téléchargement commence aussitôt" in page
    sent = client.post("/annuaire/export?q=jardins", {"kind": "csv"})
    assert (sent.status_code, sent["Location"]) == (302, "/annuaire.csv?q=jardins")
    assert len(lines(body(client.get(sent["Location"])))) == number
    assert not Export.objects.exists()


def test_a_short_workbook_comes_at_once(client: HostileClient) -> None:
    listed(3, summary="=1+1")
    sent = client.post("/annuaire/export?q=jardins", {"kind": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(body(client.get(sent["Location"]))))
    header, *rows = book.active.iter_rows(values_only=True)
    assert header == tuple(field.name for field in FIELDS)
    assert len(rows) == 3
    assert {row[header.index("resume")] for row in rows} == {"'=1+1"}


def test_the_whole_directory_is_whole(client: HostileClient, monkeypatch: pytest.MonkeyPatch) -> None:
    # When nothing is asked, pages stop before the last one: the file does not.
    monkeypatch.setattr(asking, "MOST_TURNED", 2)
    listed(5)
    assert len(lines(body(client.get("/annuaire.csv")))) == 5


def test_a_format_is_chosen(client: HostileClient) -> None:
    listed(1)
    refused = client.post("/annuaire/export?q=jardins", {"kind": "exe"})
    assert refused.status_code == 422
    assert "exe" in refused.content.decode()


def test_nothing_found_says_so(client: HostileClient) -> None:
    assert "Rien à exporter" in client.get("/annuaire/export?q=zibeline").content.decode()


def test_what_was_read_of_a_sentence_is_said(client: HostileClient) -> None:
    listed(2)
    page = client.get("/annuaire/export?q=jardims").content.decode()
    assert "«&nbsp;jardims&nbsp;» a été lu «&nbsp;jardins&nbsp;»" in page
    assert len(lines(body(client.get("/annuaire.csv?q=jardims")))) == 2


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_beyond_what_comes_at_once_the_address_leads_to_the_page(
    client: HostileClient, capped: None, kind: str
) -> None:
    listed(3)
    answer = client.get(f"/annuaire.{kind}?q=jardins&page=2")
    assert (answer.status_code, answer["Location"]) == (302, "/annuaire/export?q=jardins")


# The lines


def test_a_line_is_what_the_page_of_the_organisation_says() -> None:
    departement = Place.objects.filter(kind="departement").first()
    commune = Place.objects.filter(kind="commune", departement__isnull=False, region__isnull=False).first()
    theme = Theme.objects.first()
    assert theme
    seats = [None, departement, commune]
    made = [
        factories.organisation(
            seat=seat,
            siren=f"73282932{n}",
            is_ess=(None, True, False)[n],
            kinds=["porteur", "ruche"][:n],
            themes=[theme.code] if n else [],
            legal_family="association",
            territories=["region-76"],
        )
        for n, seat in enumerate(seats)
    ]
    labels = {theme.code: theme.label}
    read = [[cell(value) for value in row] for row in rows_of([one.pk for one in made])]
    fresh = [Organisation.objects.get(pk=one.pk) for one in made]
    assert read == [[cell(value) for value in record_of(one, labels).values()] for one in fresh]


@pytest.mark.parametrize("number", [1, 3])
def test_the_lines_cost_the_same_queries_whatever_their_number(number: int, django_assert_num_queries: Any) -> None:
    seat = Place.objects.filter(kind="commune").first()
    ids = [factories.organisation(seat=seat).pk for _ in range(number)]
    with django_assert_num_queries(3):  # themes, organisations, their seats
        assert len(list(rows_of(ids))) == number


def test_what_is_hidden_meanwhile_is_not_in_the_file() -> None:
    one, hidden = listed(2)
    Organisation.objects.filter(pk=hidden.pk).update(publishable=False)
    assert [row[1] for row in rows_of([hidden.pk, one.pk])] == [one.name]


# By the worker


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("number", [3, 5])
def test_a_long_export_is_written_by_the_worker_and_holds_everything(
    client: HostileClient, capped: None, folder: Path, kind: str, number: int
) -> None:
    made = listed(number)
    person = factories.person()
    client.force_login(person)
    sent = client.post("/annuaire/export?q=jardins", {"kind": kind})
    export = Export.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/exports/{export.token}")
    assert (export.number, export.name, export.person) == (number, "Jardins", person)
    page = client.get(sent["Location"]).content.decode()
    assert "celui-ci commence à son tour" in page
    assert "Télécharger le fichier" not in page
    assert client.get(f"{sent['Location']}/fichier")["Location"] == sent["Location"]
    job = ProcrastinateJob.objects.get(task_name=operations.WRITE)
    assert tasks.write_export(**job.args) is True
    page = client.get(sent["Location"]).content.decode()
    assert "Votre fichier est prêt" in page
    response = client.get(f"{sent['Location']}/fichier", headers={"Accept-Encoding": "gzip, br"})
    assert response["Cache-Control"] == "private, no-store"
    content = body(response)
    assert int(response["Content-Length"]) == len(content)
    assert re.search(rf'filename="annuaire-\d{{4}}-\d\d-\d\d\.{kind}"', response["Content-Disposition"])
    if kind == "csv":
        assert response["Content-Encoding"] == "gzip"
        names = [line["nom"] for line in lines(gzip.decompress(content))]
    else:
        rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2, values_only=True)
        names = [row[1] for row in rows]
    assert names == [one.name for one in made]
    assert sorted(path.name for path in folder.iterdir()) == [Path(export.file_name).name]


def test_a_program_that_undoes_nothing_is_given_plain_text(client: HostileClient) -> None:
    listed(3)
    export = asked()
    exporting.write(export.pk)
    response = client.get(f"/exports/{export.token}/fichier", headers={"Accept-Encoding": "identity"})
    assert not response.has_header("Content-Encoding")
    assert "Accept-Encoding" in response["Vary"]
    assert len(lines(body(response))) == 3


def test_the_order_is_by_name_or_the_latest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = listed(3)
    now = timezone.now()
    for days, one in ((3, first), (1, second), (2, third)):
        one.recorded_at = now - timedelta(days=days)
        one.save()
    with transaction():
        search.refresh([first, second, third])
    assert list(exporting._numbers(ORGANISATIONS, "?q=jardins")) == [first.pk, second.pk, third.pk]
    latest = list(exporting._numbers(ORGANISATIONS, "?q=jardins&tri=recentes"))
    assert latest == [second.pk, third.pk, first.pk]
    # Very many are read as they stand.
    monkeypatch.setattr(directory, "MOST_ORDERED", 2)
    assert list(exporting._numbers(ORGANISATIONS, "?q=jardins&tri=recentes")) == [
        first.pk,
        second.pk,
        third.pk,
    ]


def test_a_visitor_follows_by_an_address_that_nobody_guesses(client: HostileClient, capped: None) -> None:
    listed(3)
    sent = client.post("/annuaire/export?q=jardins", {"kind": "csv"})
    export = Export.objects.get()
    assert export.person is None
    assert len(export.token) == 32
    page = HostileClient().get(sent["Location"]).content.decode()
    assert "gardez son adresse" in page
    assert "Jardins" in page


@pytest.mark.parametrize("page", ["", "/avancement", "/fichier"])
def test_the_export_of_someone_is_theirs_alone(client: HostileClient, page: str) -> None:
    owner = factories.person()
    listed(1)
    export = asked(owner)
    exporting.write(export.pk)
    address = f"/exports/{export.token}{page}"
    client.force_login(owner)
    response = client.get(address)
    assert response.status_code == 200
    if response.streaming:
        assert body(response)
    assert HostileClient().get(address).status_code == 404
    client.force_login(factories.person())
    assert client.get(address).status_code == 404


def test_the_form_sent_twice_makes_one(client: HostileClient, capped: None) -> None:
    listed(3)
    once = re.search(r'name="_once" value="(\w+)"', client.get("/annuaire/export?q=jardins").content.decode())
    assert once
    sent = [client.post("/annuaire/export?q=jardins", {"kind": "csv", "_once": once[1]}) for _ in range(2)]
    assert sent[0]["Location"] == sent[1]["Location"]
    assert Export.objects.count() == ProcrastinateJob.objects.filter(task_name=operations.WRITE).count() == 1


def test_asked_again_it_is_the_same(perform: Perform) -> None:
    person = factories.person()
    assert asked(person) == asked(person)
    assert asked(person) != asked(person, kind="xlsx")
    assert asked(person) != asked(factories.person())


def test_a_workbook_that_cannot_hold_them_all_is_refused(
    client: HostileClient, capped: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(3)
    monkeypatch.setattr(operations, "MOST_ROWS", 3)
    refused = client.post("/annuaire/export?q=jardins", {"kind": "xlsx"})
    assert refused.status_code == 422
    assert "choisissez le format CSV" in refused.content.decode()
    assert client.post("/annuaire/export?q=jardins", {"kind": "csv"}).status_code == 302


def test_a_place_asks_so_many_times_an_hour(client: HostileClient, capped: None) -> None:
    listed(3)
    answers = [client.post("/annuaire/export?q=jardins", {"kind": "csv"}) for _ in range(11)]
    assert [one.status_code for one in answers] == [302] * 10 + [422]
    assert "Trop d’essais en peu de temps" in answers[-1].content.decode()


def test_a_full_queue_says_so() -> None:
    for number in range(MOST_WAITING):
        asked(query=f"?q=mot{number}")
    with pytest.raises(Refused, match="Trop d’exports attendent"):
        asked()
    # Visitors, who may be anybody many times, do not keep people out.
    asked(person=factories.person())


def test_the_files_of_visitors_do_not_fill_the_disk(at: datetime) -> None:
    kept = asked(query="?q=grand", started_at=at, ready_at=at, written=5, size=operations.MOST_BYTES)
    with pytest.raises(Refused, match="toute la place"):
        asked()
    asked(person=factories.person())
    Export.objects.filter(pk=kept.pk).update(expires_at=at)
    asked()


# Its page


@pytest.mark.parametrize(
    ("values", "state", "said"),
    [
        ({}, ExportState.WAITING, "celui-ci commence à son tour"),
        ({"started_at": timedelta(minutes=-1), "written": 2}, ExportState.RUNNING, "Encore 2 minutes"),
        ({"started_at": timedelta(0)}, ExportState.RUNNING, "La préparation commence"),
        ({"failed_at": timedelta(0)}, ExportState.FAILED, "n’a pas pu être préparé"),
        ({"asked_at": timedelta(hours=-2)}, ExportState.FAILED, "n’a pas pu être préparé"),
        (
            {"started_at": timedelta(0), "ready_at": timedelta(0), "written": 5, "size": 5_000_000},
            ExportState.READY,
            "4,8 Mio|4,8 Mo",
        ),
        ({"expires_at": timedelta(seconds=-1)}, ExportState.EXPIRED, "n’est plus là"),
    ],
)
def test_the_page_says_where_it_is(client: HostileClient, values: dict[str, Any], state: str, said: str) -> None:
    now = timezone.now()
    moments = {name: now + one if isinstance(one, timedelta) else one for name, one in values.items()}
    export = asked(**moments)
    assert export.state(now) == state
    page = client.get(f"/exports/{export.token}").content.decode()
    assert re.search(said, page)
    news = client.get(f"/exports/{export.token}/avancement").json()
    assert news["fini"] is (state not in (ExportState.WAITING, ExportState.RUNNING))
    assert client.get(f"/exports/{export.token}/fichier").status_code == (404 if state == ExportState.READY else 302)


def test_the_page_is_asked_again_only_by_choice_and_until_the_end(client: HostileClient) -> None:
    export = asked()
    address = f"/exports/{export.token}"
    assert not client.get(address).has_header("Refresh")
    assert "?suivi=oui" in client.get(address).content.decode()
    followed = client.get(f"{address}?suivi=oui")
    assert followed["Refresh"] == "5"
    assert "Ne plus actualiser" in followed.content.decode()
    exporting.write(export.pk)
    assert not client.get(f"{address}?suivi=oui").has_header("Refresh")


def test_progress_is_told_while_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    listed(3)
    export = asked()
    monkeypatch.setattr(exporting, "_ROWS_BETWEEN", 1)
    monkeypatch.setattr(exporting, "_TOLD_EVERY", -1.0)
    seen: list[tuple[int, int]] = []

    def count_written(**arguments: Any) -> None:
        seen.append((arguments["written"], arguments["number"]))

    monkeypatch.setattr(operations, "count_written", count_written)
    exporting.write(export.pk)
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("number", [1, 3])
def test_my_exports_are_listed(client: HostileClient, number: int, django_assert_num_queries: Any) -> None:
    person = factories.person()
    asked(factories.person())
    for n in range(number):
        asked(person, query=f"?q=mot{n}", kind="csv" if n else "xlsx")
    client.force_login(person)
    with django_assert_num_queries(7):
        page = client.get("/mes-exports").content.decode()
    assert page.count("/exports/") == number
    assert "En attente" in page
    assert client.get("/mes-exports?fichier=xlsx").content.decode().count("/exports/") == 1
    assert body(client.get("/mes-exports?format=csv")).decode().count("Jardins") == number


def test_no_export_says_how_to_make_one(client: HostileClient) -> None:
    client.force_login(factories.person())
    assert "Aucun export" in client.get("/mes-exports").content.decode()


# What goes wrong, and what ends


def test_a_full_disk_leaves_no_half_file(client: HostileClient, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed(3)
    export = asked()

    def full(file: Any, *arguments: Any) -> None:
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(exporting, "write_csv", full)
    with pytest.raises(OSError, match="No space"):
        tasks.write_export(export=export.pk)
    assert list(folder.iterdir()) == []
    page = client.get(f"/exports/{export.token}").content.decode()
    assert "n’a pas pu être préparé" in page
    assert "/annuaire/export?q=jardins" in page


def test_a_job_that_comes_too_late_or_twice_writes_nothing_more(folder: Path) -> None:
    listed(1)
    late = asked(asked_at=timezone.now() - timedelta(hours=2))
    assert exporting.write(late.pk) is False
    export = asked()
    assert exporting.write(export.pk) is True
    assert exporting.write(export.pk) is False
    assert len(list(folder.iterdir())) == 1


def test_what_expired_is_forgotten_with_its_file(folder: Path) -> None:
    listed(1)
    kept, gone = asked(), asked(query="?q=fictifs")
    for export in (kept, gone):
        exporting.write(export.pk)
    exporting.write_whole()
    Export.objects.filter(pk=gone.pk).update(expires_at=timezone.now())
    (folder / "abandonné.part").write_bytes(b"half")
    (folder / "en-cours.part").write_bytes(b"half")
    long_ago = time.time() - 7 * 3600
    for name in (Path(kept.file_name).name, Path(gone.file_name).name, exporting.WHOLE, "abandonné.part"):
        os.utime(folder / name, (long_ago, long_ago))
    assert tasks.forget_exports(timestamp=0) == 2
    assert list(Export.objects.all()) == [kept]
    left = {path.name for path in folder.iterdir()}
    assert left == {Path(kept.file_name).name, exporting.WHOLE, "en-cours.part"}


def test_the_whole_directory_is_written_each_night(client: HostileClient, folder: Path) -> None:
    assert client.get("/annuaire/tout.csv.gz").status_code == 404
    listed(3)
    assert tasks.write_whole_directory(timestamp=0) == 3
    response = client.get("/annuaire/tout.csv.gz")
    assert response["Content-Type"] == "application/gzip"
    assert "Last-Modified" in response
    assert len(lines(gzip.decompress(body(response)))) == 3
    assert "/annuaire/tout.csv.gz" in client.get("/annuaire/export").content.decode()
    assert "/annuaire/tout.csv.gz" not in client.get("/annuaire/export?q=jardins").content.decode()


def test_exports_are_given_with_the_data_of_a_person_then_erased(perform: Perform) -> None:
    person = factories.person()
    asked(person)
    assert "?q=jardins" in str(personal_data.export(person))
    perform(personal_data.erase, person=person, by=person, at=timezone.now())
    assert not Export.objects.exists()


# A real worker, killed


@pytest.fixture
def many(together: Callable[..., list[Any]]) -> Callable[[Callable[[], Any]], Any]:
    """Run something in a database of its own, where the directory has some thousands of organisations."""

    def fill() -> None:
        factories.organisation(name="Jardins fictifs")
        columns = [field.column for field in Organisation._meta.concrete_fields]
        copied = ", ".join(column for column in columns if column not in ("id", "public_id"))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO community_organisation (public_id, {copied})"
                f" SELECT lpad(to_hex(n), 12, '0'), {copied} FROM community_organisation, generate_series(1, 3999) AS n"
            )
        search.rebuild_directory()

    together(fill)
    return lambda function: together(function)[0]


def take_up() -> int:
    """Give back to the queue what the dead worker held, as `config.tasks.take_up_stalled` does."""

    async def retry() -> int:
        stalled = await app.job_manager.get_stalled_jobs(queue=operations.QUEUE, seconds_since_heartbeat=0)
        jobs = [job for job in stalled if job.task_name == operations.WRITE]
        for job in jobs:
            await app.job_manager.retry_job(job)
        return len(jobs)

    return async_to_sync(retry)()


def _worker() -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": url_of(str(connection.settings_dict["NAME"])),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "MEDIA_ROOT": str(ours.MEDIA_ROOT),
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot", "--queues", operations.QUEUE],
        cwd=Path(__file__).resolve().parents[2],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def test_a_worker_killed_in_the_middle_loses_nothing_and_offers_no_half(
    many: Callable[[Callable[[], Any]], Any], folder: Path
) -> None:
    export = many(lambda: asked(number=4000))
    worker = _worker()
    limit = time.monotonic() + 60
    while not list(folder.glob("*.part")) and time.monotonic() < limit:
        time.sleep(0.002)
    assert list(folder.glob("*.part"))
    worker.send_signal(signal.SIGKILL)
    output = worker.communicate(timeout=60)[0]
    assert worker.returncode == -9, output
    assert not (folder / Path(export.file_name).name).exists()

    def state() -> str:
        return str(Export.objects.get(pk=export.pk).state(timezone.now()))

    def page() -> int:
        return Client().get(f"/exports/{export.token}/fichier").status_code

    assert many(state) == ExportState.RUNNING
    assert many(page) == 302

    assert many(take_up) == 1
    second = _worker()
    output = second.communicate(timeout=60)[0]
    assert second.returncode == 0, output
    assert many(state) == ExportState.READY
    content = gzip.decompress((folder / Path(export.file_name).name).read_bytes())
    assert len(lines(content)) == 4000
