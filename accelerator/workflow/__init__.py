"""HOW IT CHANGES: transactions that say what they mean, operations, transitions, refusals, limits.

Vocabulary
----------
operation    one verb of the business, one function, keyword-only, with `by` and `at`; it demands a transaction
             that its caller opened (a page, a task, a command) and raises `Refused` with a French sentence.
transition   a passage from some states to one, declared in `states.py` and read aloud by a jurist.
refusal      an ordinary answer, not an error: what was asked cannot be done, and why.
print        a short mark of what someone read: what is done is what was read, or they are told (`prints`).
kept         of a question that pages ask all day long, its SQL; nothing of its answers (`kept`).

Invariants
----------
* The edge opens the transaction (`transaction()`), the operation demands it, reading pages cannot write
  (`read_only()`). What may fail without the rest being undone is a `part()` of it. The transaction of a test does not
  count: a missing one is seen in tests too.
* `move` is the only code that changes a state; it locks, checks the table, and records one event.
* `move` and `Transition` are imported from `workflow.transitions` (they need the journal's table).
* A form sent twice acts once (`submissions`); a limit holds across processes (`limits`); what is asked of the worker
  stands or falls with the transaction that asks (`jobs`).
"""

from accelerator.workflow.refusals import Refused
from accelerator.workflow.transactions import operation, part, read_only, transaction

__all__ = ["Refused", "operation", "part", "read_only", "transaction"]
