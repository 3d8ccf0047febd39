"""HOW IT IS TOLD: e-mail notices, written inside the transaction of what they tell, sent after it.

Vocabulary
----------
notice     one message to one recipient: a template, its data, an address.
recipient  an actor's key ("person:12", or "" for an address without account) and an e-mail address.

Invariants
----------
* A notice and its sending job are written in the operation's transaction (decision 12): nothing is told of what
  was rolled back, nothing is lost when the process dies. Sending is idempotent: a notice is sent once.
* Recipients are explicit: nobody is told by accident.
"""
