"""What happens to accounts."""

from accelerator.journal import declare

JOINED = declare("accounts.joined", "a ouvert son compte").code
TERMS_ACCEPTED = declare("accounts.terms_accepted", "a accepté les conditions d’utilisation, version {version}").code
RENAMED = declare("accounts.renamed", "a changé le nom affiché de son compte").code
ADDRESS_CHANGED = declare("accounts.address_changed", "a changé l’adresse électronique de son compte").code
DELETED = declare("accounts.deleted", "a supprimé son compte").code
IDENTITY_LINKED = declare(
    "accounts.identity_linked", "a lié son identité ProConnect ({provider})", personal=("provider",)
).code
IDENTITY_UNLINKED = declare(
    "accounts.identity_unlinked", "a délié son identité ProConnect ({provider})", personal=("provider",)
).code
FACTOR_ADDED = declare("accounts.factor_added", "a ajouté un second facteur à son compte ({kind})").code
FACTOR_REMOVED = declare("accounts.factor_removed", "a retiré un second facteur de son compte ({kind})").code
FACTORS_CLEARED = declare(
    "accounts.factors_cleared", "a retiré les seconds facteurs de {person}", personal=("person",)
).code
RECOVERY_CODES_MADE = declare("accounts.recovery_codes_made", "a demandé des codes de secours").code
RECOVERY_CODE_USED = declare("accounts.recovery_code_used", "a utilisé un code de secours ; il en reste {left}").code
SESSIONS_ENDED = declare("accounts.sessions_ended", "a fermé des connexions à ce compte ({number})").code
