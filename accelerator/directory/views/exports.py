"""Exports of what is searched: asked, followed, fetched."""

import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.http import FileResponse, Http404, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date

from accelerator.design.exports import CONTENT_TYPES
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page, Unkept
from accelerator.design.visitors import client_address
from accelerator.directory.exporting import WHOLE, folder
from accelerator.directory.forms import ExportFilters, ExportForm
from accelerator.directory.models import Export
from accelerator.directory.operations.exports import ask_export
from accelerator.directory.queries.published import LICENCE, LICENCE_URL
from accelerator.directory.queries.searched import SEARCHED_ORGANISATIONS, searched_as
from accelerator.directory.queries.searches import exports_of, progress_of, proposed_name
from accelerator.directory.states import ExportKind, ExportState
from accelerator.journal import System
from accelerator.workflow.dates import MOMENT
from accelerator.workflow.limits import count_against

EXPORTS_OF_A_PERSON_A_DAY = 30
EXPORTS_OF_A_PLACE_AN_HOUR = 10
VISITOR = System("visiteur")
_CHUNK = 1 << 16
# How often the page of an export is asked again, by whoever has chosen that it should be.
_REFRESH_SECONDS = 5


class ExportDirectory(ActionPage):
    """« Exporter » : what, in which format; at once, or written by the worker."""

    title = "Exporter une recherche"
    description = "Télécharger tout ce qu’une recherche trouve, en CSV ou en XLSX, sans compte."
    public = True
    template_name = "directory/export_directory.html"
    form_class = ExportForm
    submit_label = "Exporter"

    def load(self) -> None:
        try:
            self.searched = searched_as(self.kwargs["things"])
        except LookupError as unknown:
            raise Http404 from unknown
        self.title = f"Exporter {self.searched.whole.removeprefix('tout ').removeprefix('tous ')}"
        self.found = self.searched.find(self.searched.question.read(dict(self.request.GET.lists())))
        self.query = self.found.question.query()

    def trail(self) -> list[Crumb]:
        return [Crumb(self.searched.title, self.searched.address(self.query))]

    def initial(self) -> dict[str, Any]:
        return {"kind": ExportKind.CSV}

    def context(self) -> dict[str, Any]:
        found, whole = self.found, folder() / WHOLE
        is_ready = self.searched is SEARCHED_ORGANISATIONS and found.question.is_empty and whole.exists()
        return {
            "found": found,
            "searched": self.searched,
            "things": self.searched.directory.things,
            "directory_url": self.searched.address(self.query),
            "reuse_url": reverse(self.searched.reuse),
            "asked": [chip.label for chip in found.chips],
            "fields": len(self.searched.columns),
            "licence": LICENCE,
            "licence_url": LICENCE_URL,
            "whole": _dated(whole) if is_ready else None,
        }

    def before(self) -> None:
        if not self.found.is_long:
            return
        if self.person.is_authenticated:
            key, most, per = f"export:{self.person.actor_key}", EXPORTS_OF_A_PERSON_A_DAY, timedelta(days=1)
        else:
            key, most, per = f"export:{client_address(self.request)}", EXPORTS_OF_A_PLACE_AN_HOUR, timedelta(hours=1)
        count_against(key, limit=most, per=per, at=self.at)

    def perform(self, form: Any) -> Export | str:
        kind = form.cleaned_data["kind"]
        if not self.found.is_long:
            return f"{self.searched.file_url(kind)}{self.query}"
        person = self.person if self.person.is_authenticated else None
        return ask_export(
            searched=self.searched,
            name=proposed_name(self.searched, self.found),
            query=self.query,
            kind=kind,
            number=self.searched.directory.number_found(self.found.question),
            person=person,
            by=person or VISITOR,
            at=self.at,
        )

    def done_url(self, result: Export | str) -> str:
        return result if isinstance(result, str) else reverse("directory:export", args=[result.token])


def _dated(path: Path) -> dict[str, Any]:
    status = path.stat()
    written = datetime.fromtimestamp(status.st_mtime, tz=timezone.get_current_timezone())
    return {"written_at": written, "size": status.st_size}


class OfExport(Unkept, Page):
    """To put before a page about one export: a person's is theirs alone, a visitor's is of whoever has its address."""

    public = True

    def load(self) -> None:
        found = Export.objects.open_to(self.person).filter(token=self.kwargs["token"]).first()
        if found is None:
            raise Http404
        self.export = found
        self.searched = searched_as(found.things)
        self.state = found.state(self.at)

    @property
    def ends(self) -> bool:
        """Whether nothing will change any more."""
        return self.state not in (ExportState.WAITING, ExportState.RUNNING)


