"""The themes proposed for organisations, and the records that have none, as the pages and the desk read them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accelerator.community.models import Organisation, Role, ThemeRefusal
from accelerator.community.queries.people import covered
from accelerator.community.record import MOST_THEMES
from accelerator.community.search import DIRECTORY
from accelerator.community.states import OrganisationState
from accelerator.community.suggestions import Nomenclature, Suggestion, nomenclature, texts_of
from accelerator.search.stemming import stemmed
from accelerator.search.streaming import first_without
from accelerator.search.text import folded, words_of
from accelerator.search.types import any_of, facet_key, place_key, quoted
from accelerator.workflow.ordering import alphabetical

# How many records the desk holds at once: it is never emptied in a day, and counting a million would take a second.
DESK: Final = 1000


def suggestions_of(
    organisations: Sequence[Organisation], themes: Nomenclature | None = None
) -> dict[int, list[Suggestion]]:
    """What the texts of these organisations let one think of, by identifier: three queries at most.

    Left out: the themes that they have, and those set aside, unless a new word leads to them. Nothing is proposed
    to a record that already has as many themes as it may.
    """
    refused: dict[tuple[int, str], set[str]] = {
        (refusal.organisation_id, refusal.theme_id): set(refusal.words)
        for refusal in ThemeRefusal.objects.filter(organisation__in=organisations)
    }
    found = (themes or nomenclature()).suggest_all([texts_of(organisation) for organisation in organisations])
    return {
        organisation.pk: [
            suggestion
            for suggestion in suggestions
            if len(organisation.themes) < MOST_THEMES
            and suggestion.theme.code not in organisation.themes
            and set(kept_words(suggestion)) - refused.get((organisation.pk, suggestion.theme.code), set())
        ]
        for organisation, suggestions in zip(organisations, found, strict=True)
    }


def kept_words(suggestion: Suggestion) -> list[str]:
    """The words of a suggestion as a refusal keeps them."""
    return sorted({folded(word)[:200] for word in suggestion.words})


def moderated_by(roles: Iterable[Role]) -> QuerySet[Organisation]:
    """The listed records that these platform roles moderate, `with_managed`."""
    moderated = reduce(or_, [covered(role) for role in roles], Q(pk__in=[]))
    return Organisation.objects.listed().filter(moderated).with_managed()


def without_theme(roles: Sequence[Role]) -> QuerySet[Organisation]:
    """The active records without theme that these roles moderate; with `lower_name`, to be sorted."""
    waiting = moderated_by(roles).filter(themes=[], state=OrganisationState.ACTIVE)
    return waiting.annotate(lower_name=Lower("name")).select_related("seat__departement")


def first_without_theme(
    roles: Sequence[Role], themes: Nomenclature, *, text: str = "", theme: str = "", departement: str = ""
) -> list[int]:
    """The first records without theme to look at, at most `DESK`: bounded whatever the size of the directory.

    text         words that all stand in the record.
    theme        its code: only the records whose text has a word of that theme.
    departement  the code of the département where the directory counts it.
    With something to look for (a perimeter is one) they come from the index, the most prominent first, and may hold
    a few that the roles do not moderate: `without_theme` decides.
    """
    within, words = list[str](), _all_words(text)
    if any(not role.perimeter for role in roles):
        if not (words or theme or departement):
            waiting = Organisation.objects.filter(themes=[], publishable=True, state=OrganisationState.ACTIVE)
            return list(waiting.order_by("pk").values_list("pk", flat=True)[:DESK])
    else:
        inside = {key for role in roles for key in role.perimeter}
        around = {f"agit-{key}" for role in roles for key in role.perimeter_cover}
        within.append(any_of(quoted(place_key(key)) for key in sorted(inside | around)))
    if departement:
        within.append(quoted(facet_key("departement", departement)))
    if theme:
        expressions = (
            "(" + " & ".join(any_of(quoted(stem) for stem in sorted(token)) for token in tokens) + ")"
            for tokens in themes.of(theme)
        )
        words.append(any_of(expressions))
    # Records of a place are fewer than those that have a word of a theme: they are asked for it one by one.
    looked = within or words[:1]
    return first_without(DIRECTORY, "theme", looked, words if within else words[1:], limit=DESK)


def _all_words(text: str) -> list[str]:
    words = [word for word in words_of(text) if not word.joined]
    stems = stemmed(words)
    return [any_of(quoted(stem) for stem in stems[word.raw]) for word in words if stems[word.raw]]


@dataclass(frozen=True)
class Choice:
    """A theme chosen at the desk for a record, and the reason why it cannot be kept, if there is one."""

    organisation: Organisation
    suggestion: Suggestion | None
    reason: str = ""


GONE: Final = "Ce thème n’est plus proposé : le texte de la fiche a changé, ou quelqu’un a déjà répondu."
MANAGED: Final = "Des personnes gèrent cette fiche : le thème leur est proposé, c’est à elles de le retenir."


def choices_of(roles: Sequence[Role], chosen: Collection[tuple[str, str]]) -> list[Choice]:
    """What was ticked at the desk (public identifier, code), record by record, as it stands now: a preview.

    What these roles do not moderate is left out.
    """
    asked = {public_id for public_id, _ in chosen}
    found = list(moderated_by(roles).filter(public_id__in=asked).order_by(alphabetical("name"), "pk"))
    suggested = suggestions_of(found)
    choices = []
    for organisation in found:
        by_code = {one.theme.code: one for one in suggested[organisation.pk]}
        codes = sorted({code for public_id, code in chosen if public_id == organisation.public_id})
        for code in codes:
            suggestion = by_code.get(code)
            reason = GONE if suggestion is None else MANAGED if organisation.is_managed else ""  # type: ignore[attr-defined]  # annotated
            choices.append(Choice(organisation, suggestion, reason))
    return choices
