"""What is remembered of the labels. What names an organisation is for the collective: it may not be published."""

from accelerator.journal.types import declare

CATEGORY_LOADED = declare("labels.category_loaded", "a inscrit la catégorie de label « {category} »", public=True)
CATEGORY_CHANGED = declare("labels.category_changed", "a changé la catégorie de label « {category} » : {values}")
CRITERIA_PUBLISHED = declare(
    "labels.criteria_published", "a publié la version {number} des critères : {why}", public=True
)
CALL_ATTACHED = declare("labels.call_attached", "a ouvert l’appel permanent « {call} »", public=True)
CANDIDACY_STARTED = declare("labels.started", "a ouvert le dossier de candidature au label « {category} »")
CANDIDACY_CHANGED = declare("labels.changed", "a modifié la partie « {step} » : {values}")
ASSESSED = declare("labels.assessed", "a mis à jour l’auto-évaluation")
CRITERIA_FOLLOWED = declare(
    "labels.criteria_followed", "a repris l’auto-évaluation avec la version {number} des critères"
)
LEAD_CHANGED = declare("labels.lead_changed", "a confié le rôle de chef de file à {organisation}")
MEMBER_ASKED = declare("labels.member_asked", "a nommé {organisation} dans le collectif : {role}")
MEMBER_DESCRIBED = declare("labels.member_described", "a précisé la part et l’engagement de {organisation}")
MEMBER_CONFIRMED = declare("labels.member_confirmed", "a confirmé que {organisation} prend part au collectif")
MEMBER_REFUSED = declare("labels.member_refused", "a répondu que {organisation} ne prend pas part au collectif")
MEMBER_LEFT = declare("labels.member_left", "a retiré {organisation} du collectif")
CHALLENGE_SAID = declare("labels.challenge_said", "a dit le défi prioritaire {position} : {title}")
CHALLENGE_REMOVED = declare("labels.challenge_removed", "a retiré le défi prioritaire : {title}")
ACTION_PLANNED = declare("labels.action_planned", "a prévu l’action « {title} », pour le {due}")
ACTION_REMOVED = declare("labels.action_removed", "a retiré l’action « {title} »")
MINUTES_KEPT = declare("labels.minutes_kept", "a joint le compte rendu du comité de pilotage du {held}")
PROOF_ADDED = declare("labels.proof_added", "a joint « {what} » au critère « {criterion} »")
PROOF_REMOVED = declare("labels.proof_removed", "a retiré « {what} » du critère « {criterion} »")
CANDIDACY_ENDED = declare("labels.ended", "a clos le dossier de candidature")
AWARDED = declare("labels.awarded", "a délivré le label, du {since} au {until}", public=True)
CANDIDACY_ANSWERED = declare("labels.answered", "a répondu à la candidature à l’appel « {call} » : {outcome}")
