"""What happens in the community, told after the actor's name."""

from accelerator.journal import declare

# What is read by all: nomenclature and founding facts
THEMES_LOADED = declare("community.themes_loaded", "a mis à jour la nomenclature des thèmes ({count})")
FOUNDING_FACTS_LOADED = declare(
    "community.founding_facts_loaded",
    "a inscrit cette fiche à partir des faits fondateurs, publics et sourcés, de l’initiative French IMPACT",
    public=True,
)
# The record
RECORD_REGISTERED = declare("community.record_registered", "a inscrit l’organisation dans l’annuaire", public=True)
RECORD_CHANGED = declare("community.record_changed", "a modifié la section « {section} » : {values}", public=True)
THEME_ACCEPTED = declare(
    "community.theme_accepted", "a retenu un thème proposé d’après le texte : {theme} (à cause de {words})", public=True
)
THEME_REFUSED = declare(
    "community.theme_refused", "a écarté un thème proposé d’après le texte : {theme} (à cause de {words})"
)
VALUE_CONFIRMED = declare("community.value_confirmed", "a confirmé une valeur : {value}", public=True)
RECORD_REFRESHED = declare(
    "community.record_refreshed", "a actualisé la fiche depuis le registre des entreprises : {values}", public=True
)
LOGO_CHANGED = declare("community.logo_changed", "a changé le logo", public=True)
LOGO_REMOVED = declare("community.logo_removed", "a retiré le logo", public=True)
CHARTER_ACCEPTED = declare("community.charter_accepted", "a accepté la charte de la bannière (version {version})")
CHARTER_WITHDRAWN = declare("community.charter_withdrawn", "a retiré l’acceptation de la charte de la bannière")
ERROR_REPORTED = declare("community.error_reported", "a signalé une erreur dans la fiche : {topic}")
REPORT_ANSWERED = declare("community.report_answered", "a répondu au signalement : {outcome}")
MESSAGE_SENT = declare("community.message_sent", "a écrit à l’organisation")
MESSAGE_ANSWERED = declare("community.message_answered", "a répondu à un message au nom de l’organisation")
# Who proves that the organisation is theirs
declare("community.claimed", "a revendiqué l’organisation, avec une preuve : {proof}", public=True)
declare("community.claim_contested", "a contesté une revendication de l’organisation")
declare(
    "community.claim_reversed",
    "a annulé une revendication de l’organisation ; remis comme avant : {values}",
    public=True,
)
# The life of the record
declare("community.ceased", "a dit que l’organisation a cessé son activité", public=True)
declare("community.revived", "a dit que l’organisation reprend son activité", public=True)
declare("community.record_confirmed", "a confirmé que toute la fiche est exacte", public=True)
# One record for one organisation
declare("community.merged", "a réuni la fiche « {name} » à la fiche « {into} »", public=True)
declare("community.merge_undone", "a défait la réunion des fiches « {name} » et « {into} »", public=True)
declare("community.duplicate_proposed", "a dit que « {first} » et « {second} » sont peut-être la même organisation")
declare("community.duplicate_told_apart", "a dit que « {first} » et « {second} » ne sont pas la même organisation")
declare("community.domain_added", "a ajouté le domaine de messagerie {domain}")
declare("community.domain_confirmed", "a confirmé le domaine de messagerie {domain}")
declare("community.domain_removed", "a retiré le domaine de messagerie {domain}")
# The people. Names are personal data: they are blanked when the person is erased.
declare("community.role_taken", "a pris le rôle « {role} »")
declare("community.role_granted", "a donné le rôle « {role} » à {person}", personal=("person",))
declare("community.role_changed", "a changé le rôle de {person} : « {before} », puis « {role} »", personal=("person",))
declare("community.role_ended", "a retiré {person} de l’organisation (« {role} »)", personal=("person",))
declare("community.member_left", "a quitté l’organisation (« {role} »)")
declare("community.record_left_alone", "a quitté l’organisation en dernier : la fiche reste, sans gestionnaire")
declare("community.representative_declared", "a déclaré {person} représentant légal", personal=("person",))
declare("community.representative_confirmed", "a confirmé {person} comme représentant légal", personal=("person",))
declare("community.name_shown", "a accepté que son nom figure sur la page publique")
declare("community.name_hidden", "a retiré son nom de la page publique")
declare("community.handover_offered", "a proposé à quelqu’un de prendre sa suite")
declare("community.handed_over", "a pris la suite de {giver}", personal=("giver",))
declare("community.handover_declined", "a décliné la proposition de prendre une suite")
declare("community.handover_withdrawn", "a retiré sa proposition de passer la main")
declare("community.invited", "a invité quelqu’un : {offer}")
declare("community.invitation_resent", "a renvoyé une invitation : {offer}")
declare("community.invitation_revoked", "a annulé une invitation : {offer}")
declare("community.invitation_accepted", "a accepté l’invitation : {offer}")
declare("community.invitation_declined", "a décliné l’invitation : {offer}")
declare("community.join_asked", "a demandé à rejoindre l’organisation")
declare("community.join_accepted", "a accepté une demande à rejoindre l’organisation")
declare("community.join_rejected", "a refusé une demande à rejoindre l’organisation")
declare("community.join_withdrawn", "a retiré sa demande à rejoindre l’organisation")
declare(
    "community.delegation_given",
    "a donné délégation à {person} (« {scope} ») du {start} au {end}",
    personal=("person",),
)
declare("community.delegation_revoked", "a mis fin à la délégation de {person} (« {scope} »)", personal=("person",))
declare("community.mandate_accepted", "a accepté un mandat d’accompagnateur jusqu’au {end}")
declare("community.mandate_revoked", "a mis fin au mandat d’accompagnateur de {person}", personal=("person",))
declare("community.mandate_expired", "a constaté la fin du mandat d’accompagnateur de {person}", personal=("person",))
declare(
    "community.platform_role_granted",
    "a donné le rôle « {role} » à {person}, sur : {perimeter}",
    personal=("person",),
)
declare("community.platform_role_ended", "a retiré le rôle « {role} » à {person}", personal=("person",))
