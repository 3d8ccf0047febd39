"""Pages about the judging of one call: loaded, ruled and surrounded alike."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.calls.criteria import Cut, first, said_score
from accelerator.calls.forms.decisions import ShownFrom, Which
from accelerator.calls.models import Application, Call, Decision, Lot
from accelerator.calls.queries.ranking import means_of
from accelerator.calls.queries.standing import CallStanding, FileStanding, applying, call_standing_of
from accelerator.calls.rules.applications import reason_against_judging_file
from accelerator.calls.rules.calls import see_call
from accelerator.calls.rules.registry import reason_within
from accelerator.community.queries.people import standing_of
from accelerator.design.forms import Form
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.design.unsaved import put_back
from accelerator.workflow import read_only

_TABS = (
    ("Experts", "calls:reviewers", "calls.run_reviews"),
    ("Affectation", "calls:assigning", "calls.run_reviews"),
    ("Liens et déports", "calls:links", "calls.run_reviews"),
    ("Classement", "calls:ranking", "calls.see_ranking"),
    ("Jurys", "calls:juries", "calls.run_sittings"),
    ("Commissions", "calls:commissions", "calls.see_ranking"),
    ("Courriers", "calls:letters", "calls.see_letters"),
    ("Promesses", "calls:promises", "calls.see_ranking"),
)


class Judging(Page):
    """A page about the judging of a call: 404 when the call is not there for this person, 403 when `rule` forbids."""

    rule: ClassVar[str]
    call: Call
    standing: CallStanding

    def load(self) -> None:
        call = Call.objects.filter(public_id=self.kwargs["key"].rpartition("-")[2]).first()
        if call is None:
            raise Http404
        self.enter(call, call_standing_of(self.person, call))

    def enter(self, call: Call, standing: CallStanding) -> None:
        """Be in a call, once what the person is to it is known; 404 when it is not there for them."""
        self.call, self.standing = call, standing
        if not self.standing.roles and see_call(self.standing):
            raise Http404

    def forbidden(self) -> str | None:
        return reason_within(self.rule, self.standing)

    def standing_of_file(self, application: Application) -> FileStanding:
        """What the person is to a file of the call, with what they are to the call."""
        of_organisation = applying(application)
        within = standing_of(self.person, of_organisation) if of_organisation else None
        return FileStanding(self.person, application, within, of_call=self.standing)

    def address(self, name: str, *arguments: Any) -> str:
        """The address of another page of the same call."""
        return reverse(f"calls:{name}", args=[self.call.key, *arguments])

    def trail(self) -> list[Crumb]:
        return [Crumb(self.call.title, self.address("call"))]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The pages of judging that this person may open."""
        match = self.request.resolver_match
        return [
            {
                "label": label,
                "url": reverse(name, args=[self.call.key]),
                "current": match is not None and match.view_name == name,
            }
            for label, name, rule in _TABS
            if reason_within(rule, self.standing) is None
        ]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "call": self.call, "tabs": self.tabs}


class JudgingFile(Judging):
    """A page about one file of a call: 404 when it is not of this call, 403 for whoever is on its applicant's side."""

    application: Application

    def load(self) -> None:
        found = Application.objects.submitted().filter(
            public_id=self.kwargs["application"], call__public_id=self.kwargs["key"].rpartition("-")[2]
        )
        application = found.select_related("call", "version", "organisation", "person").first()
        if application is None:
            raise Http404
        self.application = application
        organisation = applying(application)
        # One's roles on the platform come with what one is to the organisation.
        self.within = standing_of(self.person, organisation) if organisation else None
        platform = self.within.platform if self.within else None
        self.enter(application.call, call_standing_of(self.person, application.call, platform))

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        return reason_against_judging_file(self.of_file)

    @cached_property
    def of_file(self) -> FileStanding:
        return FileStanding(self.person, self.application, self.within, of_call=self.standing)


class ActJudging(Judging, ActionPage):
    """A page with a form about the judging of a call; `back` is where one returns, done or not."""

    template_name = "calls/judging/act.html"
    back: ClassVar[str]
    back_label: ClassVar[str] = ""

    def trail(self) -> list[Crumb]:
        return [*super().trail(), *([Crumb(self.back_label, self.back_url())] if self.back_label else [])]

    def back_url(self) -> str:
        """Where to return."""
        return self.address(self.back)

    def done_url(self, result: Any) -> str:
        return self.back_url()

    def said(self) -> list[tuple[str, str]]:
        """What the form is about, told before it: (name, words)."""
        return []

    def context(self) -> dict[str, Any]:
        return {**super().context(), "back_url": self.back_url(), "said": self.said()}


_TICKS = ("cocher", "tous")
_TURN = "montrer"
# How many boxes a page shows: half of the largest campaign, 2,500 of them, took more than a second.
_SHOWN = 200


