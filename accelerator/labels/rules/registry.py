"""The book of rules of the labels: each is a question asked of what a person is to a candidacy or to a label.

The tables for jurists are docs/rules/labels.md and docs/rules/vie-d-un-label.md: tests hold them to the book.
"""

from typing import Any, Final

from accelerator.workflow.rules import Rules

_RULES: Final[Rules[Any]] = Rules("labels")
rule, names, demand_known = _RULES.rule, _RULES.names, _RULES.demand_known
reason_within, require_within, allowed = _RULES.reason_within, _RULES.require_within, _RULES.allowed
