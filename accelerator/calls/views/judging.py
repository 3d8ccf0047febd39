"""Pages about the judging of one call: loaded, ruled and surrounded alike."""

from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse

from accelerator.calls.models import Call
from accelerator.calls.queries.standing import CallStanding, call_standing_of
from accelerator.calls.rules.calls import see_call
from accelerator.calls.rules.registry import reason_within
from accelerator.design.pages import ActionPage, Crumb, Page

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
