"""What a label is worth today: shown to whoever follows its code, or drops its attestation. Never kept by any cache."""

import json
from datetime import timedelta
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accelerator.community.models import Organisation
from accelerator.community.queries.organisation import canonical
from accelerator.credentials.keys import KeyMissing
from accelerator.credentials.papers import LARGEST_PDF
from accelerator.credentials.queries import Verdict, credential_of, issuer, judge, signed, standing
from accelerator.credentials.states import Finding
from accelerator.design import codes
from accelerator.design.pages import ActionPage, Crumb, Page, Unkept
from accelerator.design.visitors import client_address
from accelerator.geography.perimeters import sentence_of
from accelerator.labels.certificates import certificate
from accelerator.labels.forms.proving import VerifyForm
from accelerator.labels.models import Label
from accelerator.labels.queries.proving import label_named, label_of, provable
from accelerator.labels.states import LabelNature
from accelerator.workflow import read_only
from accelerator.workflow.dates import said
from accelerator.workflow.limits import count_against

TRIES: Final = 60
PER: Final = timedelta(minutes=10)
# How bad each finding is, as an alert shows it.
LEVELS: Final = {
    Finding.VALID: "success",
    Finding.SUSPENDED: "warning",
    Finding.EARLY: "warning",
    Finding.EXPIRED: "warning",
    Finding.FOREIGN: "warning",
    Finding.UNREADABLE: "info",
}
UNSHOWN: Final = (
    "Le titulaire de ce label ne se montre pas au public : ce fichier, qui le nomme, n’est délivré qu’à lui. Ses "
    "copies se vérifient toujours."
)
# The parts of an attestation, as one names them.
PARTS: Final = {
    "@context": "le vocabulaire",
    "credentialStatus": "l’adresse de son statut",
    "credentialSubject": "qui est labellisé, ou pour quoi",
    "id": "son numéro",
    "issuer": "l’émetteur",
    "name": "le nom du label",
    "proof": "la signature",
    "type": "sa sorte",
    "validFrom": "le premier jour",
    "validUntil": "le dernier jour",
}


class Fact(NamedTuple):
    """A line of what the register says."""

    label: str
    text: str
    url: str = ""
    note: str = ""


def _facts(label: Label) -> list[Fact]:
    holder = canonical(label.organisation) if label.organisation else None
    lines = [Fact("Label", label.category.title), Fact("Pour", label.shown_title)]
    if holder is not None and holder.publishable:
        address = reverse("community:organisation", args=[holder.key])
        lines.append(Fact("Tenu par" if not label.category.is_collective else "Chef de file", holder.name, address))
    if label.perimeter:
        lines.append(Fact("Où", sentence_of(label.perimeter)))
    lines.append(Fact("Depuis le", said(label.period.lower)))
    if label.period.upper:
        lines.append(Fact("Jusqu’au", f"{said(label.period.upper - timedelta(days=1))}, ce jour compris"))
    lines += [
        Fact("Critères", f"Version {label.criteria_set.number}"),
        Fact("Numéro", label.number),
        *(Fact("Source", one["what"], one.get("url", "")) for one in label.sources),
    ]
    return lines


class Verify(Unkept, ActionPage):
    """Drop an attestation, or say a number, and read what it is worth. For anyone; nothing is kept of the file."""

    title = "Vérifier un label"
    description = "Déposez l’attestation d’un label ou son certificat, et lisez aussitôt s’il est valide."
    template_name = "labels/verify.html"
    form_class = VerifyForm
    public = True
    acts_once = False
    submit_label = "Vérifier"

    def before(self) -> None:
        count_against(f"labels.verify:{client_address(self.request)}", limit=TRIES, per=PER, at=self.at)

    def context(self) -> dict[str, Any]:
        return {"verdict": None, "issuer": issuer()}

    def answer_to(self, form: Any) -> HttpResponseBase:
        # Nothing is written: what is read of the file is shown at once, on this page.
        self.before()
        with read_only():
            if name := form.cleaned_data["name"]:
                return self._led_to(label_named(name), form)
            file = form.cleaned_data["file"]
            content = file.read(LARGEST_PDF + 1)
            too_large = Verdict(Finding.UNREADABLE, f"Le fichier dépasse {LARGEST_PDF // 1024 // 1024} Mo.")
            verdict = too_large if len(content) > LARGEST_PDF else judge(content, at=self.at)
            label = label_of(verdict.credential) if verdict.credential else None
            return self.shown(self.make_form(), **_told(verdict, label), file_name=file.name[:100])

    def _led_to(self, label: Label | None, form: Any) -> HttpResponse:
        if label is not None:
            return HttpResponseRedirect(reverse("labels:proof", args=[label.key]))
        form.add_error("name", "Aucun label ne porte ce numéro. Vérifiez-le, signe par signe.")
        self.status = self.status_when_refused
        return self.shown(form)


