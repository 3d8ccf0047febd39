"""What is remembered of credentials and of the keys that sign them."""

from accelerator.journal.types import declare

ISSUED = declare("credentials.issued", "a délivré une attestation, n° {number}")
SUSPENDED = declare("credentials.suspended", "a suspendu l’attestation n° {number}")
LIFTED = declare("credentials.lifted", "a levé la suspension de l’attestation n° {number}")
REVOKED = declare("credentials.revoked", "a retiré l’attestation n° {number}")
KEY_MADE = declare("credentials.key_made", "a fait la clé de signature {key}")
KEY_RETIRED = declare("credentials.key_retired", "a remplacé la clé de signature {key}")
KEY_COMPROMISED = declare(
    "credentials.key_compromised", "a déclaré que la clé de signature {key} n’est plus sûre depuis le {since}"
)
