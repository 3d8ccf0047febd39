"""Themes proposed from the text: answered by who manages the record, or at the desk for the records without manager."""

import re
from typing import Any, Final

from django.contrib import messages
from django.db.models.expressions import RawSQL
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.safestring import SafeString

from accelerator.community import rules
from accelerator.community.forms.records import ThemeAnswerForm, ThemelessFilters
from accelerator.community.models import Organisation
from accelerator.community.operations.themes import Accepted, accept_theme, accept_themes, refuse_theme
from accelerator.community.queries.people import platform_roles_of
from accelerator.community.queries.suggestions import (
    DESK,
    Choice,
    choices_of,
    first_without_theme,
    suggestions_of,
    without_theme,
)
from accelerator.community.suggestions import Suggestion, nomenclature
from accelerator.community.views.within import ActWithin
from accelerator.design.boxes import picks
from accelerator.design.forms import Form
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page

# The form of the desk, and the parameter of what is ticked: "public identifier:code".
PICKED: Final = "choix"
FORM: Final = "choisir"
MOST_PICKED: Final = 100
_PICK: Final = re.compile(r"(\w{1,12}):(\w{1,3})", re.ASCII)


class Themes(ActWithin):
    """The themes that the text lets one think of, each to keep or to set aside."""

    rule = "community.decide_themes"
    back = "edit"
    back_label = "Modifier la fiche"
    title = "Thèmes proposés"
    template_name = "community/themes/suggested.html"
    form_class = ThemeAnswerForm

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "suggestions": suggestions_of([self.organisation])[self.organisation.pk],
            "answer_url": self.address("themes"),
        }

    def perform(self, form: Any) -> Organisation:
        answer = accept_theme if form.cleaned_data["answer"] == "retenir" else refuse_theme
        self.kept = answer is accept_theme
        code = form.cleaned_data["theme"]
        return answer(organisation=self.organisation, code=code, by=self.person, at=self.at)

    def done_url(self, result: Organisation) -> str:
        """Here as long as something is proposed."""
        return self.address("themes" if suggestions_of([result])[result.pk] else self.back)

    def message_when_done(self, result: Organisation) -> str:
        return "Le thème est retenu : on trouve l’organisation avec lui." if self.kept else "Le thème est écarté."


def _name(row: Organisation) -> str:
    return row.name


def _place(row: Organisation) -> str | None:
    seat = row.seat
    if seat is None:
        return None
    return f"{seat.name} ({seat.departement.name})" if seat.departement else seat.name


def _suggested(row: Any) -> SafeString | str:
    """The boxes of a record, or why there are none."""
    if not row.suggested:
        return "Aucun : rien dans le texte n’y mène"
    if row.is_managed:
        themes = ", ".join(one.theme.label for one in row.suggested)
        return f"{themes} : proposés aux personnes qui gèrent la fiche"
    return picks(PICKED, [(f"{row.public_id}:{one.theme.code}", *_said(one)) for one in row.suggested], form=FORM)


def _said(suggestion: Suggestion) -> tuple[str, str]:
    return suggestion.theme.label, f"{suggestion.how_sure}, à cause de {suggestion.because}"


def _exported(row: Any) -> list[str]:
    return [f"{one.theme.label} ({one.how_sure} : {', '.join(one.words)})" for one in row.suggested]


class _Desk(Page):
    """A page for those who moderate; their roles are read once."""

    def load(self) -> None:
        self.roles = platform_roles_of(self.person)

    def forbidden(self) -> str | None:
        return None if self.roles else rules.PLATFORM


class Themeless(_Desk, ListPage):
    """The desk of the records without theme: what their text lets one think of, page by page."""

    title = "Fiches sans thème"
    template_name = "community/themes/themeless.html"
    filter_form = ThemelessFilters
    export_name = "fiches-sans-theme"
    things = ("fiche sans thème", "fiches sans thème")
    order = "nom"
    empty_title = "Toutes les fiches ont un thème"
    empty_advice = "Les fiches actives de votre périmètre, sans aucun thème, sont rangées ici."
    columns = (
        Column(
            "nom",
            "Organisation",
            _name,
            sort=("lower_name",),
            url=lambda row: reverse("community:organisation", args=[row.key]),
        ),
        Column("siege", "Siège", _place, sort=("seat__sort_name",), nullable=True),
        Column("themes", "Thèmes proposés", _suggested, export=_exported),
    )

    def filter_arguments(self) -> dict[str, Any]:
        self.themes = nomenclature()
        return {"themes": [(theme.code, theme.label) for theme in self.themes.themes.values()]}

    def rows(self) -> Any:
        return without_theme(self.roles)

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        first = first_without_theme(
            self.roles,
            self.themes,
            text=values.get("q", ""),
            theme=values.get("theme", ""),
            departement=values.get("departement", ""),
        )
        # One list, not a thousand values: they took longer to send than to find.
        return rows.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [first]))

    def prepared(self, rows: list[Any]) -> list[Any]:
        """Only the texts of these rows are read."""
        suggested = suggestions_of(rows, self.themes)
        for row in rows:
            row.suggested = suggested[row.pk]
        return rows

    def context(self) -> dict[str, Any]:
        known = super().context()
        return {
            **known,
            "form_name": FORM,
            "choice_url": reverse("community:themeless_choice"),
            "pickable": any(row.suggested and not row.is_managed for row in known["rows"]),
            "full": self.count >= DESK,
            "desk": DESK,
        }


class ThemelessChoice(_Desk, ActionPage):
    """What was ticked at the desk, shown before anything is written, then kept in one go."""

    title = "Retenir ces thèmes"
    template_name = "community/themes/choice.html"
    form_class = Form

    def load(self) -> None:
        super().load()
        read = [_PICK.fullmatch(text) for text in self.request.GET.getlist(PICKED)]
        chosen = list(dict.fromkeys((found[1], found[2]) for found in read if found))
        self.too_many = len(chosen) > MOST_PICKED
        self.choices: list[Choice] = [] if self.too_many else choices_of(self.roles, chosen)
        self.possible = [choice for choice in self.choices if not choice.reason]

    def trail(self) -> list[Crumb]:
        return [Crumb("Fiches sans thème", reverse("community:themeless"))]

    @property
    def submit_label(self) -> str:  # type: ignore[override]  # said with how many
        count = len(self.possible)
        return "Retenir ce thème" if count == 1 else f"Retenir ces {count} thèmes"

    def answer(self) -> HttpResponseBase:
        if not self.request.GET.getlist(PICKED):
            messages.warning(self.request, "Cochez d’abord au moins un thème.")
            return HttpResponseRedirect(reverse("community:themeless"))
        return super().answer()

    def context(self) -> dict[str, Any]:
        return {
            "possible": self.possible,
            "impossible": [choice for choice in self.choices if choice.reason],
            "too_many": self.too_many,
            "most": MOST_PICKED,
            "back_url": reverse("community:themeless"),
        }

    def perform(self, form: Any) -> Accepted:
        chosen = [(choice.organisation, choice.suggestion.theme.code) for choice in self.possible if choice.suggestion]
        return accept_themes(chosen=chosen, by=self.person, at=self.at)

    def done_url(self, result: Accepted) -> str:
        return reverse("community:themeless")

    def message_when_done(self, result: Accepted) -> str:
        kept = len(result.kept)
        said = "Un thème retenu." if kept == 1 else f"{kept} thèmes retenus." if kept else "Aucun thème retenu."
        reasons = "".join(f" {organisation.name} : {reason}" for organisation, reason in result.left[:5])
        return f"{said}{reasons}"
