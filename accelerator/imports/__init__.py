"""WHAT IS BROUGHT TO THE ORGANISATIONS: from what the registers' files say, and from lists, to their records.

Vocabulary
----------
import  a run (`registers.models.Run`), from its files to the index of search: one at a time, resumed after a death.
block   the rows that are handed over in one transaction.
list    a spreadsheet of organisations that someone publishes; how its columns are read is kept with its source.
reject  a row, or a value, that is left aside: where, why, and what became of it.

Invariants
----------
* A register replaces only what came from itself, unconfirmed, or what nobody ever said (docs/rules/registres.md).
* What a list enters with a SIREN that no register spoke of is not published (decision 8).
* The records bear the moment at which their run began: a run that died before its index is indexed by the next.
* `community` knows nothing of this; what a register says of one number, when one asks, is read there.
"""
