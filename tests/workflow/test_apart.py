"""Work on many things: what fails undoes its own alone, is tried again alone, and is told with its name."""

from collections.abc import Sequence

import pytest

from accelerator.community.models import Organisation
from accelerator.journal import ref
from accelerator.workflow.apart import Apart
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("together", "lots"),
    [
        (1, [[0], [1], [2], [3], [4]]),
        (3, [[0, 1, 2], [0], [1], [2], [3, 4]]),
        (9, [[0, 1, 2, 3, 4], [0], [1], [2], [3], [4]]),
    ],
)
def test_one_fault_undoes_its_own_alone(together: int, lots: list[list[int]]) -> None:
    made = [factories.organisation(name=f"L’atelier {n}") for n in range(5)]
    tried: list[list[int]] = []

    def close(some: Sequence[Organisation]) -> int:
        tried.append([made.index(one) for one in some])
        for one in some:
            Organisation.objects.filter(pk=one.pk).update(summary="Vu.")
            if one == made[1]:
                raise RuntimeError("an organisation that cannot be seen to")
        return len(some)

    work = Apart("organisations")
    work.each(iter(made), close, together=together)
    assert tried == lots
    assert work.done == 4
    assert set(Organisation.objects.filter(summary="Vu.")) == {made[0], *made[2:]}
    with pytest.raises(ExceptionGroup, match="organisations: 4 done, 1 could not be") as raised:
        work.finished()
    (fault,) = raised.value.exceptions
    assert fault.__notes__ == [ref(made[1])]


def test_what_went_well_tells_how_much() -> None:
    work = Apart("organisations")
    nobody: list[Organisation] = []
    work.each(nobody, len)
    assert work.finished() == 0
    work.each([factories.organisation(), factories.organisation()], len, together=2)
    assert work.finished() == 2