class TheFirst(ActionPage):
    """To put before a page that ticks files of a ranking: the first so many, or all of them.

    They are asked by its address, or by a button of its form: what was typed comes back, and nothing is done. A long
    list is shown a part at a time, by buttons of the form too: what is ticked in the other parts is kept with it.
    """

    files: Sequence[Any]
    asked: int | None
    cut: Cut | None

    def choose_among(self, call: Call, files: Sequence[Any]) -> None:
        """Offer these files, best first; tick those that the address asks for."""
        posted = self.request.method == "POST"
        sent = self.request.POST if posted else self.request.GET
        self.files, self.which, self.shown_from = files, Which(data=sent), ShownFrom(data=sent)
        self.sent = [*sent.getlist("applications"), *sent.get("ailleurs", "").split()]
        self.whole = sent.get("tous") == "1"
        # « Entrée » in another field sends the first button of the form, which ticks. In that of the place, it asks for
        # that part; where as many are asked as were ticked already, nothing is ticked again.
        entered, before = not self.whole and "cocher" in sent, sent.get("demandes", "")
        self.turned = entered and bool(sent.get("depuis", "").strip())
        self.kept_as_sent = self.turned or (entered and before != "" and before == sent.get("premiers"))
        # Sent to be done, or to see another part, the ticks are those of the form.
        asks = not self.whole and (not posted or "cocher" in sent) and not self.kept_as_sent
        self.asked = self.which.values().get("premiers") if asks else None
        self.demanded = "" if self.whole else str(self.asked or before)
        self.cut = first(means_of(call), self.asked) if self.asked else None
        kept, given = set(self.cut.kept) if self.cut else set(), set() if self.cut or not posted else set(self.sent)
        self.ticked = [one.public_id for one in files if self.whole or one.pk in kept or one.public_id in given]
        self.start = self._start(sent)

    def _start(self, sent: QueryDict) -> int:
        """The place, from 0, of the first file shown."""
        asked = "depuis" if self.turned else sent.get(_TURN) or sent.get("debut", "")
        if asked == "depuis":
            place = self.shown_from.values().get("depuis") or 1
        else:
            place = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
        if any(name in sent for name in _TICKS) and not self.kept_as_sent:
            place = 1
        return max(0, min(place, len(self.files)) - 1)

    @property
    def ticks(self) -> bool:
        """Whether the form was sent to tick files or to see others, and not to be done."""
        return any(name in self.request.POST for name in (*_TICKS, _TURN))

    @property
    def unseen(self) -> list[Any]:
        """The files that stay ticked in the other parts, which this page does not show again: they were read before.

        None when they have just been ticked, nor once what was asked of them is refused: the refusal names the file.
        """
        if self.request.method != "POST" or self.whole or self.cut or hasattr(self, "form"):
            return []
        here = range(self.start, self.start + _SHOWN)
        ticked = set(self.ticked)
        return [one for place, one in enumerate(self.files) if place not in here and one.public_id in ticked]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.ticks:
            return super().post(request, *args, **kwargs)
        with read_only():
            self._open()
            form = self.make_form()
            put_back(form, {name: given for name, given in request.POST.lists() if name in form.fields})
            form.initial["applications"] = self.ticked
            return self.shown(form)

    def make_form(self, **bound: Any) -> Form:
        if "data" in bound:
            bound["data"] = bound["data"].copy()
            bound["data"].setlist("applications", self.sent)
        form = super().make_form(**bound)
        boxes: Any = form.fields["applications"].widget
        boxes.choices = self._rows(self.files[self.start : self.start + _SHOWN])
        return form

    @staticmethod
    def _rows(files: Sequence[Any]) -> list[tuple[str, str]]:
        return [(one.public_id, f"{one.number}, {one.title} ({said_score(one.mean)} sur 100)") for one in files]

    def form_arguments(self) -> dict[str, Any]:
        return {"rows": self._rows(self.files)}

    def initial(self) -> dict[str, Any]:
        return {"applications": self.ticked}

    def chosen(self, form: Any) -> list[Any]:
        """The files that were sent ticked, best first."""
        wanted = set(form.cleaned_data["applications"])
        return [one for one in self.files if one.public_id in wanted]

    def context(self) -> dict[str, Any]:
        tied = set(self.cut.tied) if self.cut else set()
        total, end = len(self.files), self.start + _SHOWN
        here = {one.public_id for one in self.files[self.start : end]}
        return {
            **super().context(),
            "which": self.which,
            "asked": self.asked,
            "demanded": self.demanded,
            "whole": self.whole,
            "kept": len(self.ticked),
            "elsewhere": len(self.cut.kept) - len(self.ticked) if self.cut else 0,
            "tie": self.cut.sentence if self.cut else "",
            "tied": [f"{one.number}, {one.title}" for one in self.files if one.pk in tied],
            "any": bool(self.files),
            "parted": total > _SHOWN,
            # A place is asked once: left in its field, it would be asked again by « Les cocher ».
            "shown_from": ShownFrom(data={}) if self.shown_from.is_valid() else self.shown_from,
            "start": self.start + 1,
            "end": min(end, total),
            "total": total,
            "before": max(1, self.start + 1 - _SHOWN) if self.start else 0,
            "after": end + 1 if end < total else 0,
            "other_ticks": " ".join(one for one in self.ticked if one not in here),
        }


def as_read(prints: Mapping[int, str]) -> str:
    """The prints of what a page lists, in one field: a form has a limit to how many it sends."""
    return " ".join(f"{number}:{print_}" for number, print_ in prints.items())


def read_back(request: HttpRequest, chosen: Iterable[Application | Decision]) -> dict[int, str]:
    """The same as they come back, of what was chosen; "", which no print is, of what came without."""
    shown = dict(part.partition(":")[::2] for part in request.POST.get("seen", "").split())
    return {one.pk: shown.get(str(one.pk), "") for one in chosen}


def lot_url(lot: Lot) -> str:
    return reverse("calls:lot_page", args=[lot.public_id])
