"""What search knows of a project: its words, its facets, its places, its prominence (docs/rules/projets.md).

Words, by weight: its name (A); what it is in one sentence, its themes, its challenges (B); the need, the answer, and
what else it makes public (C); where it acts, who carries it (D). A private part gives no word.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from django.db.models import BooleanField, Case, IntegerField, Q, QuerySet, Value, When

from accelerator.community.models import Theme
from accelerator.community.states import Family
from accelerator.geography.models import Place, PlaceKind
from accelerator.projects.models import Project, ProjectDocument, ProjectPartner
from accelerator.projects.states import Carrier, Goal, Maturity, Need, PartnerRole, ProjectState
from accelerator.search.facets import Facet
from accelerator.search.index import Index
from accelerator.search.prominence import most_prominent_first, sum_of
from accelerator.search.rebuild import rebuild
from accelerator.search.types import Entry

PROJECTS: Final = Index(
    "projects",
    ProjectDocument,
    facets=(
        Facet("famille", values=5, multiple=True),
        Facet("theme", values=50, multiple=True),
        Facet("odd", values=17, multiple=True),
        Facet("region", values=24, multiple=True),
        Facet("departement", values=127),
        Facet("maturite", values=4),
        Facet("besoin", values=5, multiple=True),
        Facet("porteur", values=3),
    ),
    watched=True,
)
# In hundredths: how much is told. Never paid, never chosen.
_PROMINENCE: Final[tuple[tuple[int, Q], ...]] = (
    (15, ~Q(summary="")),
    (15, ~Q(problem="")),
    (15, ~Q(solution="")),
    (10, ~Q(novelty="")),
    (10, ~Q(proof="")),
    (15, Q(organisation__isnull=False)),
    (10, ~Q(themes=[])),
    (5, ~Q(website="")),
    (5, ~Q(model="")),
)


def refresh(project: Project) -> None:
    """Write again what search knows of a project, in the transaction of what changes it; one not shown leaves it."""
    entries = Entries()([project.pk])
    if entries:
        PROJECTS.put(entries)
    else:
        PROJECTS.remove([project.pk])


def refresh_ids(ids: Collection[int]) -> None:
    """The same for many, read a chunk at a time."""
    PROJECTS.write_again(ids, Entries())


def rebuild_projects() -> int:
    """Write the whole index again; return how many projects it has. Opens its own transactions."""
    return rebuild(PROJECTS, the_most_prominent_first, Entries)


def the_most_prominent_first() -> Sequence[int]:
    """Every listed project."""
    return most_prominent_first(_rated(Project.objects.listed()))


def _rated(projects: QuerySet[Project]) -> QuerySet[Any]:
    """With their prominence, in hundredths; it is halved when the project has ended."""
    points = sum_of(_PROMINENCE)
    ended = When(state=ProjectState.ENDED, then=(points + Value(1)) / Value(2))
    return projects.annotate(points=Case(ended, default=points, output_field=IntegerField()))


class Entries:
    """Reads the entries of projects, in a few queries whatever their number; one for each use."""

    def __init__(self) -> None:
        self._themes = Theme.objects.in_bulk()
        self._places: dict[str, Place] = {}

    def __call__(self, ids: Sequence[int]) -> list[Entry]:
        """The entries of the listed ones among these, in this order."""
        consortium = ProjectPartner.objects.confirmed().filter(role=PartnerRole.CARRIER)
        in_consortium = Case(
            When(pk__in=consortium.values("project"), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        read = _rated(Project.objects.listed().filter(pk__in=list(ids)).select_related("organisation"))
        found = {project.pk: project for project in read.annotate(in_consortium=in_consortium)}
        self._learn(found.values())
        return [self._entry(found[pk]) for pk in ids if pk in found]

    def _learn(self, projects: Iterable[Any]) -> None:
        keys = {key for one in projects for key in (*one.territories, *one.territories_cover)}
        keys |= {one.seat_id for one in projects if one.seat_id}
        self._read(keys)
        self._read({key for one in projects if one.seat_id for key in self._places[one.seat_id].cover})

    def _read(self, keys: set[str]) -> None:
        if lacking := keys - self._places.keys():
            columns = ("key", "kind", "code", "name", "departement_id", "cover")
            self._places |= Place.objects.only(*columns).in_bulk(lacking)

    def _entry(self, one: Any) -> Entry:
        seat = self._places[one.seat_id] if one.seat_id else None
        covering = sorted({*one.territories_cover, *(seat.cover if seat else ())})
        around = [self._places[key] for key in covering if key in self._places]
        themes = [self._themes[code] for code in one.themes if code in self._themes]
        organisation = one.organisation if one.organisation and one.organisation.publishable else None
        public = [getattr(one, name) for name in ("novelty", "beneficiaries", "stakeholders") if not one.hides(name)]
        needs = [] if one.hides("needs") else one.needs
        return Entry(
            id=one.pk,
            name=one.title,
            summary=[
                one.summary,
                " ".join(theme.label for theme in themes),
                " ".join(str(Family(family).label) for family in one.families),
            ],
            body=[
                one.problem,
                one.solution,
                *public,
                " ".join(word for theme in themes for word in theme.words),
            ],
            context=[
                " ".join(place.name for place in around if place.kind != PlaceKind.PAYS),
                *([organisation.name, organisation.acronym] if organisation else []),
            ],
            facets={
                "famille": [code for code in one.families if code in Family.values],
                "theme": [theme.code for theme in themes],
                "odd": [code for code in one.goals if code in Goal.values],
                "region": sorted(place.code for place in around if place.kind == PlaceKind.REGION),
                "departement": self._departement(seat, one.territories),
                "maturite": [one.maturity] if one.maturity in Maturity.values else [],
                "besoin": [need for need in needs if need in Need.values],
                "porteur": [carrier_of(one, in_consortium=one.in_consortium)],
            },
            places=(*covering, *(f"agit-{key}" for key in one.territories)),
            prominence=one.points / 100,
            dated_at=one.published_at,
        )

    def _departement(self, seat: Place | None, territories: Sequence[str]) -> list[str]:
        """The one where it is counted on the map: its main commune's, else that of its first territory that has one."""
        if seat:
            return [seat.departement_id.partition("-")[2]] if seat.departement_id else []
        for key in territories:
            place = self._places.get(key)
            if place and place.kind == PlaceKind.DEPARTEMENT:
                return [place.code]
            if place and place.departement_id:
                return [place.departement_id.partition("-")[2]]
        return []


def carrier_of(project: Project, *, in_consortium: bool) -> Carrier:
    """Who carries it: a consortium has a chef de file and a co-carrier that confirmed."""
    if project.organisation_id is None:
        return Carrier.PERSON
    return Carrier.CONSORTIUM if in_consortium else Carrier.ORGANISATION
