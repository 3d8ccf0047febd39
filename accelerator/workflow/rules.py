"""Rules: who may do what, asked by the page to show and by the operation to act.

Each subject has one book of them. A rule is a question asked of a standing, what a person is to a thing at this moment,
read once; its answer is None, or the French sentence that says why not. A table for jurists in `docs/rules/` is held to
the book by a test.
"""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from accelerator.journal import System
from accelerator.workflow.refusals import Refused

# What the rules of a subject look at: it has the `person`. Several kinds of standing may share a book.
Standing = TypeVar("Standing")
Rule = Callable[[Any], str | None]
Written = TypeVar("Written", bound=Rule)


class Rules(Generic[Standing]):
    """The rules of one subject, by name: "calls.submit"."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self._rules: dict[str, Rule] = {}

    def rule(self, name: str) -> Callable[[Written], Written]:
        """Write a rule in the book. Raises `ValueError` for a name given twice, or one of another subject."""
        if name.partition(".")[0] != self.subject:
            raise ValueError(f"La règle {name} n’est pas de {self.subject}.")
        if name in self._rules:
            raise ValueError(f"La règle {name} est déclarée deux fois.")

        def keep(function: Written) -> Written:
            self._rules[name] = function
            return function

        return keep

    def names(self) -> list[str]:
        """Every rule, by name."""
        return sorted(self._rules)

    def demand_known(self, name: str) -> None:
        """Raise `LookupError` for a rule that nobody wrote, with those that are."""
        if name not in self._rules:
            raise LookupError(f"Règle inconnue : {name}. Règles connues : {', '.join(self.names())}.")

    def reason_within(self, name: str, standing: Standing) -> str | None:
        """Why not, or None when they may. A system actor may. Raises `LookupError` for an unknown rule."""
        self.demand_known(name)
        person = standing.person  # type: ignore[attr-defined]  # every standing has one
        return None if isinstance(person, System) else self._rules[name](standing)

    def require_within(self, name: str, standing: Standing) -> None:
        """Raise `Refused` with the reason when this person may not."""
        if reason := self.reason_within(name, standing):
            raise Refused(reason)

    def allowed(self, standing: Standing, asked: Iterable[str] = ()) -> dict[str, bool]:
        """For a page: each rule asked (all of them by default), without its subject -> whether it allows."""
        return {name.partition(".")[2]: self.reason_within(name, standing) is None for name in (asked or self.names())}
