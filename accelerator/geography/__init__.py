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

other name  a name or a code that leads to a commune: an arrondissement, a commune that joined it.

The outside uses: `models.Place`; `perimeters` (`perimeter_of`, `touching`, `places_of`, `sentences_of`);
`queries.find_places`; `forms.PlaceField`, `forms.PerimeterField`; `maps.map_of_france` with the template
`geography/map.html`; `operations.load_places`.

Invariants
----------
* A place is named by its key, never by its code alone: `region-06` is Mayotte, `departement-06` is not.
* Two places of one kind share no commune; a place's cover holds its key and every larger place that shares one.
* A place that left the code stays, no longer current: other records name it.
* No point is invented: a commune without coordinates has none.

The reference data are read from `data/reference/places.csv.gz`, which `data/make_places.py` writes.
"""
