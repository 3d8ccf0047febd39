"""HOW IT IS REMEMBERED: the append-only journal of everything that was done.

Vocabulary
----------
event       one thing that happened: a code, a moment, an actor, the objects it is about, a reason, a few data.
actor       who did it: a person or a named system actor (`System("import-sirene")`); stored as a key, never as a
            name, so that erasing a person leaves the history whole and nameless.
event type  declared once by each subject in its `events.py`: the French sentence and which data are personal.

Invariants
----------
* The database refuses UPDATE, DELETE and TRUNCATE on events. Erasing personal data is the one declared
  exception: `operations.erase` blanks the personal data of an event and nothing else; the trigger checks it.
* An event has an actor; a code that was not declared cannot be recorded.

The outside uses: `declare`, `EventType`, `System`, `Actor`, `ref`, `refs`, `number_in`, `actor_key`,
`operations.record`, `queries.history_of`.
"""

from accelerator.journal.actors import Actor, System, actor_key
from accelerator.journal.types import EventType, declare, number_in, ref, refs

__all__ = ["Actor", "EventType", "System", "actor_key", "declare", "number_in", "ref", "refs"]
