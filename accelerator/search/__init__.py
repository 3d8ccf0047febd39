"""HOW IT IS FOUND: folded French full text, typo correction, facets, bounded ranking. One mechanism, many uses.

See `docs/rules/recherche.md` for how a question becomes an answer, with worked examples, and
`docs/decisions/0027-search.md` for what was measured.

A subject declares a document and an index, once (for instance in `community/search.py`):

    class OrganisationDocument(Document):                       # accelerator.search.models; in models.py
        organisation = models.OneToOneField(Organisation, on_delete=CASCADE, primary_key=True, related_name="+")

    organisations = Index("organisations", OrganisationDocument, [   # accelerator.search.index, .facets
        Facet("kind", values=16, multiple=True), Facet("theme", values=40, multiple=True),
        Facet("departement", values=120), …],                   # 126 bits in all: values if multiple, else log2
        bearing=who_bears)                                      # registration numbers, if its things have some

    organisations.put([Entry(id=…, name=…, titles=[…], summary=[…], facets={"kind": […]}, places=cover, …)])
    organisations.remove([id])              # both in the caller's transaction, and seen at once
    rebuild(organisations, order, reader)   # accelerator.search.rebuild: all of it, without stopping anyone
    tend(organisations, order, reader, turn=day)  # accelerator.search.upkeep: each night, when there are many
    answer = organisations.search(Question("lutte contre le gaspillage", filters={"kind": {"porteur"}},
                                           places={"epci-244600433"}, sort="name", page=2, size=20))

What anyone may find has a public directory besides: `questions` (addresses), `nearness`, `directory`, `pages`
(docs/decisions/0049-one-directory-mechanism.md).

`types` holds Entry, Question and Answer; `text.highlighted(text, answer.stems)` what a page shows in bold.

Invariants
----------
* A search makes at most three queries and writes nothing. It never raises for what a person may type.
* The codes of facets are the subject's own; their labels and the order of the values are its pages' business.
* `Document.sort_name` is the folded name, so lists sort as people expect whatever the server's collation.
"""
