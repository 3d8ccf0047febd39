"""Things for tests, made in one line; every person is visibly fictitious."""

from itertools import count
from typing import Any

from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.community.models import Organisation, Role
from accelerator.community.states import RoleName

_numbers = count(1)


def person(**values: Any) -> Person:
    """Someone with an account, terms accepted."""
    number = next(_numbers)
    given = {
        "given_name": "Camille",
        "family_name": f"Exemple{number}",
        "email": f"camille{number}@personnes.example",
        "terms_version": "2026-11",
        "terms_accepted_at": timezone.now(),
        "joined_at": timezone.now(),
        **values,
    }
    return Person.objects.create(**given)


def organisation(**values: Any) -> Organisation:
    """An organisation that anyone may see."""
    given = {"name": f"Atelier fictif {next(_numbers)}", "source": "déclaration", **values}
    return Organisation.objects.create(**given)


def role(
    organisation: Organisation | None = None,
    *,
    name: str = RoleName.MANAGER,
    holder: Person | None = None,
    **values: Any,
) -> Role:
    """A current role, its holder made if needed."""
    given = {"started_at": timezone.now(), **values}
    return Role.objects.create(person=holder or person(), organisation=organisation, name=name, **given)
