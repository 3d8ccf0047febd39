"""What was measured of other platforms, on their published code: to know what a good figure is.

Orders of magnitude, on two shared cores of the same kind, with their own test data; not the same subjects, not the
same day. They are not measured again by `make bench`.
"""

from benchmarks.report import Line

HEADING = "Ailleurs, pour comparer (code publié de ces plateformes, ordres de grandeur, 2 cœurs partagés)"
LINES = [
    Line("aides-territoires (Django) : accueil", "106 ms", "", "3 000 aides"),
    Line("aides-territoires : liste / recherche", "162 / 146 ms", "", "3 000 aides ; une phrase n’y trouve rien"),
    Line("Hypha (Django) : liste de 5 candidatures", "101 ms ; 31 requêtes", "", ""),
    Line("pretalx (Django) : liste de 67 propositions", "249 ms ; 27 requêtes", "", ""),
]
