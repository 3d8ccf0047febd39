"""A test client that reads each page as a strict examiner would."""

import re
from html.parser import HTMLParser
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accelerator.accounts.proof import PROVED_AT

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

_PARTED = re.compile(r"[ \n][:;!?»%€]|«[ \n]")


class _Examiner(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.headings = 0
        self.titles = 0
        self.languages: list[str] = []
        self.identifiers: list[str] = []
        self.described: list[str] = []
        self.open: list[str] = []
        self.parted: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in given:
            if name.startswith("on") or name == "style":
                self.faults.append(f"<{tag}> porte {name}=")
        if tag == "script" and "src" not in given:
            self.faults.append("un <script> sans src")
        if tag == "style":
            self.faults.append("un <style>")
        if tag == "h1":
            self.headings += 1
        if tag == "title" and "svg" not in self.open:
            self.titles += 1
        if tag == "html":
            self.languages.append(given.get("lang") or "")
        if tag == "img" and "alt" not in given:
            self.faults.append("une <img> sans alt")
        if identifier := given.get("id"):
            self.identifiers.append(identifier)
        self.described += (given.get("aria-describedby") or "").split()
        self.described += (given.get("aria-labelledby") or "").split()
        if given.get("for"):
            self.described.append(given["for"] or "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_data(self, data: str) -> None:
        parted = _PARTED.search(data)
        if parted and not {"textarea", "pre", "code"} & set(self.open):
            self.parted.append(data[max(0, parted.start() - 30) : parted.end() + 30])

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def faults_of(page: str, *, fragment: bool = False, sent: bool = False) -> list[str]:
    """Everything that is wrong with a page, in French; `sent`: as a browser receives it."""
    examiner = _Examiner()
    examiner.feed(page)
    faults = examiner.faults
    for trace in ("{{", "{%"):
        if trace in re.sub(r"<textarea.*?</textarea>|value=\"[^\"]*\"", "", page, flags=re.DOTALL):
            faults.append(f"du gabarit non rendu : {trace}")
    doubled = {name for name in examiner.identifiers if examiner.identifiers.count(name) > 1}
    faults += [f"identifiant en double : {name}" for name in sorted(doubled)]
    missing = set(examiner.described) - set(examiner.identifiers)
    faults += [f"référence à un identifiant absent : {name}" for name in sorted(missing)]
    if sent:
        faults += [f"un signe peut rester seul au bout d’une ligne : {parted!r}" for parted in examiner.parted]
    if not fragment:
        if examiner.headings != 1:
            faults.append(f"{examiner.headings} titres h1")
        if examiner.titles != 1:
            faults.append(f"{examiner.titles} éléments title")
        if examiner.languages != ["fr"]:
            faults.append(f"langue {examiner.languages}")
    return faults


class HostileClient(Client):
    """Scan every HTML answer; enforce CSRF off as Django does, everything else as in production."""

    def force_login(self, user: Any, backend: str | None = None) -> None:
        """Be in, having just proved who one is, as by a code."""
        super().force_login(user, backend)
        session = self.session
        session[PROVED_AT] = timezone.now().isoformat()
        session.save()

    def request(self, **request: Any) -> HttpResponse:
        response = super().request(**request)
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            page = response.content.decode()
            faults = faults_of(page, fragment=bool(request.get("HTTP_HX_REQUEST")), sent=True) if page else []
            assert not faults, f"{request.get('PATH_INFO')} : {'; '.join(faults)}"
            response.content = page.replace("\u00a0", " ").encode()  # what follows reads words
        return response


def questions_of(client: Client, address: str) -> int:
    """How many questions a page asks of the database, the session and the person included, transactions apart."""
    client.get(address)  # what is kept from one page to the next is kept
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    # A question whose plan is kept shows no text.
    return sum(1 for one in captured if (one["sql"] or "SELECT").lstrip().startswith("SELECT"))
