"""A book of rules: written once, asked twice, refused with the reason."""

from dataclasses import dataclass
from typing import Any

import pytest

from accelerator.journal import System
from accelerator.workflow import Refused
from accelerator.workflow.rules import Rules


@dataclass(frozen=True)
class Standing:
    person: Any
    owns: bool = False


BOOK: Rules[Standing] = Rules("gardens")


@BOOK.rule("gardens.dig")
def dig(standing: Standing) -> str | None:
    return None if standing.owns else "Seul qui tient ce jardin le bêche."


@BOOK.rule("gardens.look")
def look(standing: Standing) -> str | None:
    return None


def test_a_rule_says_why_not_and_the_operation_refuses_with_it() -> None:
    assert BOOK.reason_within("gardens.dig", Standing("camille", owns=True)) is None
    assert BOOK.reason_within("gardens.dig", Standing("camille")) == "Seul qui tient ce jardin le bêche."
    BOOK.require_within("gardens.dig", Standing("camille", owns=True))
    with pytest.raises(Refused, match="Seul qui tient ce jardin"):
        BOOK.require_within("gardens.dig", Standing("camille"))


def test_a_system_may_what_is_known_only() -> None:
    BOOK.require_within("gardens.dig", Standing(System("night")))
    for person in ("camille", System("night")):
        with pytest.raises(LookupError, match=r"gardens\.fly.*gardens\.dig, gardens\.look"):
            BOOK.reason_within("gardens.fly", Standing(person))


def test_a_page_reads_what_is_allowed() -> None:
    assert BOOK.allowed(Standing("camille")) == {"dig": False, "look": True}
    assert BOOK.allowed(Standing("camille"), ["gardens.look"]) == {"look": True}


@pytest.mark.parametrize(("name", "said"), [("gardens.dig", "deux fois"), ("houses.dig", "n’est pas de gardens")])
def test_a_name_is_written_once_in_the_book_of_its_subject(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        BOOK.rule(name)(dig)
    assert BOOK.names() == ["gardens.dig", "gardens.look"]
