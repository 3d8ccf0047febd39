"""What is joined to a candidacy: kept once, whatever it proves."""

from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accelerator.accounts.models import Person
from accelerator.design.uploads import Document, document_from
from accelerator.journal.operations import record
from accelerator.labels.criteria import Criterion, criteria_of
from accelerator.labels.events import PROOF_ADDED, PROOF_REMOVED
from accelerator.labels.models import Candidacy, CandidacyFile, Proof
from accelerator.labels.operations.locks import lock_candidacy
from accelerator.labels.queries.candidacies import reusable_files
from accelerator.labels.record import MOST_FILES
from accelerator.labels.rules import candidacies as rules
from accelerator.projects.models import ProjectFile
from accelerator.workflow import Refused, operation

MOST_PROOFS = 20


@operation
def keep_file(*, candidacy: Candidacy, document: Document, by: Person, at: datetime) -> CandidacyFile:
    """Keep a document in the lifelong file; the same one again is the one that is there. The caller asked the rule."""
    if same := candidacy.files.filter(digest=document.digest).first():
        return same
    if candidacy.files.count() >= MOST_FILES:
        raise Refused(f"Un dossier garde {MOST_FILES} fichiers au plus : réutilisez ceux qui y sont.")
    extension = document.name.rpartition(".")[2]
    # Named by its content, for this candidacy alone.
    path = f"labels/{candidacy.public_id}/{document.digest[:32]}.{extension}"
    if not default_storage.exists(path):
        path = default_storage.save(path, document.file)
    return CandidacyFile.objects.create(
        candidacy=candidacy,
        name=document.name,
        file=path,
        size=document.size,
        content_type=document.kind,
        digest=document.digest,
        added_at=at,
    )


@operation
def add_proof(
    *,
    candidacy: Candidacy,
    criterion: str,
    what: str,
    document: Document | None,
    reused: str,
    link: str,
    by: Person,
    at: datetime,
) -> Proof:
    """Show something of a criterion: a new document, one already given (`reused`, see `reusable_files`), or a link.

    A file that proves this criterion already is the one that is there.
    """
    held = lock_candidacy(candidacy)
    rules.require("labels.edit", by, held)
    found = _criterion(held, criterion)
    if held.proofs.filter(criterion=criterion).count() >= MOST_PROOFS:
        raise Refused(f"{MOST_PROOFS} preuves au plus pour un critère : gardez les plus fortes.")
    file: CandidacyFile | None = None
    if document is not None:
        file = keep_file(candidacy=held, document=document, by=by, at=at)
    elif reused:
        file = keep_file(candidacy=held, document=_given_already(held, reused), by=by, at=at)
    elif not link:
        raise Refused("Joignez un fichier, choisissez-en un déjà donné, ou donnez un lien.", field="document")
    if file is not None and (same := held.proofs.filter(criterion=criterion, file=file).first()):
        return same
    proof = Proof.objects.create(
        candidacy=held, criterion=criterion, what=what, file=file, link="" if file else link, added_at=at
    )
    record(PROOF_ADDED.code, held, by=by, at=at, what=what, criterion=found.title)
    return proof


@operation
def remove_proof(*, proof: Proof, by: Person, at: datetime) -> None:
    """Take a proof out of a criterion; its file stays in the lifelong file. One that is gone is gone."""
    held = lock_candidacy(proof.candidacy)
    rules.require("labels.edit", by, held)
    there = held.proofs.filter(pk=proof.pk).first()
    if there is None:
        return
    titles = {one.code: one.title for one in criteria_of(held.criteria_set.criteria)}
    what, criterion = there.what, titles.get(there.criterion, there.criterion)
    there.delete()
    record(PROOF_REMOVED.code, held, by=by, at=at, what=what, criterion=criterion)


def _criterion(held: Candidacy, code: str) -> Criterion:
    for one in criteria_of(held.criteria_set.criteria):
        if one.code == code:
            return one
    raise Refused("Ce critère n’est pas l’un de ceux de la version que suit ce dossier.")


def _given_already(held: Candidacy, key: str) -> Document:
    """The document of a file that may be reused, read where it is kept. Raises `Refused` for any other."""
    if key not in {one.key for one in reusable_files(held)}:
        raise Refused("Ce fichier n’est pas, ou plus, de ceux que vous avez déjà donnés.", field="reused")
    kind, _, number = key.partition(":")
    model = CandidacyFile if kind == "candidacy" else ProjectFile
    given = model.objects.get(pk=int(number))
    if not default_storage.exists(given.file.name or ""):
        raise Refused("Ce fichier n’est plus conservé : joignez-le à nouveau.", field="reused")
    with default_storage.open(given.file.name or "") as kept:
        return document_from(ContentFile(kept.read(), given.name), given.name)
