"""WHO: persons and how they sign in. Identity only: what a person may do is said by `community.Role`.

Vocabulary
----------
person          someone with an account, known by an e-mail address that they proved.
challenge       a code sent to an address, that proves it when it is typed back: to sign in, or to change address.
terms           the conditions of use, accepted with their version (`settings.TERMS_VERSION`).
personal data   what a subject keeps about a person. Each subject says how to export and to erase its own in its
                `personal_data.py`, imported when the platform starts: `register(PersonalData(…))`.

Invariants
----------
* No password: a code sent by e-mail, good for 15 minutes, 3 tries and one use.
* An address belongs to one account, whatever its capitals. A person who has an account accepted the terms.
* An erased person keeps a row without a name, so that history stays whole.

The outside uses: `PersonalData`, `register`, `models.Person`, `queries.with_actor_names`.
"""

from accelerator.accounts.holdings import PersonalData, register

__all__ = ["PersonalData", "register"]
