"""What the tests of the community share."""

import pytest

from accelerator.community.facts import place_keys
from accelerator.geography.models import Place


@pytest.fixture
def places() -> None:
    """The places of the founding facts, while the reference data do not hold them."""
    if Place.objects.exists():
        return
    for key in sorted(place_keys()):
        kind, code = key.split("-")
        cover = [key, "pays-FR", *(["departement-46"] if code == "200067361" else [])]
        Place.objects.create(key=key, kind=kind, code=code, name=key, folded=key, sort_name=key, cover=cover)
