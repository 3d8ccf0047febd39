"""The labels of the historic call, of 2018 and 2019: public facts, each with its source and its date."""

from datetime import date, datetime
from pathlib import Path

from django.db.backends.postgresql.psycopg_any import DateRange

from accelerator.community.facts import FACTS, place_key, place_keys, territories
from accelerator.community.models import Organisation
from accelerator.community.operations.founding import founding_id
from accelerator.community.queries.organisation import canonical
from accelerator.geography.models import Place
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.labels import search
from accelerator.labels.models import Category, CriteriaSet, Label
from accelerator.labels.queries.register import TERRITORY
from accelerator.labels.states import LabelNature, Precision
from accelerator.workflow import Refused, operation

_WAVES = {"2018-10": "Première vague, dite d’octobre 2018", "2019-12": "Deuxième vague, de décembre 2019"}
_CERTAINTY = {
    "sûr": "Périmètre : le nom publié est celui du territoire.",
    "probable": "Périmètre probable : l’ensemble administratif le plus proche du nom publié.",
    "inconnu": "Périmètre non connu : les sources ne le donnent pas.",
}


@operation
def load_historic_labels(*, by: Actor, at: datetime, folder: Path = FACTS) -> int:
    """Enter the 27 labelled territories of the historic call; return how many were added (0 when run again).

    Their duration was never published: they have no end here, and the register says that it is not known. No credential
    is issued for them. Each is linked to the record of its collective, entered with the founding facts.
    Raises `Refused` when the category of the territories is not loaded.
    """
    category = Category.objects.filter(code=TERRITORY).first()
    criteria = CriteriaSet.objects.filter(category=category, since__isnull=False).order_by("number").first()
    if category is None or criteria is None:
        raise Refused("La catégorie des territoires n’est pas chargée : faites-le d’abord (load_label).")
    places = Place.objects.in_bulk(place_keys(folder))
    rows = sorted(territories(folder), key=lambda row: (row["announced_on"], row["name"]))
    ids = {row["name"]: founding_id("territoire", row["name"]) for row in rows}
    organisations = Organisation.objects.select_related("merged_into").in_bulk(ids.values(), field_name="public_id")
    known = set(Label.objects.filter(nature=LabelNature.HISTORIC).values_list("number", flat=True))
    added = []
    for position, row in enumerate(rows, 1):
        number = f"HI-{row['announced_on'][:4]}-{position:03d}"
        if number in known:
            continue
        place, organisation = places.get(place_key(row)), organisations.get(ids[row["name"]])
        start, precision = _day(row["announced_on"])
        label = Label.objects.create(
            public_id=founding_id("label", row["name"]),
            number=number,
            category=category,
            criteria_set=criteria,
            nature=LabelNature.HISTORIC,
            holder=category.holder,
            organisation=canonical(organisation) if organisation else None,
            title=row["name"],
            perimeter=[place.key] if place else [],
            perimeter_cover=sorted(place.cover) if place else [],
            period=DateRange(start, None),
            since_precision=precision,
            sources=[
                {"what": _WAVES[row["wave"]], "url": row["source"], "on": row["announced_on"]},
                {"what": _CERTAINTY[row["perimeter_certainty"]], "url": "", "on": ""},
            ],
        )
        record("labels.historic_loaded", label, *([organisation] if organisation else []), by=by, at=at)
        added.append(label)
    if added:
        search.refresh(*added)
    return len(added)


def _day(announced: str) -> tuple[date, Precision]:
    """The day, or the first of the month when the source gives no day."""
    if len(announced) == len("2019-12"):
        return date.fromisoformat(f"{announced}-01"), Precision.MONTH
    return date.fromisoformat(announced), Precision.DAY
