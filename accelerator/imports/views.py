"""The imports of the public registers: what was loaded, when, with what result; for the platform's staff."""

from pathlib import Path
from typing import Any, Final

from django.http import FileResponse, Http404, HttpResponseBase, JsonResponse
from django.urls import reverse

from accelerator.community import rules
from accelerator.community.queries.people import platform_roles_of
from accelerator.design.charts import number
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import Crumb, Page
from accelerator.imports.forms import ImportFilters
from accelerator.registers.models import Run
from accelerator.registers.queries import is_alive, reasons_of, runs, said_of, selection_of, with_lives
from accelerator.registers.states import RunState
from accelerator.workflow.dates import MOMENT

DEAD: Final = "Arrêté, à reprendre"


class _ForStaff:
    """To put before a page of the imports."""

    person: Any

    def forbidden(self) -> str | None:
        return None if platform_roles_of(self.person) else rules.PLATFORM


def _state(run: Any) -> str:
    return DEAD if run.is_dead else run.get_state_display()


class Imports(_ForStaff, ListPage):
    """Every import, the latest first."""

    title = "Imports des registres"
    filter_form = ImportFilters
    order = "-debut"
    export_name = "imports-des-registres"
    things = ("import", "imports")
    empty_title = "Aucun import"
    empty_advice = "Les fichiers des registres se chargent par une commande : voir docs/operating.md."
    columns = (
        Column(
            "debut",
            "Commencé",
            lambda r: r.started_at,
            sort=("started_at",),
            url=lambda r: reverse("imports:import", args=[r.pk]),
            dated=MOMENT,
        ),
        Column("source", "Registre", lambda r: r.get_source_display(), sort=("source",)),
        Column(
            "fichiers",
            "Fichiers",
            lambda r: ", ".join(name.split(".")[0] for name in r.files),
            export=lambda r: ", ".join(r.files),
        ),
        Column(
            "etat",
            "État",
            lambda r: f"{_state(r)} : {r.failure}" if r.failure else _state(r),
            sort=("state",),
            long=True,
            export=_state,
        ),
        Column("motif", "Motif de l’échec", lambda r: r.failure, screen=False),
        Column(
            "rejets",
            "Rejets",
            lambda r: number(r.rejected),
            sort=("rejected",),
            number=True,
            export=lambda r: r.rejected,
        ),
        Column("retenues", "Retenues", lambda r: r.kept, sort=("kept",), number=True, screen=False),
        Column(
            "inscrites",
            "Inscrites",
            lambda r: number(r.entered),
            sort=("entered",),
            number=True,
            export=lambda r: r.entered,
        ),
        Column("modifiees", "Modifiées", lambda r: r.changed, sort=("changed",), number=True, screen=False),
        Column("cessees", "Cessées", lambda r: r.ceased, sort=("ceased",), number=True, screen=False),
        Column("retirees", "Retirées à leur demande", lambda r: r.withdrawn, screen=False),
        Column("lues", "Lignes lues", lambda r: r.read, screen=False),
        Column("fin", "Fini", lambda r: r.ended_at, screen=False),
        Column("jour", "Jour du fichier", lambda r: r.file_on, screen=False),
    )

    def rows(self) -> Any:
        return with_lives()

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        if source := values.get("registre"):
            rows = rows.filter(source=source)
        if state := values.get("etat"):
            rows = rows.filter(state=state)
        return rows.filter(rejected__gt=0) if values.get("rejets") else rows


class _OfImport(_ForStaff, Page):
    """To put before a page of one import."""

    template_name = "imports/import.html"
    kwargs: dict[str, Any]

    def load(self) -> None:
        run = runs().filter(pk=self.kwargs["number"]).first()
        # Who may not see any is told so, and not whether this one exists.
        if run is None and platform_roles_of(self.person):
            raise Http404
        self.run = run or Run()
        self.is_running = self.run.state == RunState.RUNNING and run is not None
        self.title = f"Import {self.run.get_source_display()}"

    def trail(self) -> list[Crumb]:
        return [Crumb(Imports.title, reverse("imports:imports"))]


class Import(_OfImport):
    """One import: how far it is, what it did, what it left aside."""

    def context(self) -> dict[str, Any]:
        # A run that says that it runs, and whose process does not hold the lock, died.
        dead = self.is_running and not is_alive()
        return {
            "run": self.run,
            "rejects_url": reverse("imports:import_rejects", args=[self.run.pk]),
            "running": self.is_running and not dead,
            "dead": dead,
            "said": f"{self.run.step}, {self.run.percent} %",
            "selection": selection_of(self.run),
            "left_out": reasons_of(self.run),
            "of_kept": [said_of(self.run, name) for name in ("new", "changed", "unchanged")],
        }


class ImportNews(_OfImport):
    """How far it is, for the script of its page."""

    def answer(self) -> HttpResponseBase:
        ends = not self.is_running or not is_alive()
        share = self.run.percent
        return JsonResponse({"part": share, "texte": f"{self.run.step}, {share} %", "fini": ends})


class ImportRejects(_OfImport):
    """The file of what was left aside: where, why, and what became of it."""

    def answer(self) -> HttpResponseBase:
        try:
            if not self.run.rejects:
                raise FileNotFoundError
            file = Path(self.run.rejects.path).open("rb")  # noqa: SIM115  FileResponse closes it once sent
        except FileNotFoundError as fault:  # none, or after a restoration on another machine
            raise Http404 from fault
        name = f"rejets-import-{self.run.pk}.csv"
        return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
