"""Lots: several files at once, read before they are done; how far a long one is, and what it left aside."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.forms.examining import DeskFilters
from accelerator.calls.forms.opinions import AskOpinionForm
from accelerator.calls.forms.reviewing import Nothing
from accelerator.calls.models import Application, Lot
from accelerator.calls.operations.lots import MOST_AT_ONCE, MOST_IN_A_LOT, ask_lot, do_to_all, take_up_lot
from accelerator.calls.queries.desk import calls_served, files_of, searched, unmet_by
from accelerator.calls.queries.lots import digest_of, left_aside, lots_of, outcome_of, progress_of
from accelerator.calls.queries.opinions import Asking, wanted_of_all
from accelerator.calls.queries.standing import roles_of
from accelerator.calls.queries.timing import OPINION_DAYS
from accelerator.calls.rules.applications import OFFICER
from accelerator.calls.rules.lots import foreseen
from accelerator.calls.rules.opinions import reason_against_day, reasons_against_asking
from accelerator.calls.states import LotAct, LotState
from accelerator.calls.views.opinions import chosen_of, first_asked
from accelerator.design.forms import Form
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.design.paging import address, kept
from accelerator.workflow import Refused, read_only
from accelerator.workflow.dates import MOMENT
from accelerator.workflow.limits import count_against
from accelerator.workflow.numbers import counted

STALE = "Des dossiers ont changé depuis que vous avez lu cette liste. Relisez-la, puis confirmez."
STALE_ASKING = (
    "Des dossiers, ou ce que vous demandez, ont changé depuis que vous avez lu cette liste. Relisez-la, puis confirmez."
)
# Lots a day for one person: each may ask a service for two hundred opinions.
ASKED_A_DAY = 20


class ActOnMany(ActionPage):
    """Several files at once, those ticked or all those of a search: what each would become, then the act.

    What is done is what was read: if the world changed meanwhile, nothing is, and the new list is read first. A few
    are done at once; more, by the worker, and their page says how far it is.

    To ask a service for its opinion, what it is asked is typed first: sent without the print of what would be done, it
    is only read, and says of each file what would become of it.
    """

    template_name = "calls/lot.html"

    def load(self) -> None:
        code = self.request.GET.get("acte", "")
        if code not in LotAct.values:
            raise Http404
        self.act = LotAct(code)
        self.asks = self.act == LotAct.ASK_OPINION
        self.title = self.act.label
        self.roles = roles_of(self.person)
        self.calls = calls_served(self.roles)
        found = self._chosen()
        files = found.order_by(F("due_on").asc(nulls_last=True), "pk")
        self.files = list(files.filter(pk__in=list(files.values_list("pk", flat=True)[:MOST_IN_A_LOT])))
        self.found = found.count()
        self._foresee(None)

    def _foresee(self, asking: Asking | None) -> None:
        """Say what would be done, as far as it is known: `digest` is empty as long as something is left to type."""
        self.asking = asking
        against = reasons_against_asking(self.files, asking.email if asking else "") if self.asks else None
        self.outcomes = foreseen(self.act, self.files, person=self.person, against=against)
        self.doable = [one.application for one in self.outcomes if not one.why_not]
        is_whole = not self.asks or (asking is not None and bool(self.doable))
        self.digest = digest_of(self.act, self.doable, asking.to_json() if asking else {}) if is_whole else ""
        self.submit_label = self.act.label
        if self.asks:
            self.submit_label = "Confirmer cette demande d’avis" if is_whole else "Voir ce qui serait fait"

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

    @property
    def form_class(self) -> type[Form]:  # type: ignore[override]  # depends on the act
        return AskOpinionForm if self.asks else Nothing

    def initial(self) -> dict[str, Any]:
        if not self.asks:
            return {}
        self.wanted = wanted_of_all(self.files)
        return first_asked(chosen_of(self.wanted, self.request), OPINION_DAYS, localdate(self.at))

    def before(self) -> None:
        if self.asks:
            key = f"calls-lots-of-opinions:{self.person.actor_key}"
            count_against(key, limit=ASKED_A_DAY, per=timedelta(days=1), at=self.at)

    def answer_to(self, form: Any) -> HttpResponseBase:
        if not self.asks:
            return super().answer_to(form)
        if reason := reason_against_day(form.cleaned_data["due_on"], localdate(self.at)):
            raise Refused(reason, field="due_on")
        if not self.request.POST.get("digest"):
            with read_only():
                return self.shown(form)
        return super().answer_to(form)

    def shown(self, form: Any, **extra: Any) -> HttpResponse:
        if asking := _typed(form):
            self._foresee(asking)
        return super().shown(form, **extra)

    def perform(self, form: Any) -> int | Lot:
        if asking := _typed(form):
            self._foresee(asking)
        if self.request.POST.get("digest") != self.digest:
            raise Refused(STALE_ASKING if self.asks else STALE)
        done = do_to_all if len(self.doable) <= MOST_AT_ONCE else ask_lot
        return done(act=self.act, applications=self.doable, asking=self.asking, by=self.person, at=self.at)

    def message_when_done(self, result: int | Lot) -> str:
        return "" if isinstance(result, Lot) else f"{self.act.label} : {counted(result, 'dossier', 'dossiers')}."

    def done_url(self, result: int | Lot) -> str:
        return reverse("calls:lot_page", args=[result.public_id]) if isinstance(result, Lot) else self._list_url()

    def _list_url(self) -> str:
        names = DeskFilters.base_fields
        query = urlencode(kept(self.request, *names)) if self.request.GET.get("tout") else ""
        return f"{reverse('calls:desk')}?{query}" if query else reverse("calls:desk")

    def context(self) -> dict[str, Any]:
        unmet = self._unmet()
        aside: dict[str, list[Application]] = {}
        for one in self.outcomes:
            if one.why_not:
                aside.setdefault(one.why_not, []).append(one.application)
        return {
            **super().context(),
            "outcomes": [(one, unmet.get(one.application.pk, ())) for one in self.outcomes if not one.why_not],
            "aside": list(aside.items()),
            "asks": self.asks,
            "asking": self.asking,
            "wanted": [(one, address(self.request, service=one.who)) for one in self.wanted] if self.asks else [],
            "doable": len(self.doable),
            "chosen": len(self.outcomes),
            "beyond": self.found - len(self.outcomes),
            "digest": self.digest,
            "back_url": self._list_url(),
            "by_worker": len(self.doable) > MOST_AT_ONCE,
            "unmet": len(unmet),
            "without_url": address(self.request, conditions="remplies") if self.request.GET.get("tout") else "",
        }

    def _unmet(self) -> dict[int, tuple[str, ...]]:
        """Whoever declares files admissible reads first which did not meet what the call asks."""
        admits = self.act == LotAct.ADMIT
        return {one.pk: labels for one in self.doable if admits and (labels := unmet_by(one))}


def _typed(form: Any) -> Asking | None:
    """What a service is asked, once all of it is typed and readable; None for an act that says nothing more."""
    values = form.cleaned_data if form.is_bound else {}
    if not values.keys() >= {"who", "email", "question", "due_on"}:
        return None
    return Asking(values["who"], values["email"].lower(), values["question"], values["due_on"])


class Lots(ListPage):
    """« Vos lots »: what one asked to be done to many files."""

    title = "Vos lots"
    order = "-demande"
    things = ("lot", "lots")
    export_name = "lots"
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
        Column("demande", "Demandé le", lambda one: one.asked_at, sort=("asked_at",), dated=MOMENT),
        Column("fini", "Terminé le", lambda one: one.ended_at, sort=("ended_at",), nullable=True, dated=MOMENT),
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

    def perform(self, form: Any) -> Lot:
        return take_up_lot(lot=self.lot, by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        return self.request.path

    def context(self) -> dict[str, Any]:
        state = self.lot.state(self.at)
        aside, elsewhere = left_aside(self.lot, self.person) if self.lot.aside else ([], 0)
        return {
            **super().context(),
            "lot": self.lot,
            "due_on": date.fromisoformat(self.lot.said["due_on"]) if self.lot.act == LotAct.ASK_OPINION else None,
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
