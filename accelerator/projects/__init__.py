"""WHAT IS INVENTED: projects of social innovation, one file for life.

Vocabulary
----------
project        an innovation, told once: what was said to be found is reused to apply, to be funded, to be evaluated.
carrier        who carries it: a person alone, one organisation, or a consortium (a chef de file and its partners).
proposed       told by a third party, who is not the carrier; the referent, told of it, takes it over or declines it.
step           what is told together on one page; each is saved by itself.
unsaved text   what someone is typing, kept for them alone until they save the step.
private part   a part of the file that its public page does not show; the carriers always read all of it.
self-diagnosis a profile of social innovation, told by the carriers themselves. Never a score, never an official mark.
maturity       idea, experiment, consolidation, scaling: what the carriers say, with what each stage asks for.

Invariants
----------
* A project always has someone who answers for it: a person, or an organisation (or it is only proposed).
* Only what is published is found, exported or seen by strangers; what is private is in none of these.
* A project proposed by a third party is seen by nobody else until its referent takes it over.
"""
