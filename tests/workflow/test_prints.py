"""What was read is what is done, or it is said."""

from datetime import date
from types import SimpleNamespace

from accelerator.workflow.prints import changed_meanwhile, print_of


def test_what_is_alike_has_one_print_and_what_differs_another() -> None:
    assert print_of({"b": 1, "a": [date(2026, 11, 27)]}) == print_of({"a": [date(2026, 11, 27)], "b": 1})
    seen = [print_of(value) for value in ("", None, [], "1", 1, [1], {"1": 1}, date(2026, 1, 1), False)]
    assert len(set(seen)) == len(seen)


def test_an_object_is_its_number() -> None:
    assert print_of(SimpleNamespace(pk=46)) == print_of(46)


def test_only_what_someone_else_changed_and_is_not_what_is_saved_is_told() -> None:
    seen = {name: print_of("before") for name in ("kept", "theirs", "same", "mine")}
    thing = SimpleNamespace(kept="before", theirs="theirs", same="after", mine="before", unread="there")
    values = {"kept": "before", "theirs": "mine", "same": "after", "mine": "mine", "unread": "mine"}
    assert changed_meanwhile(thing, values, seen) == ["theirs", "unread"]
