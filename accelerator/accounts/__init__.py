"""WHO: persons and how they sign in. Identity only: what a person may do is said by `community.Role`.

Vocabulary
----------
person          someone with an account, known by an e-mail address that they proved.
terms           the conditions of use, accepted with their version.
personal data   what a subject keeps about a person: each subject registers how to export and to erase its own
                (`PersonalData`, an extension point of decision 1).

Invariants
----------
* No password: a code sent by e-mail. * An erased person keeps a row without a name, so that history stays whole.
"""
