"""A run, from the files to the directory: read, compare, hand over block after block, index. It opens its transactions.

Note [What a death loses]
A block and the counts of the run are written in one transaction. A process that dies loses the block that it was
writing and nothing before: the same command finds what is loaded unchanged, by its digest, and goes on. Organisations
bear the moment at which their run began: those whose index was not written yet are found again by it.

`life` is what every run goes through; `registers` and `lists` are what each reads, and to whom it hands it.
"""
