"""Two records of one organisation: the worklist, the comparison, the merge, and undoing it."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse

from accelerator.community.forms import merging as forms
from accelerator.community.models import Duplicate, Merge, Organisation
from accelerator.community.operations import merging as operations
from accelerator.community.queries import merging as reading
from accelerator.community.queries.duplicates import known_by
from accelerator.community.queries.organisation import canonical
from accelerator.community.rules import reason_against
from accelerator.community.states import DuplicateState, MergeState
from accelerator.community.views.reports import ModerationOnly
from accelerator.community.views.within import ActWithin, Within
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb
from accelerator.registers.identifiers import Misread, understand
from accelerator.workflow import Refused, limits
from accelerator.workflow.dates import DAY


def _pair_url(pair: Duplicate) -> str:
    return reverse("community:duplicate", args=[pair.pk])


def _place(organisation: Organisation) -> str:
    return organisation.seat.name if organisation.seat else "non connue"


class Duplicates(ModerationOnly, ListPage):
    """The pairs of records that may be the same, the surest first."""

    title = "Doublons probables"
    template_name = "community/merging/duplicates.html"
    narrowed = True
    things = ("paire", "paires")
    order = "-ressemblance"
    export_name = "doublons"
    filter_form = forms.DuplicateFilters
    columns = (
        Column("premiere", "Fiche", lambda pair: pair.first.name, sort=("first__name",), url=_pair_url),
        Column("seconde", "Autre fiche", lambda pair: pair.second.name, sort=("second__name",)),
        Column("commune", "Commune", lambda pair: _place(pair.first)),
        Column("autre_commune", "Commune de l’autre", lambda pair: _place(pair.second), screen=False),
        Column("raisons", "Raisons", lambda pair: pair.said),
        Column("ressemblance", "Ressemblance", lambda pair: pair.likeness, sort=("likeness",), number=True),
        Column("trouvee", "Trouvée le", lambda pair: pair.found_at, sort=("found_at",), dated=DAY),
        Column("etat", "État", lambda pair: pair.get_state_display(), screen=False),
        Column("motif", "Motif", lambda pair: pair.reason, screen=False),
    )
    empty_title = "Aucun doublon probable"
    empty_advice = "Chaque nuit, les fiches qui se ressemblent sont rapprochées et rangées ici avec leurs raisons."

    def rows(self) -> QuerySet[Any]:
        return reading.duplicates_for(self.person)

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        if q := values.get("q"):
            rows = rows.filter(Q(first__name__icontains=q) | Q(second__name__icontains=q))
        if reason := values.get("raison"):
            rows = rows.filter(reasons__contains=[reason])
        state = values.get("etat", DuplicateState.OPEN)
        return rows if state == forms.ALL else rows.filter(state=state)


class DuplicatePage(ModerationOnly, ActionPage):
    """Two records side by side: unite them, or say that they are not the same."""

    template_name = "community/merging/duplicate.html"
    title = "Est-ce la même organisation ?"
    form_class = forms.TellApart
    submit_label = "Ce ne sont pas les mêmes"
    done_message = "C’est noté : ces deux fiches ne seront plus rapprochées."

    def load(self) -> None:
        pair = reading.duplicates_for(self.person).filter(pk=self.kwargs["number"]).first()
        if pair is None:
            raise Http404
        self.pair = pair

    def trail(self) -> list[Crumb]:
        return [Crumb("Doublons probables", reverse("community:duplicates"))]

    def perform(self, form: Any) -> Duplicate:
        return operations.tell_apart(
            duplicate=self.pair, reason=form.cleaned_data["reason"], by=self.person, at=self.at
        )

    def done_url(self, result: Any) -> str:
        return reverse("community:duplicates")

    def context(self) -> dict[str, Any]:
        pair = self.pair
        into, other = reading.which_lives(pair.first, pair.second)
        merge = Merge.objects.filter(state=MergeState.DONE, organisation__in=[pair.first, pair.second]).first()
        refusals = [reason_against("community.moderate", self.person, one) for one in (into, other)]
        return {
            "pair": pair,
            "open": pair.state == DuplicateState.OPEN,
            "sides": [reading.side_of(into), reading.side_of(other)],
            "choices": reading.choices_between(into, other),
            "unite_url": reverse("community:unite", args=[into.key, other.public_id]),
            "swapped_url": reverse("community:unite", args=[other.key, into.public_id]),
            "reason_against_merging": reading.reason_against_merging(self.person, into, other),
            "reason_against": next((reason for reason in refusals if reason), None),
            "merge": merge,
        }


class ChooseOther(ActWithin):
    """Name the other record: whoever may unite the two is led to the comparison, others tell the moderation."""

    rule = None
    title = "Cette fiche existe en double"
    template_name = "community/merging/choose_other.html"
    form_class = forms.Other
    submit_label = "Continuer"

    def before(self) -> None:
        limits.count_against(f"double:{self.person.actor_key}", limit=20, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> Organisation:
        other = self._other(form.cleaned_data["other"])
        if reading.reason_against_merging(self.person, self.organisation, other):
            operations.bring_together(organisation=self.organisation, other=other, by=self.person, at=self.at)
        return other

    def _other(self, typed: str) -> Organisation:
        visible = Organisation.objects.visible_to(self.person).select_related("seat", "merged_into")
        if "/" in typed or "-" in typed:
            key = urlsplit(typed.strip()).path.rstrip("/").rpartition("/")[2].removesuffix(".json")
            found = visible.filter(public_id=key.rpartition("-")[2]).first()
            if found and canonical(found) != self.organisation:
                return canonical(found)
        try:
            known = known_by(understand(typed))
        except Misread as misread:
            raise Refused(f"Ce n’est ni l’adresse d’une fiche, ni un numéro. {misread}", field="other") from misread
        if known is None or not visible.filter(pk=known.pk).exists():
            raise Refused("Aucune autre fiche n’a cette adresse ou ce numéro.", field="other")
        if known == self.organisation:
            raise Refused("C’est la même fiche.", field="other")
        return known

    def done_url(self, result: Organisation) -> str:
        if reading.reason_against_merging(self.person, self.organisation, result):
            return self.address("organisation")
        into, other = reading.which_lives(self.organisation, result)
        return reverse("community:unite", args=[into.key, other.public_id])

    def message_when_done(self, result: Organisation) -> str:
        if reading.reason_against_merging(self.person, self.organisation, result):
            return f"Merci : la modération comparera cette fiche à « {result.name} »."
        return ""


class Unite(ActWithin):
    """The comparison, value by value, and the merge. The record of the address lives on."""

    rule = None
    title = "Réunir deux fiches"
    template_name = "community/merging/unite.html"
    form_class = forms.Unite
    submit_label = "Réunir les deux fiches"
    done_message = "Les deux fiches n’en font plus qu’une. Les personnes concernées en sont averties."
    other: Organisation

    def load(self) -> None:
        super().load()
        visible = Organisation.objects.visible_to(self.person).select_related("seat", "merged_into")
        found = visible.filter(public_id=self.kwargs["other"]).first()
        if found is None:
            raise Http404
        self.other = found
        self.choices = reading.choices_between(self.organisation, found)
        self.sides = [reading.side_of(self.organisation), reading.side_of(found)]

    def forbidden(self) -> str | None:
        if self.organisation == canonical(self.other):
            return "Ces deux fiches n’en font déjà qu’une."
        return reading.reason_against_merging(self.person, self.organisation, self.other)

    def form_arguments(self) -> dict[str, Any]:
        return {"choices": self.choices, "has_people": bool(self.sides[1].people)}

    def perform(self, form: Any) -> Merge:
        return operations.merge(
            organisation=self.other,
            into=self.organisation,
            taken=form.taken,
            keeps_roles=form.cleaned_data.get("keeps_roles", "yes") == "yes",
            reason=form.cleaned_data["reason"],
            by=self.person,
            at=self.at,
        )

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "other": self.other,
            "sides": self.sides,
            "swapped_url": reverse("community:unite", args=[self.other.key, self.organisation.public_id]),
        }


class Merges(Within, ListPage):
    """The records that were united to this one."""

    rule = "community.see_merges"
    title = "Fiches réunies"
    template_name = "community/merging/merges.html"
    things = ("réunion", "réunions")
    order = "-date"
    export_name = "fiches-reunies"
    columns = (
        Column(
            "fiche",
            "Fiche réunie à celle-ci",
            lambda merge: merge.organisation.name,
            sort=("organisation__name",),
            url=lambda merge: reverse("community:merge", args=[merge.into.key, merge.pk]),
        ),
        Column("date", "Le", lambda merge: merge.merged_at, sort=("merged_at",), dated=DAY),
        Column("par", "Par", lambda merge: merge.merged_by.name),
        Column("motif", "Motif", lambda merge: merge.reason),
        Column("etat", "État", lambda merge: merge.get_state_display(), sort=("state",)),
    )
    empty_title = "Aucune fiche réunie à celle-ci"
    empty_advice = "Quand deux fiches disent la même organisation, elles sont réunies ; on le lit ici."

    @property
    def other_url(self) -> str:
        return self.address("choose_other")

    def rows(self) -> QuerySet[Any]:
        found = Merge.objects.filter(into=self.organisation)
        return found.select_related("organisation", "into", "merged_by")


class UndoMerge(ActWithin):
    """One merge: what it brought, and undoing it."""

    rule = "community.see_merges"
    title = "Défaire une réunion"
    template_name = "community/merging/undo_merge.html"
    form_class = forms.Undo
    submit_label = "Séparer à nouveau les deux fiches"
    back = "merges"
    back_label = "Fiches réunies"
    done_message = "Les deux fiches sont de nouveau séparées. Les personnes concernées en sont averties."

    def load(self) -> None:
        super().load()
        found = Merge.objects.filter(into=self.organisation, pk=self.kwargs["merge"])
        merge = found.select_related("organisation", "into", "into__seat", "merged_by", "undone_by").first()
        if merge is None:
            raise Http404
        self.merge = merge

    def perform(self, form: Any) -> Merge:
        return operations.undo_merge(merge=self.merge, reason=form.cleaned_data["reason"], by=self.person, at=self.at)

    def context(self) -> dict[str, Any]:
        merge = self.merge
        return {
            **super().context(),
            "merge": merge,
            "done": merge.state == MergeState.DONE,
            "values": reading.put_back_by(merge, self.organisation) if merge.state == MergeState.DONE else [],
            "reason_against": reading.reason_against_undoing(self.person, merge),
        }
