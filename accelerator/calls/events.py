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
