"""The public register of labels: what is asked, what answers, what is exported and published for machines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from accelerator.community.models import Organisation
from accelerator.community.queries.organisation import of_record
from accelerator.geography.models import Place
from accelerator.geography.perimeters import sentences_of
from accelerator.labels.models import Category, Label, Member
from accelerator.labels.search import LABELS
from accelerator.labels.states import LabelNature, MemberState, Precision, ToldState
from accelerator.search.directory import PlaceNames, PublicDirectory, Shown, Things
from accelerator.search.questions import Filter, PublicQuestion
from accelerator.workflow.kept import Given, Kept
from accelerator.workflow.ordering import alphabetical

REGISTER: Final = PublicDirectory(
    LABELS,
    Label,
    Things(
        "label",
        "labels",
        "de labels",
        "ceux",
        "Aucun label",
        "dont le titulaire",
        "Plus récents",
        ("nouveau label", "nouveaux labels"),
    ),
    unfolded=frozenset({"categorie", "etat"}),
    acts_on="perimeter",
)
# The category of the labels that territories have.
TERRITORY: Final = "territoire"
_CHUNK: Final = 500
_ABOUT_MOST: Final = 12
HIDDEN: Final = "Une organisation qui ne se montre pas au public"


class LabelQuestion(PublicQuestion):
    """A search of the register."""

    FILTERS = {
        "categorie": Filter("Catégorie"),
        "etat": Filter("État", ToldState),
        "region": Filter("Région"),
        "departement": Filter("Département"),
        "depuis": Filter("Attribué en"),
        "nature": Filter("Nature", LabelNature),
    }


@dataclass(frozen=True)
class Result:
    """One label of the page."""

    label: Label
    holder: str
    where: str
    state: ToldState
    distance: float | None = None


def register(question: LabelQuestion) -> Shown[LabelQuestion, Result]:
    """Answer a question of the register, in at most ten queries whatever the number of results."""
    matches = REGISTER.match(question)
    labels = labels_of(matches.ids)
    places = PlaceNames.read(key for one in labels for key in one.perimeter)
    near = matches.near
    results = [
        Result(
            label=one,
            holder="" if one.organisation and one.organisation.name == one.shown_title else held_by(one),
            where=places.where(one.seat if one.holder_is_shown and not one.perimeter else None, one.perimeter),
            state=one.told_state,
            distance=_distance(one, near.distances) if near else None,
        )
        for one in labels
    ]
    named = {
        "categorie": dict(Category.objects.order_by(alphabetical("title")).values_list("code", "plural")),
        **places.labels(),
    }
    return matches.shown(results, named, places)


def _distance(label: Label, distances: Mapping[str, float]) -> float | None:
    """In kilometres, to the commune of a holder that may be shown, for what has no territory."""
    if label.seat_id is None or label.perimeter or not label.holder_is_shown:
        return None
    return distances.get(label.seat_id)


def labels_of(ids: Sequence[int]) -> list[Label]:
    """The labels of these numbers, in their order."""
    found = Label.objects.select_related("organisation", "category", "seat__departement").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def held_by(label: Label) -> str:
    """Who holds it, for the public."""
    if label.organisation is None:
        return "Titulaire non connu à ce jour"
    return label.organisation.name if label.holder_is_shown else HIDDEN


def labels_about(organisation: Organisation) -> list[Label]:
    """The labels that an organisation holds or held, or of whose collective it said that it is; the latest first."""
    return _ABOUT(organisation.pk)


def _about() -> QuerySet[Label]:
    member = Member.objects.filter(of_record(Given(0)), state=MemberState.CONFIRMED).values("candidacy")
    about = Label.objects.filter(of_record(Given(0)) | Q(candidacy__in=member))
    return about.select_related("category", "organisation").order_by("-period", "-pk")[:_ABOUT_MOST]


_ABOUT: Final = Kept(_about)


def labels_touching(place: Place) -> list[Label]:
    """The labels of territories that hold a place or a part of it, those in force and the historic ones, by title."""
    return sorted(_TOUCHING([place.key], list(place.cover)), key=lambda one: (one.shown_title, one.pk))


def _touching() -> Any:
    touching = Q(perimeter_cover__contains=Given(0)) | Q(perimeter__overlap=Given(1))
    found = Label.objects.standing().filter(category__code=TERRITORY).filter(touching)
    told = ("title", "number", "public_id", "nature", "state", "withdrawn_as", "holder")
    return found.select_related("organisation").only(*told, "organisation__name", "organisation__publishable")


_TOUCHING: Final = Kept(_touching)


def territories_labelled(most: int = 60) -> list[tuple[Label, str]]:
    """The labels of territories that stand, the historic ones among them, by title, each with its perimeter in French
    (empty when it is not known). The register has them all.
    """
    standing = Label.objects.standing().filter(category__code=TERRITORY).select_related("organisation")
    found = list(standing.order_by(alphabetical("title"), "pk")[:most])
    return list(zip(found, sentences_of([one.perimeter for one in found]), strict=True))


# For machines


@dataclass(frozen=True)
class Read:
    """A label as it is published, with what surrounds it."""

    label: Label
    criteria: str
    members: Sequence[str]
    places: Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """A published field: its name, its type and pattern in a Table Schema, what it means, what it is read from."""

    name: str
    type: str
    meaning: str
    value: Callable[[Read], Any]
    required: bool = False
    values: tuple[str, ...] = ()


def _holder(one: Read) -> Organisation | None:
    return one.label.organisation if one.label.holder_is_shown else None


def _seat(one: Read) -> Place | None:
    return one.label.seat if one.label.holder_is_shown else None


# In the order of the columns of exports.
FIELDS: Final = (
    Field("identifiant", "string", "Identifiant sur la plateforme, qui ne change jamais",
          lambda one: one.label.public_id, required=True),
    Field("numero", "string", "Numéro du label", lambda one: one.label.number, required=True),
    Field("titre", "string", "Ce qui est labellisé ; son numéro si le titulaire ne se montre pas au public",
          lambda one: one.label.shown_title, required=True),
    Field("categorie", "string", "Code de la catégorie", lambda one: one.label.category.code, required=True),
    Field("categorie_libelle", "string", "La catégorie, en clair", lambda one: one.label.category.title, required=True),
    Field("nature", "string", "real : label ; historic : fait de 2018-2019, sourcé, qui ne produit plus d’effet ici ; "
          "demonstration : fictif", lambda one: one.label.nature, required=True, values=tuple(LabelNature.values)),
    Field("etat", "string", "active : en vigueur ; suspended : suspendu ; abrogated : abrogé ; withdrawn : retiré ; "
          "expired : arrivé à son terme ; historic : historique", lambda one: one.label.told_state.value, required=True,
          values=tuple(ToldState.values)),
    Field("etat_libelle", "string", "L’état, en clair", lambda one: str(one.label.told_state.label), required=True),
    Field("titulaire", "string", "Organisation titulaire, ou chef de file du collectif",
          lambda one: holder.name if (holder := _holder(one)) else ""),
    Field("titulaire_siren", "string", "Son SIREN, vide s’il n’est pas connu",
          lambda one: (holder.siren or "") if (holder := _holder(one)) else ""),
    Field("membres", "array", "Membres du collectif qui l’ont confirmé", lambda one: list(one.members)),
    Field("depuis", "date", "Premier jour (le premier du mois quand seul le mois est connu : voir depuis_precision)",
          lambda one: one.label.period.lower.isoformat(), required=True),
    Field("depuis_precision", "string", "day : le jour est connu ; month : le mois seulement",
          lambda one: one.label.since_precision, required=True, values=tuple(Precision.values)),
    Field("jusqu_au", "date", "Dernier jour compris ; vide quand il n’est pas connu",
          lambda one: last.isoformat() if (last := one.label.last_day) else ""),
    Field("referentiel", "string", "Version des critères sous laquelle il a été attribué", lambda one: one.criteria),
    Field("territoires", "array", "Territoires (nature et code : epci-200067361, region-53…)",
          lambda one: list(one.label.perimeter)),
    Field("territoires_libelles", "array", "Leurs noms, dans le même ordre",
          lambda one: [one.places.get(key, key) for key in one.label.perimeter]),
    Field("commune", "string", "Commune du titulaire", lambda one: seat.name if (seat := _seat(one)) else ""),
    Field("code_commune", "string", "Code officiel géographique de cette commune",
          lambda one: seat.code if (seat := _seat(one)) else ""),
    Field("renouvelle", "string", "Identifiant du label qu’il renouvelle, vide sinon",
          lambda one: one.label.renews.public_id if one.label.renews else ""),
    Field("sources", "array", "Adresses des sources, pour un label historique",
          lambda one: [source["url"] for source in one.label.sources if source.get("url")]),
)  # fmt: skip


def read_for_machines(ids: Sequence[int]) -> Iterator[Read]:
    """These labels as they are published, some hundreds at a time."""
    related = ("organisation", "category", "seat", "criteria_set", "renews")
    for start in range(0, len(ids), _CHUNK):
        found = Label.objects.select_related(*related).in_bulk(ids[start : start + _CHUNK])
        chunk = [found[pk] for pk in ids[start : start + _CHUNK] if pk in found]
        members: dict[int, list[str]] = {}
        confirmed = Member.objects.filter(
            candidacy__in={one.candidacy_id for one in chunk if one.candidacy_id}, state=MemberState.CONFIRMED
        )
        for one in confirmed.select_related("organisation").order_by("pk"):
            if one.organisation.publishable:
                members.setdefault(one.candidacy_id, []).append(one.organisation.name)
        keys = {key for one in chunk for key in one.perimeter}
        places = dict(Place.objects.filter(pk__in=keys).values_list("key", "name")) if keys else {}
        for label in chunk:
            criteria = f"{label.category.title}, version {label.criteria_set.number}"
            yield Read(label, criteria, members.get(label.candidacy_id or 0, ()), places)


def rows_of(ids: Sequence[int]) -> Iterator[list[Any]]:
    """The lines of an export."""
    for one in read_for_machines(ids):
        yield [field.value(one) for field in FIELDS]


def published(label: Label) -> dict[str, Any]:
    """The fields of one label, for the twin of its page."""
    return next({field.name: field.value(one) for field in FIELDS} for one in read_for_machines([label.pk]))


def table_schema(home: str) -> dict[str, Any]:
    """The description of the exports, in Table Schema (https://specs.frictionlessdata.io/table-schema/)."""
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": "registre-des-labels",
        "title": "Registre des labels French IMPACT",
        "homepage": home,
        "version": "1.0.0",
        "fields": [
            {
                "name": field.name,
                "type": field.type,
                "description": field.meaning,
                "constraints": {
                    **({"required": True} if field.required else {}),
                    **({"enum": list(field.values)} if field.values else {}),
                },
            }
            for field in FIELDS
        ],
        "missingValues": [""],
        "primaryKey": ["identifiant"],
    }


def numbered_by(size: int) -> list[int]:
    """The thousands (`size`) of numbers that hold a label, from 1, and the first in any case."""
    numbers = Label.objects.annotate(file=(F("pk") - 1) / size + 1).values_list("file", flat=True)
    return sorted({1, *numbers.distinct()})
