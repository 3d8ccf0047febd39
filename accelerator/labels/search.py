"""What search knows of a label: its words, its facets, its places, its prominence (docs/rules/vie-d-un-label.md).

Words, by weight: its title, its number, who holds it (A); its category, its défis (B); the actions of its road map (C);
where it is, its members (D). A label of a demonstration is found too: it says that it is one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Any, Final

from django.db.models import Q, QuerySet

from accelerator.geography.models import Place, PlaceKind
from accelerator.labels.models import Action, Challenge, Label, LabelDocument, Member
from accelerator.labels.states import LabelNature, LabelState, MemberState
from accelerator.search.facets import Facet
from accelerator.search.index import Index
from accelerator.search.prominence import most_prominent_first, sum_of
from accelerator.search.rebuild import rebuild
from accelerator.search.types import Entry

LABELS: Final = Index(
    "labels",
    LabelDocument,
    facets=(
        Facet("categorie", values=60),
        Facet("etat", values=7),
        Facet("nature", values=3),
        Facet("region", values=24, multiple=True),
        Facet("departement", values=127),
        Facet("depuis", values=120),
    ),
)
# In hundredths: what is in force comes before what was.
_PROMINENCE: Final = (
    (50, Q(nature=LabelNature.REAL)),
    (30, Q(state=LabelState.ACTIVE)),
    (10, Q(state=LabelState.SUSPENDED)),
    (10, Q(candidacy__isnull=False)),
)


def refresh(*labels: Label) -> None:
    """Write again what search knows of labels, in the transaction of what changes them."""
    refresh_ids([label.pk for label in labels])


def refresh_ids(ids: Collection[int]) -> None:
    """The same by their numbers, read a chunk at a time."""
    LABELS.write_again(ids, Entries())


def rebuild_labels() -> int:
    """Write the whole index again; return how many labels it has. Opens its own transactions."""
    return rebuild(LABELS, _the_most_prominent_first, Entries)


def _the_most_prominent_first() -> Sequence[int]:
    return most_prominent_first(_rated(Label.objects.all()))


def _rated(labels: QuerySet[Label]) -> QuerySet[Any]:
    """With their prominence, in hundredths."""
    return labels.annotate(points=sum_of(_PROMINENCE))


class Entries:
    """Reads the entries of labels, in a few queries whatever their number; one for each use."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}

    def __call__(self, ids: Sequence[int]) -> list[Entry]:
        """The entries of these labels, in this order."""
        related = ("organisation", "category", "candidacy")
        found = {one.pk: one for one in _rated(Label.objects.filter(pk__in=list(ids)).select_related(*related))}
        candidacies = {one.candidacy_id for one in found.values() if one.candidacy_id}
        self._learn(found.values())
        said = _said_of(candidacies) if candidacies else {}
        return [self._entry(found[pk], said.get(found[pk].candidacy_id, _NOTHING)) for pk in ids if pk in found]

    def _learn(self, labels: Iterable[Label]) -> None:
        keys = {key for one in labels for key in (*one.perimeter, *one.perimeter_cover)}
        keys |= {one.seat_id for one in labels if one.seat_id}
        self._read(keys)
        self._read({key for one in labels if one.seat_id for key in self._places[one.seat_id].cover})

    def _read(self, keys: set[str]) -> None:
        if lacking := keys - self._places.keys():
            columns = ("key", "kind", "code", "name", "departement_id", "cover")
            self._places |= Place.objects.only(*columns).in_bulk(lacking)

    def _entry(self, one: Any, said: "_Said") -> Entry:
        seat = self._places.get(one.seat_id) if one.seat_id and one.holder_is_shown else None
        covering = sorted({*one.perimeter_cover, *(seat.cover if seat else ())})
        around = [self._places[key] for key in covering if key in self._places]
        holder = one.organisation if one.holder_is_shown else None
        return Entry(
            id=one.pk,
            name=one.shown_title,
            titles=[one.number, *([holder.name, holder.acronym] if holder else [])],
            summary=[one.category.title, *said.challenges],
            body=said.actions,
            context=[" ".join(place.name for place in around if place.kind != PlaceKind.PAYS), *said.members],
            facets={
                "categorie": [one.category.code],
                "etat": [one.told_state],
                "nature": [one.nature],
                "region": sorted(place.code for place in around if place.kind == PlaceKind.REGION),
                "departement": self._departement(seat, one.perimeter),
                "depuis": [str(one.period.lower.year)],
            },
            places=(*covering, *(f"agit-{key}" for key in one.perimeter)),
            prominence=one.points / 100,
            dated_at=datetime.combine(one.period.lower, time(12), UTC),
        )

    def _departement(self, seat: Place | None, territories: Sequence[str]) -> list[str]:
        """The one where it is counted on the map: that of its first territory that has one, else its holder's."""
        for key in territories:
            place = self._places.get(key)
            if place and place.kind == PlaceKind.DEPARTEMENT:
                return [place.code]
            if place and place.departement_id:
                return [place.departement_id.partition("-")[2]]
        return [seat.departement_id.partition("-")[2]] if seat and seat.departement_id else []


class _Said:
    """The words of a road map, and who takes part in it."""

    def __init__(self) -> None:
        self.challenges: list[str] = []
        self.actions: list[str] = []
        self.members: list[str] = []


_NOTHING: Final = _Said()


def _said_of(candidacies: Collection[int]) -> dict[int, _Said]:
    """What the candidacies tell to all, in three queries."""
    said: dict[int, _Said] = defaultdict(_Said)
    challenges = Challenge.objects.filter(candidacy__in=candidacies).order_by("candidacy", "position")
    for candidacy, title, text in challenges.values_list("candidacy", "title", "text"):
        said[candidacy].challenges += [title, text]
    actions = Action.objects.filter(challenge__candidacy__in=candidacies).order_by("pk")
    for candidacy, title in actions.values_list("challenge__candidacy", "title"):
        said[candidacy].actions.append(title)
    members = Member.objects.filter(candidacy__in=candidacies, state=MemberState.CONFIRMED)
    members = members.filter(organisation__publishable=True).order_by("pk")
    for candidacy, name in members.values_list("candidacy", "organisation__name"):
        said[candidacy].members.append(name)
    return said
