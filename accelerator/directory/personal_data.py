"""What the directory holds about a person: the searches that they keep, the exports that they asked for."""

from datetime import datetime
from typing import Any

from accelerator.accounts.holdings import PersonalData, register
from accelerator.accounts.models import Person
from accelerator.directory.models import Export, SavedSearch
from accelerator.directory.queries.searched import searched_as
from accelerator.journal import Actor
from accelerator.workflow import operation


def export(person: Person) -> dict[str, Any]:
    """Everything held about the person, in French words."""
    return {
        "recherches enregistrées": [
            {
                "nom": one.name,
                "recherche": one.query,
                "le": one.saved_at,
                "alerte": one.get_rhythm_display(),
                "dans": searched_as(one.things).title,
                "trouvé par l’alerte": _found_by(one),
            }
            for one in SavedSearch.objects.filter(person=person).order_by("pk")
        ],
        "exports demandés": [
            {"recherche": one.name, "adresse": one.query, "format": one.get_kind_display(), "le": one.asked_at}
            for one in Export.objects.filter(person=person).order_by("pk")
        ],
    }


@operation
def erase(*, person: Person, by: Actor, at: datetime) -> None:
    """Forget the searches that the person kept, what was found for them, and their exports."""
    SavedSearch.objects.filter(person=person).delete()
    # Their files, which name nobody, are swept at night.
    Export.objects.filter(person=person).delete()


def _found_by(search: SavedSearch) -> list[str]:
    """The names of what an alert found and may still be found."""
    numbers = list(search.findings.order_by("found_at", "pk").values_list("thing", flat=True))
    named = searched_as(search.things).named(numbers)
    return [named[one].name for one in numbers if one in named]


register(
    PersonalData(
        subject="directory",
        title="Vos organisations",
        models=("directory.SavedSearch", "directory.Export"),
        export=export,
        erase=erase,
    )
)
