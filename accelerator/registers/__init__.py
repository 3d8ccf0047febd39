"""WHAT THE PUBLIC REGISTERS SAY: asked one by one (`clients`), or loaded from the files that they publish.

Vocabulary
----------
identifier     a SIREN, a SIRET, an RNA or an AMALIA number, understood and checked (`identifiers`).
company        a legal unit, as the company register gives it: only what a record needs, and nobody's name.
establishment  a SIRET and its commune.

Invariants
----------
* Officers are neither stored nor even asked for; the name of a natural person is never taken (decision 8).
* What a register says is kept beside what people say: this subject knows nothing of the organisations of `community`.
"""
