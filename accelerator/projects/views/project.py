"""The public page of a project, its twin, its files; the history that its carriers read."""

from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.community.queries.organisation import canonical, departements_of
from accelerator.design.pages import Crumb
from accelerator.design.uploads import attachment
from accelerator.geography.maps import Marker, Position, position
from accelerator.projects import diagnosis
from accelerator.projects.models import Diagnosis, ProjectFile
from accelerator.projects.queries.directory import carried_by, published, similar_to
from accelerator.projects.queries.projects import Sheet, history_of, organisations_to_name, public_history, sheet_of
from accelerator.projects.states import SHOWN, FileKind, Maturity, ProjectState
from accelerator.projects.views.within import Within


class ProjectPage(Within):
    """What a project is; private parts are there for its carriers only, and say so."""

    rule = None
    public = True
    template_name = "projects/project.html"

    def load(self) -> None:
        super().load()
        self.title = self.project.title
        self.description = self.project.summary or f"{self.title}, un projet d’innovation sociale."

    def trail(self) -> list[Crumb]:
        return super().trail()[:-1]

    def context(self) -> dict[str, Any]:
        project, whole = self.project, self.may["read_private"]
        sheet = sheet_of(project, whole=whole)
        carrier = canonical(project.organisation) if project.organisation else None
        made = Diagnosis.objects.filter(project=project).first() if whole or not project.hides("diagnosis") else None
        return {
            **super().context(),
            "sheet": sheet,
            "parts": self._parts(whole),
            "state": ProjectState(project.state),
            "is_shown": project.state in SHOWN,
            "maturity": Maturity(project.maturity).label if project.maturity else "",
            "jobs": project.jobs / 10 if project.jobs is not None and (whole or not project.hides("jobs")) else None,
            "carrier": carrier if carrier and (carrier.publishable or whole) else None,
            "carried_by": carried_by(project),
            "mine": organisations_to_name(project, self.person) if self.may["manage"] else [],
            "map": self._map(sheet),
            "profile": diagnosis.profile(made.version, made.answers) if made else None,
            "profile_width": diagnosis.WIDTH,
            "profile_private": project.hides("diagnosis"),
            "similar": similar_to(f"{project.title} {project.summary}", but=project, most=3),
            "history": public_history(project),
            "waits_for_me": self.standing.answers_for,
            "canonical": f"{settings.BASE_URL}{self.address('project')}",
            "twin": self.address("project_data"),
        }

    def _parts(self, whole: bool) -> list[dict[str, Any]]:
        """The texts of the page, in its order: title, text, whether only the carriers read it."""
        project = self.project
        asked = (
            ("Le besoin", "problem"),
            ("La réponse", "solution"),
            ("Ce qui est nouveau ici", "novelty"),
            ("Pour qui", "beneficiaries"),
            ("Avec qui", "stakeholders"),
            ("Preuves sur le terrain", "proof"),
            ("Modèle économique", "model"),
            ("Ce que le projet cherche", "needs_text"),
        )
        parts = []
        for title, name in asked:
            part = "needs" if name == "needs_text" else name
            text, hidden = getattr(project, name), project.hides(part)
            if text and (whole or not hidden):
                parts.append({"title": title, "text": text, "private": hidden, "name": name})
        return parts

    def _map(self, sheet: Sheet) -> Position | None:
        seat, touched = self.project.seat, departements_of(sheet.territories)
        markers = []
        if seat and seat.latitude is not None and seat.longitude is not None:
            code = (seat.departement_id or "").partition("-")[2]
            markers = [Marker(seat.latitude, seat.longitude, seat.name, departement=code)]
        said = ["les départements de ses territoires d’action"] if touched else []
        said += ["le point de sa commune principale"] if markers else []
        return position(touched, markers, caption=" et ".join(said).capitalize())


class ProjectData(Within):
    """The same project for a machine: what is published, whoever asks."""

    rule = None
    public = True
    title = "Données d’un projet"
    template_name = "projects/project.html"  # never rendered

    def content(self) -> HttpResponseBase:
        if self.project.state not in SHOWN:
            raise Http404
        page = f"{settings.BASE_URL}{self.address('project')}"
        response = JsonResponse(
            {**published(self.project), "page": page, "schema": f"{settings.BASE_URL}{reverse('projects:reuse')}"},
            json_dumps_params={"ensure_ascii": False, "indent": 1},
        )
        response["Access-Control-Allow-Origin"] = "*"
        return response


class FileOfProject(Within):
    """A picture to be seen, or a document to be saved: for whoever may read that part of the project."""

    rule = None
    public = True
    title = "Fichier d’un projet"
    template_name = "projects/project.html"  # never rendered

    def load(self) -> None:
        super().load()
        found = ProjectFile.objects.filter(project=self.project, pk=self.kwargs["number"], removed_at=None).first()
        private = found and found.kind == FileKind.DOCUMENT and self.project.hides("documents")
        if found is None or (private and not self.may["read_private"]):
            raise Http404
        if not default_storage.exists(found.file.name or ""):
            raise Http404
        self.file = found

    def content(self) -> HttpResponseBase:
        kept = default_storage.open(self.file.file.name or "")
        if self.file.kind == FileKind.DOCUMENT:
            return attachment(kept, name=self.file.name, kind=self.file.content_type)
        response = FileResponse(kept, content_type=self.file.content_type)
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        # Each is asked again: a project that is taken back from the public takes its pictures along.
        response["Cache-Control"] = "private, no-store"
        return response


class History(Within):
    """All that was done to the file, by whom: for those who carry it."""

    rule = "projects.read_private"
    title = "Historique du projet"
    template_name = "projects/history.html"

    def context(self) -> dict[str, Any]:
        return {**super().context(), "lines": history_of(self.project)}
