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
