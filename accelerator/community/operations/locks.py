"""Holding people and organisations still.

Note [Lock order]
Persons first (by number), then organisations (by number): whoever gives or ends a role takes its locks in that order,
and so does the erasure of a person. The row of the organisation is what makes two changes to its people wait for each
other: the rule "someone can always manage" is asked under that lock.
"""

from accelerator.accounts.models import Person
from accelerator.community.models import Organisation
from accelerator.community.states import OrganisationState
from accelerator.workflow import Refused


def lock_person(person: Person) -> Person:
    """Hold a person still; raises `Refused` when the account was erased meanwhile."""
    held = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if held.erased_at or not held.is_active:
        raise Refused("Ce compte n’existe plus.")
    return held


def lock_organisation(organisation: Organisation) -> Organisation:
    """Hold the people of an organisation still; raises `Refused` when the record was merged meanwhile."""
    held = Organisation.objects.select_for_update(no_key=True, of=("self",)).get(pk=organisation.pk)
    if held.state == OrganisationState.MERGED:
        raise Refused(
            "Cette fiche vient d’être réunie à une autre : rouvrez-la, vous serez conduit à celle qui la remplace."
        )
    return held
