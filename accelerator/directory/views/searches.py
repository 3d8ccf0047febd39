"""The searches that a person keeps, and the end of their alerts."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.timezone import localdate
from django.views.decorators.csrf import csrf_exempt

from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page, Unkept
from accelerator.directory.forms import Confirmation, SearchFilters, SearchForm
from accelerator.directory.models import SavedSearch
from accelerator.directory.operations.searches import change_search, remove_search, save_search, stop_alerts
from accelerator.directory.queries.searched import everything_searched, searched_as
from accelerator.directory.queries.searches import next_morning, proposed_name, read_stop, searches_of
from accelerator.directory.states import AlertRhythm
from accelerator.journal import System
from accelerator.workflow import transaction
from accelerator.workflow.dates import DAY, MOMENT, said
from accelerator.workflow.limits import count_against

SAVED_A_DAY = 100
STOPPER = System("alertes")


class SaveSearch(ActionPage):
    """« Enregistrer cette recherche »."""

    title = "Enregistrer cette recherche"
    template_name = "directory/save_search.html"
    form_class = SearchForm
    submit_label = "Enregistrer la recherche"
    done_message = "Votre recherche est enregistrée."

    def load(self) -> None:
        try:
            self.searched = searched_as(self.kwargs["things"])
        except LookupError as unknown:
            raise Http404 from unknown
        self.found = self.searched.find(self.searched.question.read(dict(self.request.GET.lists())))

    def trail(self) -> list[Crumb]:
        return [Crumb(self.searched.title, self.searched.address(self.searched.kept_query(self.found.question)))]

    def initial(self) -> dict[str, Any]:
        return {"name": proposed_name(self.searched, self.found), "rhythm": AlertRhythm.NEVER}

    def form_arguments(self) -> dict[str, Any]:
        return {"mornings": _mornings(localdate(self.at), self.at), "new": self.searched.directory.things.new[1]}

    def context(self) -> dict[str, Any]:
        return {
            "found": self.found,
            "searched": self.searched,
            "things": self.searched.directory.things,
            "asked": [chip.label for chip in self.found.chips],
        }

    def before(self) -> None:
        key = f"saved-search:{self.person.actor_key}"
        count_against(key, limit=SAVED_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> SavedSearch:
        question = self.found.question
        return save_search(searched=self.searched, question=question, **form.cleaned_data, by=self.person, at=self.at)

    def done_url(self, result: SavedSearch) -> str:
        return reverse("directory:saved_searches")


def _mornings(looked_on: date, at: datetime) -> dict[str, datetime | None]:
    """When the first mail of each rhythm would leave, for a search looked at on that day."""
    return {rhythm: next_morning(rhythm, looked_on, at) for rhythm in AlertRhythm}


def _next(search: SavedSearch) -> str:
    morning = next_morning(search.rhythm, search.digested_on, timezone.now())
    return said(morning, MOMENT) if morning else "aucun"


def _opened(search: SavedSearch) -> str:
    return searched_as(search.things).address(search.query)


def _address(name: str, search: SavedSearch) -> str:
    return reverse(f"directory:{name}", args=[search.pk])


class SavedSearches(ListPage):
    """« Mes recherches »."""

    title = "Mes recherches"
    template_name = "directory/saved_searches.html"
    filter_form = SearchFilters
    order = "nom"
    export_name = "mes-recherches"
    things = ("recherche enregistrée", "recherches enregistrées")
    empty_title = "Aucune recherche enregistrée"
    columns = (
        Column("nom", "Recherche", lambda s: s.name, sort=("name",), url=_opened, export=lambda s: s.name),
        Column("dans", "Dans", lambda s: searched_as(s.things).title, sort=("things",)),
        Column("alerte", "Alerte", lambda s: s.get_rhythm_display(), sort=("rhythm",)),
        Column("prochain", "Prochain courriel, s’il y a du nouveau", _next),
        Column("le", "Enregistrée le", lambda s: s.saved_at, sort=("saved_at",), dated=DAY),
        Column("modifier", "Nom et alerte", lambda s: "Modifier", url=lambda s: _address("saved_search", s)),
        Column("supprimer", "Suppression", lambda s: "Supprimer", url=lambda s: _address("remove_search", s)),
    )

    everything_searched = staticmethod(everything_searched)

    def rows(self) -> Any:
        return searches_of(self.person)

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        if q := values.get("q"):
            rows = rows.filter(name__icontains=q)
        return rows.filter(rhythm=values["alerte"]) if values.get("alerte") else rows


class OfSearch(ActionPage):
    """To put before a page about one search: what is not the person's is 404."""

    search: SavedSearch
    # What will happen, when it is not what the form says.
    warning = ""

    def load(self) -> None:
        found = searches_of(self.person).filter(pk=self.kwargs["number"]).first()
        if found is None:
            raise Http404
        self.search = found

    def trail(self) -> list[Crumb]:
        return [Crumb("Mes recherches", reverse("directory:saved_searches"))]

    def context(self) -> dict[str, Any]:
        return {"search": self.search, "opened_url": _opened(self.search), "warning": self.warning}

    def done_url(self, result: Any) -> str:
        return reverse("directory:saved_searches")


