"""The last minute before a closing, on the real server: `python -m benchmarks.closing [300] [30]`.

The first number is how many people submit during the last minute, twice as many at its end as at its beginning; the
second how many send, just after the closing, a page that they had opened before. `config.serve` (2 web processes, 2
workers) is started on 127.0.0.1 with production's settings and stopped, its mail goes to a server of this measure, and
its database is dropped. Each person has an organisation, a complete draft with its two files, a session; 5,000 other
applications are there already. What is wrong at the end is said, and the command fails.
"""

import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from benchmarks import ground
from benchmarks.report import quantile

DATABASE = "closing_measured"
ALREADY = 5000
LAST_MINUTE = 60.0
# The page is opened this long before it is sent: at least, at most.
READING = (2.0, 20.0)
PATIENCE = 30.0
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
ANSWERS = {
    "resume": "Des conserves à partir des invendus du marché. " * 8,
    "probleme": "Chaque samedi, des cageots entiers partent au compost. " * 30,
    "solution": "Un atelier les met en bocaux avec des personnes en insertion. " * 30,
    "nouveau": "Le geste est ancien, le partage des recettes est nouveau. " * 15,
    "territoires": ["departement-46"],
    "prouve": True,
    "preuves": "Trois saisons, 12 tonnes, un suivi par le marché. " * 30,
    "budget": 12_000_000,
    "perenne": True,
    "modele": "Les bocaux vendus paient les salaires. " * 30,
    "ambition": "Un atelier dans chaque marché du département. " * 30,
    "voie": "duplication",
    "besoins": ["financement", "territoires"],
}


@dataclass
class Applicant:
    """Someone with a draft to send, and what came of it."""

    application: str
    cookie: str
    # When the page is sent, in seconds from the closing: negative before it.
    sends_at: float
    status: int = 0
    led_to: str = ""
    said: str = ""
    fault: str = ""


@dataclass
class Times:
    """How long each kind of request took, in milliseconds."""

    page: list[float] = field(default_factory=list)
    submission: list[float] = field(default_factory=list)
    receipt: list[float] = field(default_factory=list)
    refusal: list[float] = field(default_factory=list)


def main() -> None:
    """Make, measure, print, drop."""
    people, late = (int(one) for one in (*sys.argv[1:], "300", "30")[:2])
    from tests.mail_server import mail_server

    with ground.running(), ground.thrown_away(DATABASE), mail_server() as mail:
        ground.settle(DATABASE)
        os.environ |= {"EMAIL_PORT": str(mail.port), "EMAIL_USE_TLS": "0"}
        import django

        django.setup()
        faults = measure(people, late, mail)
    if faults:
        sys.exit("\n".join(faults))


def measure(people: int, late: int, mail: Any) -> list[str]:
    """One closing; returns what is wrong, nothing when all is well."""
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.calls import fill, prepare, say
    from benchmarks.load import _free_port

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    known, call = prepare()
    fill(call, known["applicant"], ALREADY)
    applicants = drafts(call, people, late)
    port = _free_port()
    with serving(port):
        closes_at = timezone.now().replace(microsecond=0) + timedelta(seconds=LAST_MINUTE + READING[1] + 2)
        type(call).objects.filter(pk=call.pk).update(closes_at=closes_at)
        times = asyncio.run(last_minute(port, applicants, closes_at))
        received = sum(one.status == 302 for one in applicants)
        limit = time.monotonic() + PATIENCE
        while len(mail.messages) < received and time.monotonic() < limit:
            time.sleep(0.2)
        told_after = (timezone.now() - closes_at).total_seconds()
    before, after = applicants[:people], applicants[people:]
    for name, seen in (
        ("page à relire avant de déposer", times.page),
        ("dépôt (de l’envoi à la réponse)", times.submission),
        ("accusé de réception (page)", times.receipt),
        ("dépôt refusé après la clôture", times.refusal),
    ):
        if seen:
            shown = f"{quantile(seen, 0.5):.0f} / {quantile(seen, 0.95):.0f} / {max(seen):.0f} ms"
            say(f"{name}, p50 / p95 / au plus, {len(seen)} fois", shown)
    say("envoyés avant la clôture : reçus", f"{sum(one.status == 302 for one in before)} sur {len(before)}")
    say("envoyés après la clôture : refusés", f"{sum(one.status == 422 for one in after)} sur {len(after)}")
    say(
        "accusés de réception partis par courriel",
        f"{len(mail.messages)}, tous partis {told_after:.1f} s après la clôture",
    )
    say("charge de la machine, 1 min", f"{os.getloadavg()[0]:.1f}")
    say("mesuré le", str(timezone.localdate()))
    return faults_of(call, applicants, closes_at, mailed=len(mail.messages))


