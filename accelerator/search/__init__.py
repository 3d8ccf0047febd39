"""HOW IT IS FOUND: folded French full text, typo correction, facets, bounded ranking. One mechanism, many uses.

See `docs/rules/recherche.md` for how a question becomes an answer, with worked examples.
"""
