"""WHERE: communes, EPCI, EPT, départements, régions of France, and perimeters made of them.

Vocabulary
----------
place       one entry of the Code officiel géographique (COG, INSEE), of one of six kinds: commune, epci (groupings of
            communes with their own taxation), ept (the territories of the métropole du Grand Paris), departement,
            region, pays (the whole country).
key         what names a place everywhere: "commune-46102", "epci-200067361", "departement-46", "pays-FR".
cover       the keys of a place and of every larger place that it overlaps.
perimeter   any set of places, kept as the list of their keys; with its cover, "does this perimeter touch that one"
            is two overlaps of lists (see `perimeters`).

The reference data are read from `data/reference/places.csv.gz`, which `data/make_places.py` writes.
"""
