"""WHAT THE PUBLIC REGISTERS SAY: asked one by one (`clients`), or loaded from the files that they publish.

Vocabulary
----------
identifier     a SIREN, a SIRET, an RNA or an AMALIA number, understood and checked (`identifiers`).
company        a legal unit, as the company register gives it: only what a record needs, and nobody's name.
establishment  a SIRET and its commune.
unit           a legal unit, as SIRENE's file gives it; never a natural person.
association    an association, as the RNA's files give it: its commune, never its address.
run            one import, from its files to the index of search: counted, resumed after a death, one at a time.
fault          what is wrong in a row: its line, its column, its reason, and what became of it.

Invariants
----------
* Officers are neither stored nor even asked for; the name of a natural person is never taken (decision 8).
* What a register says is kept beside what people say: this subject knows nothing of the organisations of `community`.
"""
