"""What laureates are promised: read by all, kept by the service."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.timezone import localdate

from accelerator.calls.forms import promises as forms
from accelerator.calls.models import Promise
from accelerator.calls.operations import sittings as operations
from accelerator.calls.queries.sittings import NAMED, laureate_of, promises_of
from accelerator.calls.queries.standing import examined_in
from accelerator.calls.rules.applications import examine
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import PromiseKind
from accelerator.calls.views.judging import ActJudging, Judging, JudgingFile
from accelerator.design.lists import Column, ListPage
from accelerator.workflow.dates import DAY, said


class Promises(Judging, ListPage):
    """What was promised to the laureates of a call, by whom, for when, and what became of it."""

    public = True
    rule = "calls.see_call"
    title = "Promesses faites aux lauréats"
    template_name = "calls/judging/promises.html"
    things = ("promesse", "promesses")
    order = "pour"
    export_name = "promesses"
    filter_form = forms.PromiseFilters
    columns = (
        Column("laureat", "Lauréat", lambda one: one.laureate, sort=("application__title",)),
        Column("promesse", "Promesse", lambda one: one.what, sort=("what",)),
        Column("sorte", "Sorte", lambda one: one.get_kind_display(), sort=("kind",)),
        Column("par", "Tenue par", lambda one: one.owner, sort=("owner",)),
        Column("pour", "Pour le", lambda one: one.due_on, sort=("due_on",), dated=DAY),
        Column("etat", "État", lambda one: one.said_state, url=lambda one: one.settle_url),
    )
    empty_title = "Aucune promesse inscrite"
    empty_advice = (
        "Ce qui est promis aux lauréats (financement, hacker public, évaluation, partenaires, parrain) se lit ici."
    )

    def load(self) -> None:
        super().load()
        self.keeps = reason_within("calls.keep_promises", self.standing) is None

    def rows(self) -> QuerySet[Any]:
        return promises_of(self.call)

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        if q := values.get("q"):
            titled = Q(application__title__icontains=q)
            if not self.keeps:
                titled &= NAMED
            rows = rows.filter(titled | Q(what__icontains=q) | Q(owner__icontains=q))
        if kind := values.get("sorte"):
            rows = rows.filter(kind=kind)
        open_still = Q(kept_on__isnull=True, broken_on__isnull=True)
        today = localdate(self.at)
        match values.get("etat"):
            case "kept":
                rows = rows.filter(kept_on__isnull=False)
            case "broken":
                rows = rows.filter(broken_on__isnull=False)
            case "late":
                rows = rows.filter(open_still, due_on__lt=today)
            case "running":
                rows = rows.filter(open_still, due_on__gte=today)
        return rows

    def prepared(self, rows: list[Any]) -> list[Any]:
        today = localdate(self.at)
        files = [one.application_id for one in rows] if self.keeps else []
        theirs = set(examined_in(self.standing).filter(pk__in=files).values_list("pk", flat=True)) if files else set()
        for one in rows:
            one.laureate = laureate_of(one.application, whole=self.keeps)
            one.said_state = str(one.state(today).label)
            if one.words:
                one.said_state += f" : {one.words}"
            settled = one.kept_on or one.broken_on
            may_settle = one.application_id in theirs and not settled
            one.settle_url = self.address("promise_end", one.pk) if may_settle else ""
        return rows

    def context(self) -> dict[str, Any]:
        return {**super().context(), "keeps": self.keeps}


class NewPromise(JudgingFile, ActJudging):
    """Something is promised to a laureate."""

    rule = "calls.keep_promises"
    title = "Inscrire une promesse"
    form_class = forms.NewPromise
    submit_label = "Inscrire"
    back = "promises"
    back_label = "Promesses"
    done_message = "La promesse est inscrite, et publique."

    def forbidden(self) -> str | None:
        return super().forbidden() or examine(self.of_file)

    def said(self) -> list[tuple[str, str]]:
        return [("Lauréat", f"{self.application.number}, {self.application.title}")]

    def perform(self, form: Any) -> Promise:
        values = form.cleaned_data
        return operations.promise(
            application=self.application,
            kind=PromiseKind(values["kind"]),
            what=values["what"],
            owner=values["owner"],
            due_on=values["due_on"],
            by=self.person,
            at=self.at,
        )


class SettlePromise(ActJudging):
    """What became of a promise."""

    rule = "calls.keep_promises"
    title = "Dire ce qu’est devenue une promesse"
    form_class = forms.Settle
    back = "promises"
    back_label = "Promesses"
    done_message = "C’est inscrit, et public."

    def load(self) -> None:
        super().load()
        found = promises_of(self.call).filter(pk=self.kwargs["promise"], kept_on__isnull=True, broken_on__isnull=True)
        promise = found.select_related("application__call", "application__organisation__merged_into").first()
        if promise is None:
            raise Http404
        self.promise = promise

    def forbidden(self) -> str | None:
        return super().forbidden() or examine(self.standing_of_file(self.promise.application))

    def said(self) -> list[tuple[str, str]]:
        one = self.promise
        return [("Lauréat", one.application.title), ("Promesse", one.what), ("Pour le", said(one.due_on))]

    def perform(self, form: Any) -> Promise:
        values = form.cleaned_data
        return operations.settle_promise(
            promise=self.promise,
            kept=values["kept"] == "kept",
            words=values["words"],
            by=self.person,
            at=self.at,
        )