def _told(verdict: Verdict, label: Label | None) -> dict[str, Any]:
    is_fictitious = label is not None and label.nature == LabelNature.DEMONSTRATION
    level = LEVELS.get(verdict.finding, "error")
    return {
        "verdict": verdict,
        "level": "info" if is_fictitious and level == "success" else level,
        "since": said(verdict.since) if verdict.since else "",
        "label": label,
        "facts": _facts(label) if label is not None else [],
        "altered": [PARTS.get(part, f"« {part[:40]} », que nous n’avons pas écrit") for part in verdict.altered],
        "proof_url": reverse("labels:proof", args=[label.key]) if label is not None else "",
        "is_fictitious": is_fictitious,
    }


class OfLabel(Unkept, Page):
    """Something of one label, for anyone."""

    public = True
    label: Label

    def load(self) -> None:
        """The identifier at the end of the address decides; the rest is there to be read."""
        found = provable().filter(public_id=self.kwargs["key"].rpartition("-")[2]).first()
        if found is None:
            raise Http404
        self.label = found
        self.credential = credential_of(found)
        self.verdict = standing(self.credential, at=self.at) if self.credential else None

    @property
    def proof_url(self) -> str:
        """The whole address where the label is proved, as a camera reads it; never made of what the browser says."""
        return f"{settings.BASE_URL}{reverse('labels:proof', args=[self.label.key])}"

    def trail(self) -> list[Crumb]:
        return [Crumb("Vérifier un label", reverse("labels:verify"))]


class ProofPage(OfLabel):
    """What a label is worth today: where its code leads."""

    template_name = "labels/proof.html"

    def load(self) -> None:
        super().load()
        self.title = f"{self.label.shown_title} : ce que vaut ce label aujourd’hui"

    def context(self) -> dict[str, Any]:
        told = _told(self.verdict, self.label) if self.verdict else {"facts": _facts(self.label), "label": self.label}
        return {
            "verdict": None,
            "is_fictitious": False,
            **told,
            "checked_at": self.at,
            "is_historic": self.label.nature == LabelNature.HISTORIC,
            "is_in_force": self.verdict is not None and self.verdict.finding == Finding.VALID,
            "certificate_url": reverse("labels:certificate", args=[self.label.key]),
            "file_url": reverse("labels:proof_file", args=[self.label.key]),
            "verify_url": reverse("labels:verify"),
            "code": codes.picture(self.proof_url),
            "issuer": issuer(),
            "number": str(self.credential.public_id) if self.credential else "",
        }


class Given(OfLabel):
    """What names the holder, for ever: not given while the holder is not shown to the public."""

    def forbidden(self) -> str | None:
        holder = self.label.organisation
        shown = holder is None or Organisation.objects.visible_to(self.person).filter(pk=canonical(holder).pk).exists()
        return None if shown else UNSHOWN


class ProofFile(Given):
    """The signed attestation of a label, to save."""

    title = "Attestation signée"

    def answer(self) -> HttpResponseBase:
        if self.credential is None:
            raise Http404
        try:
            body = json.dumps(signed(self.credential), ensure_ascii=False, indent=1)
        except KeyMissing:
            return _unavailable()
        return _saved(HttpResponse(body, content_type="application/vc"), f"label-{self.label.number}.json")


class Certificate(Given):
    """The certificate of a label in force, with its attestation attached."""

    title = "Certificat"

    def forbidden(self) -> str | None:
        if self.verdict is not None and self.verdict.finding not in (Finding.VALID, Finding.EARLY):
            return "Ce label n’est pas en vigueur : son certificat n’est pas délivré."
        return super().forbidden()

    def answer(self) -> HttpResponseBase:
        label = self.label
        if self.credential is None or label.organisation is None:
            raise Http404
        try:
            document = signed(self.credential)
        except KeyMissing:
            return _unavailable()
        told = {
            "title": f"{label.category.title} : {label.title}",
            "holder": canonical(label.organisation).name,
            "announced": "Ce certificat atteste du label",
            "mark": "Démonstration, sans valeur." if label.nature == LabelNature.DEMONSTRATION else "",
        }
        facts = [(fact.label, fact.text) for fact in _facts(label)[2:]]
        facts.append(("Attestation", str(self.credential.public_id)))
        made = certificate(
            told=told,
            facts=facts,
            signed=document,
            proof_url=self.proof_url,
        )
        return _saved(HttpResponse(made, content_type="application/pdf"), f"certificat-{label.number}.pdf")


def _saved(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _unavailable() -> HttpResponse:
    text = "L’attestation signée n’est pas disponible pour l’instant. Réessayez plus tard."
    return HttpResponse(text, "text/plain; charset=utf-8", status=503)
