"""HOW ONE APPLIES AND IS JUDGED: calls, eligibility, forms, applications, the legal clock, decisions.

The one engine by which anything is applied for here: qualification and labels; funds next. It knows the organisation
that applies, never the higher subjects: these register a `Purpose`.

Vocabulary
----------
call         someone (its issuer) invites people to apply: for a time, or permanently and read in waves.
version      the form, the eligibility rules, the criteria and the delays of a call as they were published, with why.
             An application is read with the version that it was made under.
purpose      what is applied for, and with what ("projects.qualification"): registered by a higher subject, which tells
             facts and answers, and hears of decisions.
fact         something known of the applicant, the project or the territory, that the eligibility rules look at.
finding      what a rule finds: it holds, it fails, or a fact is missing. It advises; a person alone declares a file
             inadmissible.
application  (candidature) a file: brouillon, déposée, pièces demandées, recevable, en instruction, en audition,
             décidée, notifiée, recours en cours, retirée.
reviewer     (expert) reads files, blind where the form says so, and scores them criterion by criterion; what the
             reviews of a file say together is its tally, how files then stand beside one another is the ranking.
jury         hears the files of its slots (auditions).
commission   sits on an agenda with a quorum: votes, and concludes.
déport       what keeps someone from a file: declared, or hinted by what the platform knows (`conflicts`).
opinion      (avis) what a service consulted thinks of a file, given by the link of its mail.
lot          the same act for many files; beyond a few, done by the worker. A print is the mark of what was read when it
             was asked: what changed since is left aside.
promise      what a laureate is promised: kept, late, broken.
clock        (horloge légale) what silence does, and on which day. Applicant and service see the same.
decision     signed by someone whose delegation covers it, then notified; or implicit, when silence decided.
appeal       (recours) against a decision, it stops the file until it is answered; against silence, it stops nothing,
             and the decision that is told answers it. Silence kept on it rejects it.
remedy       (voie de recours) before whom, how long, the last day.

Invariants
----------
* Open or closed is never a state: it is compared with the moment of the request (decision 11).
* At submission the facts, the findings and the answers are frozen: no subject is read again afterwards.
* A published version never changes: the database refuses it.
* No state without a way out, no event without an actor, no signed decision without a reason.
* What is decided is not shown before it is notified.
* What is read is what is done: an act on files or letters that changed since their page was opened is refused.
* Nobody judges the files of their own side, nor gives a service's opinion of them.
"""
