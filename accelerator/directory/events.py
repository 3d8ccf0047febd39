"""What happens to the searches that people keep, told after the actor's name.

Their codes begin as they did when the directory was a part of `community`: the journal is never written again.
"""

from accelerator.journal import declare

# The searches that a person keeps: what they ask is theirs, and is not written here.
SEARCH_SAVED = declare("community.search_saved", "a enregistré une recherche")
SEARCH_CHANGED = declare("community.search_changed", "a modifié une recherche enregistrée ou son alerte")
SEARCH_REMOVED = declare("community.search_removed", "a supprimé une recherche enregistrée")
ALERTS_STOPPED = declare("community.alerts_stopped", "a arrêté des alertes par courriel")
