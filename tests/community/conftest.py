"""What the tests of the community share."""

from collections.abc import Iterator
from typing import Any

import pytest

from accelerator.community.operations.founding import FACTS, _place_key, _rows
from accelerator.geography.models import Place
from tests.registers.register_server import Register, running


@pytest.fixture
def places() -> None:
    """The places of the founding facts, while the reference data do not hold them."""
    if Place.objects.exists():
        return
    keys = {_place_key(row) for row in _rows(FACTS / "territories.csv")} - {""}
    for key in sorted(keys):
        kind, code = key.split("-")
        cover = [key, "pays-FR", *(["departement-46"] if code == "200067361" else [])]
        Place.objects.create(key=key, kind=kind, code=code, name=key, folded=key, sort_name=key, cover=cover)


@pytest.fixture
def register(settings: Any) -> Iterator[Register]:
    """The company register, on this machine."""
    with running() as server:
        settings.COMPANY_REGISTER_URL = server.url
        settings.COMPANY_REGISTER_TIMEOUT = 0.5
        yield server
