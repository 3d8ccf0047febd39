"""Roles: given, and who may what."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from accelerator.community.models import Role
from accelerator.community.operations.people import grant_role
from accelerator.community.states import RoleName
from accelerator.workflow import Refused
from tests import factories


def test_a_role_is_given_once(perform: Callable[..., Any], at: datetime) -> None:
    person, organisation = factories.person(), factories.organisation()
    role = perform(grant_role, person=person, name=RoleName.MANAGER, organisation=organisation, by=person, at=at)
    assert role.started_at == at
    with pytest.raises(Refused, match="a déjà un rôle dans cette organisation : Gestionnaire"):
        perform(grant_role, person=person, name=RoleName.MEMBER, organisation=organisation, by=person, at=at)
    assert Role.objects.current().filter(person=person).count() == 1
