"""HOW IT IS TOLD: e-mail notices, written inside the transaction of what they tell, sent after it.

Vocabulary
----------
notice     one message to one recipient: a template, its data, an address.
recipient  an actor's key ("person:12", or "" for an address without account) and an e-mail address.
secret     a notice that carries what opens something (a code, a link): its text is forgotten once sent.

Invariants
----------
* A notice and its sending job are written in the operation's transaction (decision 12): nothing is told of what
  was rolled back, nothing is lost when the process dies.
* Sending is at least once. Two workers send one mail, for the row is locked while it is sent; only a worker killed
  between the mail server's answer and the commit lets the same mail leave again, with the same Message-ID.
* Recipients are explicit: nobody is told by accident.

The text of a notice is `templates/notices/<subject>/<name>.txt` in the subject's own folder: the subject of the
mail on the first line, then the body. The signature is added to all. Every template knows `site_name`, `base_url`
and `contact_email`.

The outside uses: `Recipient`, `Letter`, `operations.tell`, `operations.tell_each`, `operations.forget`,
`queries.notices_of`.
"""

from accelerator.notices.recipients import Letter, Recipient

__all__ = ["Letter", "Recipient"]
