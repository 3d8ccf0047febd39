import pytest
from django.template import Context, Template

from accelerator.workflow.names import in_sentence


@pytest.mark.parametrize(
    ("registered", "read"),
    [
        ("LES JARDINS DU LOT", "Les Jardins du Lot"),
        ("ASSOCIATION D'INSERTION PAR L'ECOLOGIE", "Association d'Insertion par l'Ecologie"),
        ("SCIC L’ATELIER PAYSAN", "SCIC l’Atelier Paysan"),
        ("RÉGIE DE QUARTIER SAINT-MICHEL", "Régie de Quartier Saint-Michel"),
        ("CNRS INNOVATION", "CNRS Innovation"),
        ("A.D.M.R. DU CAUSSE", "A.D.M.R. du Causse"),
        ("TIERS-LIEU 46", "Tiers-Lieu 46"),
        # What says nothing of how it is read is left as it is.
        ("APAJH", "APAJH"),
        ("ADIE", "ADIE"),
        ("Les Jardins de Cocagne", "Les Jardins de Cocagne"),
        ("Emmaüs CONNECT", "Emmaüs CONNECT"),
        ("", ""),
        ("3DVA", "3DVA"),
    ],
)
def test_a_registered_name_is_read_in_a_sentence_without_shouting(registered: str, read: str) -> None:
    assert in_sentence(registered) == read
    assert Template("{{ name|said_name }}").render(Context({"name": registered}, autoescape=False)) == read
