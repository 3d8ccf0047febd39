"""What the tests of the community share."""

import pytest

from accelerator.community.operations.founding import FACTS, _place_key, _rows
from accelerator.geography.models import Place


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
