"""The public page of a label, its twin, its public minutes."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.community.queries.organisation import departements_of
from accelerator.design.pages import ActionPage, Crumb, KeyedPage
from accelerator.design.uploads import attachment
from accelerator.directory.queries.published import LICENCE
from accelerator.geography.maps import Marker, Position, position
from accelerator.labels.models import Label, SteeringMinutes
from accelerator.labels.queries.holders import lead_has_ceased
from accelerator.labels.queries.labels import (
    Sheet,
    holder_key,
    is_shown_as_history,
    label_identified,
    public_history,
    roadmap_of,
    sheet_of,
)
from accelerator.labels.queries.register import held_by, published
from accelerator.labels.queries.renewals import renewal_of
from accelerator.labels.rules import labels as rules


class OnLabel(KeyedPage):
    """A page about a label: anyone may see any label; `rule` opens what is not for all, and says why not."""

    rule: ClassVar[str | None] = None
    label: Label
    may: dict[str, bool]

    def load(self) -> None:
        """The label: the identifier at the end of the address decides, the rest is there to be read."""
        found = label_identified(self.kwargs["key"].rpartition("-")[2])
        if found is None:
            raise Http404
        self.enter(found)

    def enter(self, label: Label) -> None:
        """Be on a label, once what the person is to it is known."""
        self.label = label
        self.standing = rules.label_standing_of(self.person, label)
        self.may = rules.allowed(self.standing)
        self.today = localdate(self.at)
        # The holder's side, or the service: they read what the public does not.
        self.is_party = self.may["follow"] or self.may["read_proceedings"]
        self.named = label.title if self.is_party else label.shown_title

    def forbidden(self) -> str | None:
        return rules.reason_within(self.rule, self.standing) if self.rule else None

    @property
    def current_key(self) -> str:
        return self.label.key

    def address(self, name: str, *arguments: Any) -> str:
        """The address of another page of the same label."""
        return reverse(f"labels:{name}", args=[self.label.key, *arguments])

    def trail(self) -> list[Crumb]:
        return [
            Crumb("Registre des labels", reverse("labels:register")),
            Crumb(self.named, self.address("label")),
        ]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "label": self.label, "may": self.may, "state": self.label.told_state}


class ActOnLabel(OnLabel, ActionPage):
    """A page with a form about a label; done, one returns to `back`."""

    back: ClassVar[str] = "label"
    template_name = "labels/act.html"
    # What is to be known before one acts.
    told: str = ""

    def done_url(self, result: Any) -> str:
        return self.address(self.back)

    def back_url(self) -> str:
        """Where to return without doing anything."""
        return self.address(self.back)

    def said(self) -> list[tuple[str, str]]:
        """What the form is about, told before it: (name, words)."""
        return []

    def context(self) -> dict[str, Any]:
        return {**super().context(), "back_url": self.back_url(), "told": self.told, "said": self.said()}


class _Fresh:
    """To put before a page that says what a label is worth now: no cache answers in its place."""

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(*args, **kwargs)  # type: ignore[misc]  # a Page follows
        response["Cache-Control"] = "private, no-store"
        return response


class LabelPage(_Fresh, OnLabel):
    """What a label is, now."""

    public = True
    template_name = "labels/label.html"

    def load(self) -> None:
        super().load()
        label = self.label
        self.title = self.named
        self.description = f"{self.named} : {label.category.title}, label {label.number}. {label.said_period}."

    def trail(self) -> list[Crumb]:
        return super().trail()[:-1]

    def context(self) -> dict[str, Any]:
        label = self.label
        sheet = sheet_of(label, self.today)
        return {
            **super().context(),
            "sheet": sheet,
            "late_conditions": sheet.late_conditions(self.today),
            "held_by": held_by(label),
            "holder_key": holder_key(label),
            "is_history": is_shown_as_history(label),
            "has_ceased": lead_has_ceased(label),
            "renewal": renewal_of(label, self.at, for_party=self.is_party),
            "seat": label.seat if label.holder_is_shown else None,
            "presented": label.candidacy.summary if label.candidacy and self.named == label.title else "",
            "map": _map(label, sheet),
            "canonical": f"{settings.BASE_URL}{self.address('label')}",
            "twin": self.address("label_data"),
            "today": self.today,
        }


def _map(label: Label, sheet: Sheet) -> Position | None:
    seat, touched = label.seat if label.holder_is_shown else None, departements_of(list(sheet.territories))
    markers = []
    if seat and not touched and seat.latitude is not None and seat.longitude is not None:
        code = (seat.departement_id or "").partition("-")[2]
        markers = [Marker(seat.latitude, seat.longitude, seat.name, departement=code)]
    caption = "Les départements de son territoire" if touched else "La commune de son titulaire"
    return position(touched, markers, caption=caption)


class LabelData(_Fresh, OnLabel):
    """The same label for a machine."""

    public = True
    title = "Données d’un label"
    template_name = "labels/label.html"  # never rendered

    def content(self) -> HttpResponseBase:
        label, roadmap = self.label, roadmap_of(self.label.candidacy, self.today)
        data = {
            **published(label),
            "conditions": [
                {
                    "texte": one.text,
                    "pour_le": one.due_on.isoformat(),
                    "etat": one.state,
                    "close_le": one.closed_on.isoformat() if one.closed_on else None,
                }
                for one in label.conditions.order_by("due_on", "pk")
            ],
            "defis": [
                {
                    "titre": one.challenge.title,
                    "sorte": one.challenge.kind,
                    "actions": [
                        {
                            "titre": action.action.title,
                            "pilote": action.pilot,
                            "pour_le": action.action.due_on.isoformat(),
                            "etat": action.action.state,
                            "en_retard": action.is_late,
                            "indicateur": action.action.indicator,
                            "unite": action.action.unit,
                            "depart": _number(action.action.baseline),
                            "cible": _number(action.action.target),
                            "valeur": _number(action.value),
                        }
                        for action in one.actions
                    ],
                }
                for one in roadmap.challenges
            ],
            "histoire": [{"le": line.at.isoformat(), "quoi": line.sentence} for line in public_history(label)],
            "page": f"{settings.BASE_URL}{self.address('label')}",
            "schema": f"{settings.BASE_URL}{reverse('labels:schema')}",
            "licence": LICENCE,
        }
        response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Access-Control-Allow-Origin"] = "*"
        return response


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


class MinutesFile(OnLabel):
    """The file of public minutes; for the collective and the service, those that are not public too."""

    public = True
    title = "Compte rendu"
    template_name = "labels/label.html"  # never rendered

    def load(self) -> None:
        super().load()
        kept = SteeringMinutes.objects.filter(candidacy=self.label.candidacy_id, pk=self.kwargs["number"])
        found = kept.select_related("file").first() if self.label.candidacy_id else None
        if found is None or found.file is None or not (found.is_public or self.may["read_proceedings"]):
            raise Http404
        if not default_storage.exists(found.file.file.name or ""):
            raise Http404
        self.file = found.file

    def content(self) -> HttpResponseBase:
        kept = default_storage.open(self.file.file.name or "")
        return attachment(kept, name=self.file.name, kind=self.file.content_type)
