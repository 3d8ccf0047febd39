"""WHO: persons, how they sign in, how they prove again that it is them. What they may do is said by `community.Role`.

Vocabulary
----------
person          someone with an account, known by an e-mail address that they proved.
challenge       a code sent to an address, that proves it when it is typed back: to sign in, or to change address.
identity        a person as ProConnect knows them at one employer (`ExternalIdentity`), linked to one account.
factor          what a person holds besides their mailbox: a passkey, or an application that gives codes.
door            how somebody entered: by a code, by ProConnect, by a passkey.
duty            why somebody must have a second factor, said by a higher subject (`duties.demand_second_factor`).
terms           the conditions of use, accepted with their version (`settings.TERMS_VERSION`).
personal data   what a subject keeps about a person. Each subject says how to export and to erase its own in its
                `personal_data.py`, imported when the platform starts: `register(PersonalData(…))`.

Invariants
----------
* No password: a code sent by e-mail, good for 15 minutes, 3 tries and one use.
* A second factor is given at each entry by whoever has one; a passkey is two factors in one.
* What changes a way into an account is proved again after a quarter of an hour, and ends the other sessions.
* What ProConnect says is verified before it is believed, and an address that it gives is not proved.
* An address belongs to one account, whatever its capitals. A person who has an account accepted the terms.
* An erased person keeps a row without a name, so that history stays whole.

The outside uses: `PersonalData`, `register`, `models.Person`, `queries.with_actor_names`,
`queries.attested_siret`, `operations.end_sessions`, `operations.clear_factors`, `duties.demand_second_factor`.
"""

from accelerator.accounts.holdings import PersonalData, register

__all__ = ["PersonalData", "register"]