class ExportProgress(OfExport):
    """How far an export is, then its file."""

    title = "Export"
    template_name = "directory/export.html"

    def trail(self) -> list[Crumb]:
        if self.export.person_id:
            return [Crumb("Mes exports", reverse("directory:my_exports"))]
        return [Crumb(self.searched.title, self.searched.address())]

    def context(self) -> dict[str, Any]:
        return {
            "export": self.export,
            "state": self.state.value,
            "label": self.state.label,
            "ends": self.ends,
            "progress": progress_of(self.export, self.at),
            "followed": self.followed,
            "follow_url": f"{self.request.path}?suivi=oui",
            "things": self.searched.directory.things,
            "directory_url": self.searched.address(self.export.query),
            "again_url": self.searched.export_address(self.export.query),
        }

    @property
    def followed(self) -> bool:
        """Whether the page is asked again by itself; whoever reads it chooses, and may stop it."""
        return self.request.GET.get("suivi") == "oui" and not self.ends

    def answer(self) -> HttpResponseBase:
        response = super().answer()
        if self.followed:
            response["Refresh"] = str(_REFRESH_SECONDS)
        return response


class ExportNews(OfExport):
    """How far it is, for the script of its page."""

    title = "Avancement d’un export"
    template_name = "directory/export.html"  # never rendered: the answer is for a script

    def answer(self) -> HttpResponseBase:
        progress = progress_of(self.export, self.at)
        return JsonResponse({"part": progress["share"], "texte": progress["said"], "fini": self.ends})


class ExportFile(OfExport):
    """The file of an export, while it is there."""

    title = "Fichier d’un export"
    template_name = "directory/export.html"  # never rendered: the answer is the file

    def answer(self) -> HttpResponseBase:
        path = folder() / Path(self.export.file_name).name
        if self.state != ExportState.READY:
            return HttpResponseRedirect(reverse("directory:export", args=[self.export.token]))
        try:
            file = path.open("rb")
        except FileNotFoundError as fault:  # after a restoration: exports are not in the archive
            raise Http404(self.export.token) from fault
        name = f"{self.searched.file_name}-{timezone.localtime(self.export.ready_at):%Y-%m-%d}.{self.export.kind}"
        kind = CONTENT_TYPES[self.export.kind]
        if self.export.kind == ExportKind.XLSX:
            return FileResponse(file, as_attachment=True, filename=name, content_type=kind)
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            response: HttpResponseBase = FileResponse(file, as_attachment=True, filename=name, content_type=kind)
            response["Content-Encoding"] = "gzip"
        else:
            response = StreamingHttpResponse(_unpacked(file), content_type=kind)
            response["Content-Disposition"] = f'attachment; filename="{name}"'
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    """The file as it was before it was gzipped, for a program that does not undo it."""
    with file, gzip.open(file) as packed:
        while chunk := packed.read(_CHUNK):
            yield chunk


class WholeDirectory(Page):
    """The whole directory, written each night, at an address that never changes."""

    title = "Tout l’annuaire"
    public = True
    template_name = "directory/export.html"  # never rendered: the answer is the file

    def answer(self) -> HttpResponseBase:
        path = folder() / WHOLE
        try:
            file = path.open("rb")
        except FileNotFoundError as fault:
            raise Http404(WHOLE) from fault
        response = FileResponse(file, as_attachment=True, filename=WHOLE, content_type="application/gzip")
        response["Last-Modified"] = http_date(path.stat().st_mtime)
        return response


class MyExports(ListPage):
    """« Mes exports »."""

    title = "Mes exports"
    template_name = "directory/my_exports.html"
    filter_form = ExportFilters
    order = "-le"
    export_name = "mes-exports"
    things = ("export", "exports")
    empty_title = "Aucun export"
    empty_advice = "Sous les résultats d’une recherche, « Exporter » en prépare un. Chacun est gardé deux jours."

    columns = (
        Column(
            "recherche",
            "Recherche",
            lambda e: e.name,
            sort=("name",),
            url=lambda e: reverse("directory:export", args=[e.token]),
        ),
        Column("dans", "Dans", lambda e: searched_as(e.things).title, sort=("things",)),
        Column("format", "Format", lambda e: e.get_kind_display(), sort=("kind",)),
        Column(
            "nombre",
            "Lignes",
            lambda e: e.number,
            sort=("number",),
            number=True,
        ),
        Column("etat", "État", lambda e: e.state(timezone.now()).label),
        Column("le", "Demandé le", lambda e: e.asked_at, sort=("asked_at",), dated=MOMENT),
        Column("jusqu", "Gardé jusqu’au", lambda e: e.expires_at, sort=("expires_at",), dated=MOMENT),
    )

    def rows(self) -> Any:
        return exports_of(self.person)

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        return rows.filter(kind=values["fichier"]) if values.get("fichier") else rows
