"""WHAT IS RECOGNISED: labels of territories and of those who support innovation, from the candidacy to the withdrawal.

Vocabulary
----------
category     what a label recognises ("territoire", "incubateur"…): configuration, added without code. Its criteria are
             versioned sets; a set that was published never changes.
candidacy    the lifelong file of a label: who, where, why, with which proofs. It is applied with as many times as
             needed (calls judge, see `calls.Purpose`); a label, its road map and its renewals are read from it.
holder       who holds the label: one organisation, or a collective led by its chef de file.
member       an organisation of a collective; someone who may bind it says that it takes part, or that it does not.
composition  who the law wants together (PTCE: at least three legal persons, one of the ESS, one not, one other).
gap          between what a candidacy says of itself on a criterion and what the criterion asks for.
défi         one of the priorities of a collective; actions with a pilot, a day and an indicator make it the road map.
proof        a file or a link that shows something of a criterion; the same file may prove several.
label        awarded for a period, under one set of criteria; active, suspended, withdrawn or expired.
proceeding   what precedes a suspension, an abrogation or a retrait: grounds notified, a delay to answer.

Invariants
----------
* A label is made by a decision of the calls and repeats none of its states (decision 2).
* Two labels of one candidacy, or of one organisation in a category that it holds alone, never overlap in time.
* No suspension, abrogation or retrait is pronounced before the delay to answer has run, or an answer has come.
* A historic label is a public fact with its source: no candidacy, no application, no credential.
* What the law or the public sources do not say is a default, and says so.
"""
