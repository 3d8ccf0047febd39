"""WHAT ANYONE FINDS: the national directory, what is asked of it, followed and taken away.

Vocabulary
----------
question      what an address asks of a directory: words, filters, a place.
searched      what a subject lets anyone search (`queries.searched`, an extension point): organisations here.
saved search  a question that a person keeps; its alert tells them what is new, in one mail for all of them.
finding       what is new to a saved search, told once.
export        everything that a question finds, written in a file by the worker, kept two days.
twin          the record of an organisation for machines, with the same fields as an export.

Invariants
----------
* Nothing that is not listed is found, followed or taken away; what is hidden meanwhile is left out.
* What a person asks is theirs alone: it is not written in the journal.
* What an organisation gives to be found is said by `community.search`, which each of its operations calls.
"""
