"""What is remembered of the projects. What names an organisation is for the carriers: it may not be published."""

from accelerator.journal.types import declare

STARTED = declare("projects.started", "a ouvert le dossier du projet", public=True)
PROPOSED = declare("projects.proposed", "a proposé ce projet, porté par quelqu’un d’autre")
declare("projects.taken_over", "a repris le projet proposé par un tiers", public=True)
declare("projects.declined", "a décliné la proposition de projet")
CHANGED = declare("projects.changed", "a modifié la partie « {step} » : {values}", public=True)
ATTACHED = declare("projects.attached", "a fait de {organisation} la structure qui porte le projet")
PARTNER_INVITED = declare("projects.partner_invited", "a nommé {organisation} parmi les structures du projet : {role}")
PARTNER_CONFIRMED = declare("projects.partner_confirmed", "a confirmé que {organisation} prend part au projet")
PARTNER_DECLINED = declare("projects.partner_declined", "a répondu que {organisation} ne prend pas part au projet")
PARTNER_REMOVED = declare("projects.partner_removed", "a retiré {organisation} des structures du projet")
FILE_ADDED = declare("projects.file_added", "a joint « {name} »")
FILE_REMOVED = declare("projects.file_removed", "a retiré « {name} »")
DIAGNOSED = declare("projects.diagnosed", "a mis à jour l’auto-diagnostic d’innovation sociale")
declare("projects.published", "a publié le projet", public=True)
declare("projects.unpublished", "a retiré le projet de la publication")
RETAINED = declare("projects.retained", "a retenu le projet à l’appel « {call} »", public=True)
ANSWERED = declare("projects.answered", "a répondu à la candidature du projet à l’appel « {call} » : {outcome}")
declare("projects.ended", "a dit le projet terminé", public=True)
declare("projects.resumed", "a dit que le projet reprend", public=True)
