"""What happens to calls and applications, told after the actor's name."""

from accelerator.journal import declare

# The call
declare("calls.call_published", "a publié l’appel, dans sa version {version} : {why}", public=True)
declare("calls.call_cancelled", "a annulé l’appel", public=True)
# The application
declare("calls.submitted", "a déposé la candidature, sous le numéro {number}")
declare("calls.pieces_asked", "a demandé des pièces, attendues le {due} au plus tard : {pieces}")
declare("calls.pieces_given", "a donné les pièces demandées")
declare("calls.admitted", "a déclaré la candidature recevable")
declare("calls.review_begun", "a ouvert l’instruction de la candidature")
declare("calls.hearing_set", "a retenu la candidature pour une audition")
declare("calls.decided", "a signé la décision : {outcome}")
declare("calls.decision_undone", "a défait la décision, qui n’était pas notifiée")
declare("calls.notified", "a notifié la décision : {outcome}")
declare("calls.appealed", "a formé un recours contre la décision ({kind})")
declare("calls.decision_upheld", "a maintenu la décision après un recours")
declare("calls.decision_reconsidered", "a repris l’examen de la candidature après un recours")
declare("calls.withdrawn", "a retiré la candidature")
# Judging. Names are personal data: they are blanked when the person is erased.
declare("calls.review_given", "a rendu son avis")
declare("calls.review_reopened", "a rouvert son avis pour le corriger")
declare("calls.assignment_declined", "a rendu le dossier sans le juger")
declare("calls.assignment_taken_back", "a repris le dossier confié à {person}", personal=("person",))
declare("calls.commission_convened", "a convoqué la commission du {when} : {members} membres, {items} dossiers")
declare("calls.commission_opened", "a ouvert la séance : {present} membres présents sur {voting}")
declare("calls.commission_adjourned", "a constaté l’absence de quorum : {present} membres présents sur {voting}")
declare("calls.commission_cancelled", "a annulé la commission")
declare("calls.commission_closed", "a clos la séance : {count} conclusions")
# Writing a call
declare(
    "calls.call_loaded", "a inscrit cet appel à partir de données écrites d’avance, avec leurs sources", public=True
)
declare("calls.call_created", "a ouvert l’appel")
declare("calls.call_changed", "a modifié l’appel : {values}")
declare("calls.version_written", "a modifié la version en préparation : {part}")
declare("calls.version_published", "a publié la version {version} de l’appel : {why}", public=True)
declare("calls.wave_set", "a fixé une vague : dépôts jusqu’au {until}, décision attendue le {expected}", public=True)
declare("calls.role_given", "a donné le rôle « {role} » à {person}", personal=("person",))
declare("calls.role_ended", "a retiré le rôle « {role} » à {person}", personal=("person",))
# Filling in
declare("calls.begun", "a commencé la candidature")
declare("calls.section_saved", "a enregistré la partie « {section} »")
declare("calls.piece_added", "a joint un fichier : {name}")
declare("calls.piece_removed", "a retiré un fichier : {name}")
declare("calls.form_changed", "a fait passer le brouillon à la version {version} du formulaire")
# In the service
declare("calls.received_on_paper", "a enregistré la candidature, reçue sur papier le {on}, sous le numéro {number}")
declare("calls.officer_named", "a confié le dossier à {person}", personal=("person",))
declare("calls.message_written", "a écrit dans le dossier")
declare("calls.decision_drafted", "a préparé une décision : {outcome}")
declare("calls.silence_decided", "a constaté que le silence a décidé : {outcome}")
