"""The book of rules of the calls: each is a question asked of what a person is to a call or to a file.

The table for jurists is docs/rules/qui-peut-quoi-appels.md: a test holds the two together.
"""

from typing import Any, Final

from accelerator.workflow.rules import Rules

_RULES: Final[Rules[Any]] = Rules("calls")
rule, names = _RULES.rule, _RULES.names
reason_within, require = _RULES.reason_within, _RULES.require_within