class ChangeSearch(OfSearch):
    """Its name, its alert."""

    title = "Modifier une recherche enregistrée"
    template_name = "directory/change_search.html"
    form_class = SearchForm
    done_message = "Votre recherche est à jour."

    def initial(self) -> dict[str, Any]:
        return {"name": self.search.name, "rhythm": self.search.rhythm}

    def form_arguments(self) -> dict[str, Any]:
        # An alert that begins, or begins again, begins today.
        mornings = _mornings(localdate(self.at), self.at)
        own = next_morning(self.search.rhythm, self.search.digested_on, self.at)
        new = searched_as(self.search.things).directory.things.new[1]
        return {"mornings": {**mornings, self.search.rhythm: own}, "new": new}

    def perform(self, form: Any) -> SavedSearch:
        return change_search(search=self.search, **form.cleaned_data, by=self.person, at=self.at)


class RemoveSearch(OfSearch):
    """Its end."""

    title = "Supprimer une recherche enregistrée"
    template_name = "directory/change_search.html"
    form_class = Confirmation
    submit_label = "Supprimer la recherche"
    warning = "Elle ne sera plus dans vos recherches, et son alerte s’arrêtera. Personne d’autre n’en sait rien."
    done_message = "La recherche et son alerte sont supprimées."

    def perform(self, form: Any) -> None:
        remove_search(search=self.search, by=self.person, at=self.at)


class OfStop(Page):
    """What a link of a mail ends. Whoever holds it may: it was sent to the person alone, and nobody can invent it."""

    public = True

    def load(self) -> None:
        stop = read_stop(self.kwargs["token"])
        if stop is None:
            raise Http404
        self.stop = stop


class StopAlerts(Unkept, OfStop, ActionPage):
    """The page where a link of a mail leads: it stops by a POST (decision 13), without an account being open."""

    title = "Arrêter des alertes"
    template_name = "directory/stop_alerts.html"
    form_class = Confirmation
    submit_label = "Arrêter"

    def load(self) -> None:
        super().load()
        self.running = self.stop.running

    def context(self) -> dict[str, Any]:
        return {"stop": self.stop, "running": self.running}

    def perform(self, form: Any) -> int:
        return stop_alerts(stop=self.stop, by=STOPPER, at=self.at)

    def done_url(self, result: int) -> str:
        return self.request.path


@method_decorator(csrf_exempt, name="dispatch")
class StopAtOnce(OfStop):
    """What a mail program sends when one presses its own « se désabonner » (RFC 8058): no session, no cookie, no form.

    A browser that opens the address is led to the page that asks first.
    """

    http_method_names = ["get", "head", "post", "options"]
    title = "Arrêter des alertes"
    template_name = "directory/stop_alerts.html"  # never rendered

    def answer(self) -> HttpResponseBase:
        return HttpResponseRedirect(reverse("directory:stop_alerts", args=[self.kwargs["token"]]))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.load()
        if request.POST.get("List-Unsubscribe") != "One-Click":
            return HttpResponse("List-Unsubscribe=One-Click", status=400, content_type="text/plain; charset=utf-8")
        with transaction():
            stop_alerts(stop=self.stop, by=STOPPER, at=self.at)
        return HttpResponse("Les alertes sont arrêtées.", content_type="text/plain; charset=utf-8")
