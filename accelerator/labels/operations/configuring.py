"""Categories as configuration: what a file says of one is entered, and changed by the next version of the file."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from accelerator.calls.models import Call
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.labels.composition import Composition
from accelerator.labels.criteria import criteria_of, faults_of
from accelerator.labels.events import CALL_ATTACHED, CATEGORY_CHANGED, CATEGORY_LOADED, CRITERIA_PUBLISHED
from accelerator.labels.models import Category, CriteriaSet
from accelerator.labels.states import Holder
from accelerator.workflow import Refused, operation

PURPOSE: Final = "labels.award"
# Words of addresses under /labels/ that are not a category.
_TAKEN: Final = ("candidatures", "categories", "registre", "reutiliser", "suivi", "procedures", "verifier")
_TOLD: Final = (
    *("title", "plural", "holder", "summary", "brings", "decides", "duration_months", "answer_days", "reminders"),
    *("member_days", "member_reminder_days", "retrait_months", "retrait_law", "fraud_law"),
    *("opinions", "composition", "challenges_wanted", "defaults", "sources", "position"),
)


@operation
def load_category(*, written: Mapping[str, Any], by: Actor, at: datetime) -> Category:
    """Enter a category, or change it to what a file now says; the same file twice changes nothing.

    Criteria that differ from those in force become a new version, from the day that the file says: what was published
    never changes, and a label is read under the criteria of its award. Raises `Refused` with what is to be mended.
    """
    if faults := _faults(written):
        raise Refused(" ".join(faults))
    values = {name: written[name] for name in _TOLD if name in written}
    known = Category.objects.select_for_update().filter(code=written["code"]).first()
    if known is None:
        known = Category.objects.create(code=written["code"], **values)
        record(CATEGORY_LOADED.code, known, by=by, at=at, category=known.title)
    elif changed := [name for name, value in values.items() if getattr(known, name) != value]:
        for name in changed:
            setattr(known, name, values[name])
        known.save(update_fields=changed)
        record(CATEGORY_CHANGED.code, known, by=by, at=at, category=known.title, values=", ".join(changed))
    _publish_criteria(known, written["criteria_set"], by, at)
    return known


def _faults(written: Mapping[str, Any]) -> list[str]:
    """What is wrong in a file, in French; nothing of it is entered then."""
    missing = [
        name for name in ("code", "title", "plural", "holder", "summary", "criteria_set") if not written.get(name)
    ]
    if missing:
        return [f"Il manque : {', '.join(missing)}."]
    faults = []
    if written["holder"] not in Holder.values:
        faults.append(f"« {written['holder']} » : holder est {', '.join(Holder.values)}.")
    if re.search(r"(^|-)[0-9a-f]{12}$", written["code"]) or written["code"] in _TAKEN:
        faults.append(f"« {written['code']} » : ce code est l’adresse d’autre chose.")
    try:
        Composition.from_json(written.get("composition", {}))
        if not all(one["who"] and int(one["days"]) > 0 for one in written.get("opinions", ())):
            faults.append("Un avis se demande à un service, et se donne un délai en jours.")
        faults += faults_of(criteria_of(written["criteria_set"]["criteria"]))
        date.fromisoformat(written["criteria_set"]["since"])
    except (KeyError, TypeError, ValueError) as error:
        return [*faults, f"Ce fichier n’a pas la forme attendue : {error}."]
    if not written["criteria_set"].get("why"):
        faults.append("Une version des critères dit ce qu’elle change, et pourquoi.")
    return faults


def _publish_criteria(category: Category, written: Mapping[str, Any], by: Actor, at: datetime) -> None:
    in_force = category.criteria_sets.filter(since__isnull=False, until__isnull=True).first()
    criteria, documents = list(written["criteria"]), list(written.get("documents", ()))
    if in_force is not None and (in_force.criteria, in_force.documents) == (criteria, documents):
        return
    since = date.fromisoformat(written["since"])
    if in_force is not None:
        if in_force.since is not None and since <= in_force.since:
            raise Refused("Une nouvelle version des critères vaut à partir d’un jour après celle en vigueur.")
        in_force.until = since
        in_force.save(update_fields=["until"])
    number = category.criteria_sets.count() + 1
    CriteriaSet.objects.create(
        category=category, number=number, criteria=criteria, documents=documents, since=since, why=written["why"]
    )
    record(CRITERIA_PUBLISHED.code, category, by=by, at=at, number=number, why=written["why"])


@operation
def attach_call(*, category: Category, call: Call, by: Actor, at: datetime) -> Category:
    """Make a permanent call that of a category; its own already, nothing changes.

    Raises `Refused` when it is for something else, or ends: a label is always open.
    """
    held = Category.objects.select_for_update().get(pk=category.pk)
    if held.call_id == call.pk:
        return held
    if call.purpose != PURPOSE:
        raise Refused("Cet appel n’a pas pour objet un label.")
    if not call.is_permanent:
        raise Refused("L’appel d’un label est permanent, lu par vagues : celui-ci se clôt.")
    if Category.objects.filter(call=call).exists():
        raise Refused("Cet appel est déjà celui d’une autre catégorie.")
    held.call = call
    held.save(update_fields=["call"])
    record(CALL_ATTACHED.code, held, call, by=by, at=at, call=call.title)
    return held