def drafts(call: Any, people: int, late: int) -> list[Applicant]:
    """Complete drafts, each of someone who represents an organisation and has a session open."""
    from django.conf import settings
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client
    from django.utils import timezone

    from accelerator.accounts.models import Person
    from accelerator.calls.models import Application
    from accelerator.calls.operations.applications import add_piece, begin
    from accelerator.community.models import Organisation, Role
    from accelerator.design.uploads import document_from
    from accelerator.workflow import transaction

    draw = random.Random(11)  # the same minute each time
    sent_at = [-LAST_MINUTE + (LAST_MINUTE - 0.3) * draw.random() ** 0.5 for _ in range(people)]
    sent_at += [0.05 + 5 * draw.random() for _ in range(late)]
    now, made = timezone.now(), []
    for number, sends_at in enumerate(sent_at):
        person = Person.objects.create(
            email=f"derniere-minute{number}@personnes.example",
            given_name="Camille",
            family_name=f"Exemple{number}",
            terms_version="2026-11",
            terms_accepted_at=now,
            joined_at=now,
        )
        organisation = Organisation.objects.create(name=f"Atelier fictif {number}", source="mesure")
        Role.objects.create(person=person, organisation=organisation, name="representative", started_at=now)
        with transaction():
            draft = begin(call=call, subject="", organisation=organisation, declared={}, by=person, at=now)
            for question in ("statuts", "comptes"):
                document = document_from(SimpleUploadedFile("piece.pdf", PDF), "piece.pdf")
                add_piece(application=draft, question=question, document=document, by=person, at=now)
        Application.objects.filter(pk=draft.pk).update(answers=ANSWERS)
        client = Client()
        client.force_login(person)
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        made.append(Applicant(draft.public_id, cookie, sends_at))
    return made


