"""What happens in the community, told after the actor's name."""

from accelerator.journal import declare

# What is read by all: nomenclature and founding facts
THEMES_LOADED = declare("community.themes_loaded", "a mis à jour la nomenclature des thèmes ({count})")
FOUNDING_FACTS_LOADED = declare(
    "community.founding_facts_loaded",
    "a inscrit cette fiche à partir des faits fondateurs, publics et sourcés, de l’initiative French IMPACT",
    public=True,
)
# The record
# The people
