"""WHO ACTS: organisations, their lifelong record, what they give to be found, the people and their roles.

Vocabulary
----------
organisation   a legal unit (SIREN), an association (RNA, or AMALIA in Alsace-Moselle), or one without number yet; one
               record for life. A labelled territorial collective is one too (kind `collectif`).
establishment  a SIRET and its place.
identity       `vérifiée` (read in a public register), `déclarée` (said by a person), `inconnue` (not known: said so).
role           this person, this role, in this organisation, on this territory. Membership is a role.
mandate        a helper (accompanist) may fill in the record for an organisation; revocable at any time.
delegation     the legal representative lets someone submit or sign, for a time.
distinction    a fact of the past with its source ("Pionnier French IMPACT 2018"). It is not a label.
charter        the rules of the banner, accepted by a representative. Never shown as a label or a qualification.
provenance     for each value: where it comes from, since when, and who confirmed it.

Invariants
----------
* SIREN, RNA and AMALIA are unique; a merged organisation keeps its row and points to the one that lives on.
* Natural persons and units that oppose publication are never shown (decision 8).
* No e-mail address of a member or of an organisation is ever shown: one writes through the platform.
"""
