"""Lots: several files at once, read before they are done; how far a long one is, and what it left aside."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.http import Http404, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.forms.examining import BulkForm, DeskFilters
from accelerator.calls.forms.reviewing import Nothing
from accelerator.calls.models import Application
from accelerator.calls.models import Lot as AskedLot
from accelerator.calls.operations.lots import MOST_AT_ONCE, MOST_IN_A_LOT, ask_lot, do_to_all, take_up_lot
from accelerator.calls.queries.desk import calls_served, digest_of, files_of, foreseen, searched
from accelerator.calls.queries.lots import left_aside, lots_of, outcome_of, progress_of
from accelerator.calls.queries.standing import roles_of
from accelerator.calls.rules.applications import OFFICER
from accelerator.calls.states import LotAct, LotState
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.design.paging import kept
from accelerator.workflow import Refused
from accelerator.workflow.dates import MOMENT, said
from accelerator.workflow.numbers import counted


class Lot(ActionPage):
    """Several files at once, those ticked or all those of a search: what each would become, then the act.

    What is done is what was read: if the world changed meanwhile, nothing is, and the new list is read first. A few
    are done at once; more, by the worker, and their page says how far it is.
    """

    template_name = "calls/lot.html"
    form_class = BulkForm

    def load(self) -> None:
        code = self.request.GET.get("acte", "")
        if code not in LotAct.values:
            raise Http404
        self.act = LotAct(code)
        self.title = self.submit_label = self.act.label
        self.roles = roles_of(self.person)
        self.calls = calls_served(self.roles)
        found = self._chosen()
        files = found.order_by(F("due_on").asc(nulls_last=True), "pk")
        lot = files.filter(pk__in=list(files.values_list("pk", flat=True)[:MOST_IN_A_LOT]))
        self.found = found.count()
        self.outcomes = foreseen(self.act, lot, person=self.person)
        self.doable = [one.application for one in self.outcomes if not one.why_not]
        self.digest = digest_of(self.act, self.doable)

    def _chosen(self) -> Any:
        files = files_of(self.person, self.roles)
        if not self.request.GET.get("tout"):
            # No address of a file has a NUL, and the database refuses to be asked about one.
            ticked = [key for key in self.request.GET.getlist("dossier") if "\x00" not in key]
            return files.filter(public_id__in=ticked[:MOST_IN_A_LOT])
        calls = [(call.public_id, call.title) for call in self.calls]
        values = DeskFilters(data=self.request.GET, calls=calls).values()
        return searched(files, values, person=self.person, on=localdate(self.at))

    def forbidden(self) -> str | None:
        return None if self.calls else OFFICER

    def trail(self) -> list[Crumb]:
        return [Crumb("Instruction", reverse("calls:desk"))]

    def initial(self) -> dict[str, Any]:
        return {"digest": self.digest}

    def perform(self, form: Any) -> int | AskedLot:
        if form.cleaned_data["digest"] != self.digest:
            raise Refused("Des dossiers ont changé depuis que vous avez lu cette liste. Relisez-la, puis confirmez.")
        done = do_to_all if len(self.doable) <= MOST_AT_ONCE else ask_lot
        return done(act=self.act, applications=self.doable, by=self.person, at=self.at)

    def message_when_done(self, result: int | AskedLot) -> str:
        return "" if isinstance(result, AskedLot) else f"{self.act.label} : {counted(result, 'dossier', 'dossiers')}."

    def done_url(self, result: int | AskedLot) -> str:
        return reverse("calls:lot_page", args=[result.public_id]) if isinstance(result, AskedLot) else self._list_url()

    def _list_url(self) -> str:
        names = DeskFilters.base_fields
        query = urlencode(kept(self.request, *names)) if self.request.GET.get("tout") else ""
        return f"{reverse('calls:desk')}?{query}" if query else reverse("calls:desk")

    def context(self) -> dict[str, Any]:
        aside: dict[str, list[Application]] = {}
        for one in self.outcomes:
            if one.why_not:
                aside.setdefault(one.why_not, []).append(one.application)
        return {
            **super().context(),
            "outcomes": [one for one in self.outcomes if not one.why_not],
            "aside": list(aside.items()),
            "doable": len(self.doable),
            "chosen": len(self.outcomes),
            "beyond": self.found - len(self.outcomes),
            "digest": self.digest,
            "back_url": self._list_url(),
            "by_worker": len(self.doable) > MOST_AT_ONCE,
        }


class Lots(ListPage):
    """« Vos lots »: what one asked to be done to many files."""

    title = "Vos lots"
    order = "-demande"
    things = ("lot", "lots")
    export_name = "lots"
    stacked = True
    empty_title = "Aucun lot"
    empty_advice = (
        f"Au-delà de {MOST_AT_ONCE} dossiers ou courriers à la fois, chacun est traité l’un après l’autre : une page "
        "dit où en est le travail, et reste ici."
    )
    columns = (
        Column(
            "acte",
            "Acte",
            lambda one: one.get_act_display(),
            sort=("act",),
            url=lambda one: reverse("calls:lot_page", args=[one.public_id]),
        ),
        Column("appel", "Appel", lambda one: one.call.title if one.call else "", sort=("call__title",), nullable=True),
        Column("demande", "Demandé le", lambda one: said(one.asked_at, MOMENT), sort=("asked_at",)),
        Column(
            "fini",
            "Terminé le",
            lambda one: said(one.ended_at, MOMENT) if one.ended_at else "—",
            sort=("ended_at",),
            nullable=True,
        ),
        Column("quoi", "Ce qui est fait", outcome_of),
    )

    def rows(self) -> Any:
        return lots_of(self.person)

    def trail(self) -> list[Crumb]:
        return [Crumb("Instruction", reverse("calls:desk"))]


class _OfLot(Page):
    """To put before a page about a lot: of whoever asked it alone."""

    def load(self) -> None:
        found = lots_of(self.person).filter(public_id=self.kwargs["lot"]).first()
        if found is None:
            raise Http404
        self.lot = found


class LotPage(_OfLot, ActionPage):
    """How far a lot is, then what it did and what it left aside; taken up again when its worker died for good."""

    template_name = "calls/lot_page.html"
    form_class = Nothing
    submit_label = "Reprendre"
    done_message = "Le travail est redemandé : il reprend où il en était."

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the lot
        act = self.lot.get_act_display()
        return f"Lot : {act[:1].lower()}{act[1:]}"

    def trail(self) -> list[Crumb]:
        if self.lot.call:
            letters = Crumb("Courriers", reverse("calls:letters", args=[self.lot.call.key]))
            return [Crumb(self.lot.call.title, reverse("calls:call", args=[self.lot.call.key])), letters]
        return [Crumb("Instruction", reverse("calls:desk")), Crumb("Vos lots", reverse("calls:lots"))]

    def perform(self, form: Any) -> AskedLot:
        return take_up_lot(lot=self.lot, by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        return self.request.path

    def context(self) -> dict[str, Any]:
        state = self.lot.state(self.at)
        aside, elsewhere = left_aside(self.lot, self.person) if self.lot.aside else ([], 0)
        return {
            **super().context(),
            "lot": self.lot,
            "state": state.value,
            "runs": state in (LotState.WAITING, LotState.RUNNING),
            "progress": progress_of(self.lot, self.at),
            "outcome": outcome_of(self.lot),
            "aside": aside,
            "elsewhere": elsewhere,
            "news_url": reverse("calls:lot_news", args=[self.lot.public_id]),
            "back_url": self.trail()[-1 if self.lot.call else 0].url,
        }


class LotNews(_OfLot):
    """How far it is, for the script of its page."""

    title = "Avancement d’un lot"

    def answer(self) -> HttpResponseBase:
        progress = progress_of(self.lot, self.at)
        return JsonResponse({"part": progress["share"], "texte": progress["said"], "fini": progress["ends"]})
