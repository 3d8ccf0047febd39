"""The directory of projects: what is asked, what answers, what is exported and published for machines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from accelerator.community.models import Organisation, Theme
from accelerator.community.queries.organisation import of_record
from accelerator.community.states import Family
from accelerator.projects.models import Project, ProjectPartner
from accelerator.projects.search import PROJECTS, carrier_of
from accelerator.projects.states import Carrier, Goal, Maturity, Need, PartnerRole, ProjectState
from accelerator.search.directory import PlaceNames, PublicDirectory, Shown, Things
from accelerator.search.nearness import Nearness
from accelerator.search.questions import Filter, PublicQuestion
from accelerator.search.types import Question
from accelerator.workflow.kept import Given, Kept

DIRECTORY: Final = PublicDirectory(
    PROJECTS,
    Project,
    Things(
        "projet",
        "projets",
        "de projets",
        "ceux",
        "Aucun projet",
        "dont la commune",
        "Plus récents",
        ("nouveau projet", "nouveaux projets"),
    ),
    unfolded=frozenset({"famille", "maturite"}),
)
_CHUNK: Final = 500
_ABOUT_MOST: Final = 6
_LATEST_MOST: Final = 3


class ProjectQuestion(PublicQuestion):
    """A search of the directory of projects."""

    FILTERS = {
        "famille": Filter("Famille de défis", Family),
        "maturite": Filter("Stade de maturité", Maturity),
        "theme": Filter("Thème"),
        "besoin": Filter("Ce qui est cherché", Need),
        "odd": Filter("Objectif de développement durable", Goal),
        "porteur": Filter("Porté par", Carrier),
        "region": Filter("Région"),
        "departement": Filter("Département"),
    }


@dataclass(frozen=True)
class Result:
    """One project of the page."""

    project: Project
    carrier: str
    where: str
    themes: list[Theme]
    needs: list[str]
    distance: float | None = None


def directory(question: ProjectQuestion) -> Shown[ProjectQuestion, Result]:
    """Answer a question of the directory, in at most ten queries whatever the number of results."""
    matches = DIRECTORY.match(question)
    projects = projects_of(matches.ids)
    themes = {theme.code: theme for theme in Theme.objects.order_by("position")}
    places = PlaceNames.read(key for one in projects if not one.seat for key in one.territories)
    results = [_result(one, themes, places, matches.near) for one in projects]
    labels = {"theme": {code: theme.label for code, theme in themes.items()}, **places.labels()}
    return matches.shown(results, labels, places)


def _result(one: Project, themes: Mapping[str, Theme], places: PlaceNames, near: Nearness | None) -> Result:
    return Result(
        project=one,
        carrier=carried_by(one),
        where=places.where(one.seat, one.territories),
        themes=[themes[code] for code in one.themes if code in themes],
        needs=[] if one.hides("needs") else [str(Need(need).label) for need in one.needs],
        distance=near.distances.get(one.seat_id) if near and one.seat_id else None,
    )


def carried_by(project: Project) -> str:
    """Who carries it, for the public: an organisation by its name when it may be shown, never a person by theirs."""
    if project.organisation is None:
        return "Porté par une personne, sans structure pour l’instant"
    return project.organisation.name if project.organisation.publishable else "Porté par une organisation"


def projects_of(ids: Sequence[int]) -> list[Project]:
    """The listed projects of these numbers, in their order."""
    found = Project.objects.listed().select_related("organisation", "seat__departement").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def similar_to(text: str, *, but: Project | None = None, most: int = 4) -> list[Project]:
    """The published projects that a text makes one think of, the nearest first; the one being written is left out."""
    if len(text.split()) < 2:  # one word resembles everything
        return []
    ids = PROJECTS.search(Question(text[:300], size=most + 1, counted=())).ids
    return [one for one in projects_of(ids) if but is None or one.pk != but.pk][:most]


def projects_about(organisation: Organisation) -> list[Project]:
    """The published projects that an organisation carries, or in which it said that it takes part; the latest first."""
    return _ABOUT(organisation.pk)


def _about() -> QuerySet[Project]:
    joined = ProjectPartner.objects.confirmed().filter(of_record(Given(0))).values("project")
    shared = Q(pk__in=joined) & ~Q(private__contains=["partners"])
    about = Project.objects.listed().filter(of_record(Given(0)) | shared)
    return about.only("title", "summary", "public_id").order_by("-published_at", "-pk")[:_ABOUT_MOST]


_ABOUT: Final = Kept(_about)


def latest() -> list[Project]:
    """The projects published last, with what a card is made of."""
    return _LATEST()


def _latest() -> QuerySet[Project]:
    published = Project.objects.listed().filter(state=ProjectState.PUBLISHED)
    return published.only("title", "summary", "public_id", "maturity").order_by("-published_at", "-pk")[:_LATEST_MOST]


_LATEST: Final = Kept(_latest)


def numbered_by(size: int) -> list[int]:
    """The tens (or thousands: `size`) of numbers that hold a listed project, from 1, and the first in any case."""
    numbers = Project.objects.listed().annotate(file=(F("pk") - 1) / size + 1).values_list("file", flat=True)
    return sorted({1, *numbers.distinct()})


# For machines


@dataclass(frozen=True)
class Read:
    """A project as it is published, with what surrounds it."""

    project: Project
    themes: Mapping[str, str]
    in_consortium: bool
    partners: Sequence[str]

    def public(self, name: str) -> Any:
        """A value of the file; empty when it is kept private."""
        return "" if self.project.hides(name) else getattr(self.project, name)


@dataclass(frozen=True)
class Field:
    """A published field: its name, what it means, what it is read from."""

    name: str
    meaning: str
    value: Callable[[Read], Any]


# In the order of the columns of exports.
FIELDS: Final = (
    Field("identifiant", "Identifiant sur la plateforme, qui ne change jamais", lambda one: one.project.public_id),
    Field("nom", "Nom du projet", lambda one: one.project.title),
    Field("resume", "Le projet en une phrase", lambda one: one.project.summary),
    Field("etat", "published : en cours ; ended : terminé", lambda one: one.project.state),
    Field("etat_libelle", "L’état, en clair", lambda one: str(ProjectState(one.project.state).label)),
    Field("porteur", "Qui porte : personne, organisation ou consortium",
          lambda one: carrier_of(one.project, in_consortium=one.in_consortium).value),
    Field("organisation", "Nom de la structure qui porte (chef de file), vide s’il n’y en a pas",
          lambda one: one.project.organisation.name
          if one.project.organisation and one.project.organisation.publishable else ""),
    Field("organisation_siren", "Son SIREN, vide s’il n’est pas connu",
          lambda one: (one.project.organisation.siren or "")
          if one.project.organisation and one.project.organisation.publishable else ""),
    Field("partenaires", "Structures qui ont confirmé leur participation",
          lambda one: [] if one.project.hides("partners") else list(one.partners)),
    Field("familles", "Familles de défis (codes)", lambda one: list(one.project.families)),
    Field("familles_libelles", "Les familles, en clair, dans le même ordre",
          lambda one: [str(Family(code).label) for code in one.project.families]),
    Field("themes", "Codes des thèmes de la nomenclature de la plateforme", lambda one: list(one.project.themes)),
    Field("themes_libelles", "Les thèmes, en clair, dans le même ordre",
          lambda one: [one.themes.get(code, code) for code in one.project.themes]),
    Field("odd", "Objectifs de développement durable (numéros)", lambda one: list(one.project.goals)),
    Field("maturite", "Stade de maturité (code)", lambda one: one.project.maturity),
    Field("maturite_libelle", "Le stade, en clair",
          lambda one: str(Maturity(one.project.maturity).label) if one.project.maturity else ""),
    Field("premieres_actions", "Date des premières actions", lambda one: one.project.began_on),
    Field("besoins", "Ce qui est cherché (codes)", lambda one: list(one.public("needs"))),
    Field("besoin_social", "Le besoin auquel le projet répond", lambda one: one.project.problem),
    Field("solution", "La solution", lambda one: one.project.solution),
    Field("nouveaute", "Ce qui est nouveau ici ; vide si c’est gardé privé", lambda one: one.public("novelty")),
    Field("beneficiaires", "Bénéficiaires ; vide si c’est gardé privé", lambda one: one.public("beneficiaries")),
    Field("modele_economique", "Modèle économique ; vide si c’est gardé privé", lambda one: one.public("model")),
    Field("emplois_etp", "Emplois en équivalent temps plein ; vide si c’est gardé privé ou pas connu",
          lambda one: one.public("jobs") / 10 if one.public("jobs") else ""),
    Field("commune", "Nom de la commune principale", lambda one: one.project.seat.name if one.project.seat else ""),
    Field("code_commune", "Code officiel géographique de cette commune",
          lambda one: one.project.seat.code if one.project.seat else ""),
    Field("territoires", "Territoires d’action (nature et code : epci-200067361, region-53…)",
          lambda one: list(one.project.territories)),
    Field("site", "Adresse du site", lambda one: one.project.website),
    Field("publie_le", "Jour de la première publication",
          lambda one: one.project.published_at and one.project.published_at.date()),
    Field("modifie_le", "Dernière modification", lambda one: one.project.changed_at.isoformat(timespec="seconds")),
)  # fmt: skip


def read_for_machines(ids: Sequence[int]) -> Iterator[Read]:
    """These projects as they are published, some hundreds at a time; what is hidden meanwhile is left out."""
    themes = dict(Theme.objects.values_list("code", "label"))
    for start in range(0, len(ids), _CHUNK):
        chunk = projects_of(ids[start : start + _CHUNK])
        partners: dict[int, list[str]] = {}
        consortia = set()
        confirmed = ProjectPartner.objects.confirmed().filter(project__in=chunk)
        for one in confirmed.select_related("organisation").order_by("pk"):
            if one.organisation.publishable:
                partners.setdefault(one.project_id, []).append(one.organisation.name)
            if one.role == PartnerRole.CARRIER:
                consortia.add(one.project_id)
        for project in chunk:
            yield Read(project, themes, project.pk in consortia, partners.get(project.pk, ()))


def rows_of(ids: Sequence[int]) -> Iterator[list[Any]]:
    """The lines of an export."""
    for one in read_for_machines(ids):
        yield [field.value(one) for field in FIELDS]


def published(project: Project) -> dict[str, Any]:
    """The twin of the public page; empty when the project is not shown."""
    return next(({field.name: field.value(one) for field in FIELDS} for one in read_for_machines([project.pk])), {})
