"""Choices of the accounts: the leaf."""

from datetime import timedelta

from django.db import models


class Purpose(models.TextChoices):
    """What a code opens."""

    SIGN_IN = "sign_in", "Entrer"
    NEW_ADDRESS = "new_address", "Changer d’adresse"
    MOVE = "move", "Déplacer une identité ProConnect"
    CONFIRM = "confirm", "Confirmer que c’est bien vous"


class Door(models.TextChoices):
    """How someone entered."""

    CODE = "code", "Code reçu par courriel"
    PROCONNECT = "proconnect", "ProConnect"
    PASSKEY = "passkey", "Clé d’accès"


class FactorKind(models.TextChoices):
    """What a person holds besides their mailbox."""

    PASSKEY = "passkey", "Clé d’accès"
    TOTP = "totp", "Application de codes"


CODE_LENGTH = 6
# Note [A few short codes a day]
# Six digits and three tries hold against whoever is limited; not against thousands of places that would guess at
# thousands of addresses for months. So the codes asked for one address beyond the first few of the day are longer,
# unless they are asked from a browser that already entered with it: nobody is locked out, nothing can be guessed.
LONG_CODE_LENGTH = 10
SHORT_CODES_A_DAY = 5
CODE_LASTS = timedelta(minutes=15)
CODE_TRIES = 3
# Once the code is right, a newcomer has this long to read and accept the terms.
JOINING_LASTS = timedelta(hours=1)
# A button pressed twice: the second answer must also let the person in.
DOUBLE_CLICK = timedelta(seconds=30)
# Codes asked: per address from one place, per address, per place.
PER_ADDRESS_AND_PLACE = 5
PER_ADDRESS = 15
PER_PLACE = 60
PER = timedelta(hours=1)
# For how long what a provider said when someone entered is taken as said today.
ATTESTATION_LASTS = timedelta(hours=24)
# How long someone may stay at ProConnect's before coming back; how many ways at once (tabs).
WAY_LASTS = timedelta(minutes=30)
MOST_WAYS = 5
# Departures to ProConnect, per place: a whole administration may stand behind one address.
WAYS_PER_PLACE = 200
# How long a proof holds for what changes the ways into an account; how long between the first factor and the second.
PROOF_LASTS = timedelta(minutes=15)
SECOND_FACTOR_LASTS = timedelta(minutes=15)
# Second factors tried, per person.
FACTOR_TRIES = 10
MOST_PASSKEYS = 10
# An application's code changes every thirty seconds; the one before and the one after are taken, for clocks that drift.
TOTP_STEP = 30
TOTP_DRIFT = 1
RECOVERY_CODES = 10
# How long recovery codes just made can be read again.
RECOVERY_SHOWN = timedelta(minutes=10)