@contextmanager
def serving(port: int) -> Iterator[None]:
    """The platform, as a server runs it."""
    from benchmarks.load import _end

    server = subprocess.Popen(
        [sys.executable, "-m", "config.serve", "--port", str(port), "--web", "2", "--workers", "2"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        if not any("La plateforme sert" in line for line in server.stdout):
            raise RuntimeError("Le serveur de la mesure ne s’est pas ouvert.")
        yield
    finally:
        server.terminate()
        _end(server)  # type: ignore[arg-type]  # its words are read as text


async def last_minute(port: int, applicants: list[Applicant], closes_at: datetime) -> Times:
    """Everyone opens their page, and sends it at their moment."""
    times = Times()
    draw = random.Random(12)

    async def submit(one: Applicant, reading: float) -> None:
        await _until(closes_at, min(one.sends_at - reading, -0.5))
        path = f"/candidatures/{one.application}/deposer"
        began = time.perf_counter()
        status, headers, page = await _ask(port, "GET", path, one.cookie)
        times.page.append((time.perf_counter() - began) * 1000)
        if status != 200:
            one.fault = f"page : statut {status}"
            return
        csrf = re.search(r"set-cookie: ([^;\r\n]*csrf=[^;\r\n]+)", headers)
        cookies = f"{one.cookie}; {csrf.group(1)}" if csrf else one.cookie
        fields = _fields(page)
        await _until(closes_at, one.sends_at)
        began = time.perf_counter()
        one.status, headers, page = await _ask(port, "POST", path, cookies, urlencode(fields))
        spent = (time.perf_counter() - began) * 1000
        (times.submission if one.status == 302 else times.refusal).append(spent)
        if led := re.search(r"location: (\S+)", headers):
            one.led_to = led.group(1)
            began = time.perf_counter()
            status, _, page = await _ask(port, "GET", one.led_to, cookies)
            times.receipt.append((time.perf_counter() - began) * 1000)
            one.fault = "" if status == 200 else f"accusé de réception : statut {status}"
        one.said = page

    async def guarded(one: Applicant, reading: float) -> None:
        try:
            await asyncio.wait_for(submit(one, reading), timeout=LAST_MINUTE + PATIENCE * 2)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
            one.fault = f"{type(error).__name__} : {error}"

    await asyncio.gather(*(guarded(one, draw.uniform(*READING)) for one in applicants))
    return times


async def _until(closes_at: datetime, seconds: float) -> None:
    from django.utils import timezone

    moment = closes_at + timedelta(seconds=seconds)
    await asyncio.sleep(max(0.0, (moment - timezone.now()).total_seconds()))


def _fields(page: str) -> list[tuple[str, str]]:
    """What the form of the page sends, as a browser would."""
    form = next(part for part in page.split("<form")[1:] if 'name="_once"' in part).split("</form>")[0]
    inputs = re.findall(r"<input[^>]*>", form)
    found = [(re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    return [(name.group(1), unescape(value.group(1)) if value else "") for name, value in found if name]


async def _ask(port: int, method: str, path: str, cookie: str, body: str = "") -> tuple[int, str, str]:
    """One request on a connection of its own: the status, the headers (names in small letters), the text."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}", "Connection: close"]
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(-1), timeout=PATIENCE)
    finally:
        writer.close()
    head, _, content = answer.partition(b"\r\n\r\n")
    headers = re.sub(r"(?m)^[\w-]+:", lambda name: name.group().lower(), head.decode("latin-1"))
    return int(headers.split(" ", 2)[1]), headers, content.decode("utf-8", "replace")


def faults_of(call: Any, applicants: list[Applicant], closes_at: datetime, *, mailed: int) -> list[str]:
    """What the database and the answers say that should not be."""
    from accelerator.calls.models import Application
    from accelerator.journal.models import Event
    from accelerator.journal.types import ref

    kept = {one.public_id: one for one in Application.objects.filter(call=call, title__startswith="Atelier fictif ")}
    faults = [f"{one.application} : {one.fault}" for one in applicants if one.fault]
    received = 0
    for one in applicants:
        file, acknowledged = kept[one.application], one.status == 302
        received += acknowledged
        there = file.state == "submitted"
        if acknowledged != there:
            faults.append(f"{one.application} : réponse {one.status}, et le dossier est {file.state}")
        if there and (file.submitted_at is None or file.submitted_at >= closes_at):
            faults.append(f"{one.application} : reçu à {file.submitted_at}, la clôture est à {closes_at}")
        if there and (not file.number or file.number not in one.said):
            faults.append(f"{one.application} : l’accusé de réception ne dit pas le numéro {file.number}")
        if acknowledged and Event.objects.filter(code="calls.submitted", about__contains=[ref(file)]).count() != 1:
            faults.append(f"{one.application} : le journal ne dit pas le dépôt une fois")
        if not acknowledged and (one.status, file.answers) != (422, ANSWERS):
            faults.append(f"{one.application} : statut {one.status} ; le brouillon est-il intact ?")
        if not acknowledged and "clos depuis le" not in one.said:
            faults.append(f"{one.application} : le refus ne dit pas que l’appel est clos")
        if one.sends_at < 0 and not acknowledged:
            faults.append(f"{one.application} : parti {-one.sends_at:.1f} s avant la clôture, et refusé")
    numbers = Counter(file.number for file in kept.values() if file.number)
    faults += [f"le numéro {number} est donné {times} fois" for number, times in numbers.items() if times > 1]
    if mailed != received:
        faults.append(f"{mailed} courriels pour {received} dépôts")
    return faults


if __name__ == "__main__":
    main()
