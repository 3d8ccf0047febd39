"""Fields that read places from what people type.

Both work without JavaScript. A text that may name several places comes back with those places to choose from, beside
the field, and what was typed is kept; a text that names nothing comes back with the nearest names. With JavaScript,
`geography/places.js` suggests while one types. A page that holds such a field shows its script: `{{ form.media }}`
(`design/base.html` does it for `form`).
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.urls import reverse_lazy
from django.utils.datastructures import MultiValueDict

from accelerator.geography.models import Place, PlaceKind
from accelerator.geography.names import plain
from accelerator.geography.perimeters import Perimeter, UnknownPlace, perimeter_of, places_of
from accelerator.geography.queries import EVERY_KIND, Reading, find_places, place_of, read_place

_KEY: Final = re.compile(rf"(?:{'|'.join(EVERY_KIND)})-\w+")
_AT_MOST: Final = 100
_ONE_KIND: Final = {
    PlaceKind.COMMUNE: "une commune",
    PlaceKind.EPT: "un établissement public territorial",
    PlaceKind.EPCI: "une intercommunalité",
    PlaceKind.DEPARTEMENT: "un département",
    PlaceKind.REGION: "une région",
    PlaceKind.PAYS: "la France entière",
}


@dataclass(frozen=True)
class Typed:
    """What a field received.

    text    what was typed.
    key     the place chosen among those offered, or by the script.
    key_of  the text for which it was chosen: if the text has changed since, the choice is void.
    kept    the places already chosen (a perimeter's).
    """

    text: str = ""
    key: str = ""
    key_of: str = ""
    kept: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.text or self.kept)

    def __str__(self) -> str:
        return self.text


class _PlacesWidget(forms.TextInput):
    """What the two fields share: a text, places to choose from, and the script that suggests."""

    kinds: Collection[str] = EVERY_KIND
    several = False

    class Media:
        js = (forms.Script("geography/places.js", type="module"),)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "maxlength": 1000, **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed:
        kept = data.getlist(f"{name}_kept") if isinstance(data, MultiValueDict) else data.get(f"{name}_kept", ())
        return Typed(
            text=_text(data.get(name)),
            key=_text(data.get(f"{name}_key")),
            key_of=_text(data.get(f"{name}_key_of")),
            kept=tuple(dict.fromkeys(_text(key) for key in kept)) if self.several else (),
        )

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}_kept" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        shown = self.shown(value)
        context = super().get_context(name, shown["text"], attrs)
        context["widget"] |= shown
        context["widget"]["attrs"] |= {
            "data-places": reverse_lazy("geography:suggestions"),
            "data-places-kinds": "" if set(self.kinds) == set(EVERY_KIND) else ",".join(self.kinds),
            "data-places-several": "oui" if self.several else "non",
        }
        return context

    def shown(self, value: Any) -> dict[str, Any]:
        """What the template shows of a value."""
        raise NotImplementedError


class PlaceInput(_PlacesWidget):
    """One place."""

    template_name = "geography/forms/place.html"

    def shown(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Typed):
            reading = understood(value, self.kinds)
            # The text is left as it was typed, so that a choice made for it stands.
            text = reading.place.label if reading.place and _KEY.fullmatch(value.text) else value.text
            key = reading.place.key if reading.place else ""
            return {"text": text, "key": key, "key_of": text, "candidates": reading.candidates, "kept": ()}
        place = value if isinstance(value, Place) else place_of(str(value)) if value else None
        text = place.label if place else ""
        return {"text": text, "key": place.key if place else "", "key_of": text, "candidates": (), "kept": ()}


class PerimeterInput(_PlacesWidget):
    """Several places of any kind."""

    template_name = "geography/forms/perimeter.html"
    several = True

    def use_required_attribute(self, initial: Any) -> bool:
        """The text may stay empty once places are chosen."""
        return False

    def shown(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Typed):
            kept, pending = _sorted_out(value, self.kinds)
            text = "; ".join(text for text, _ in pending)
            candidates = pending[0][1].candidates if pending else ()
            key_of = pending[0][0] if pending else ""
            return {"text": text, "key": "", "key_of": key_of, "candidates": candidates, "kept": kept}
        keys = value.keys if isinstance(value, Perimeter) else tuple(value or ())
        return {"text": "", "key": "", "key_of": "", "candidates": (), "kept": _known(keys)}


class _PlacesField(forms.Field):
    """What the two fields share: the kinds of places, and how a doubt is said."""

    widget: type[_PlacesWidget]

    def __init__(self, *, kinds: Collection[str] = EVERY_KIND, **kwargs: Any) -> None:
        self.kinds = tuple(kinds)
        super().__init__(**kwargs)
        self.widget.kinds = self.kinds

    def doubt(self, text: str, reading: Reading) -> forms.ValidationError:
        """Why a text is not one place, and what to do."""
        wanted = _alternatives([_ONE_KIND[PlaceKind(kind)] for kind in self.kinds])
        if reading.candidates and not reading.guessed:
            if len(reading.candidates) == 1:
                return forms.ValidationError(
                    f"Aucun lieu ne s’appelle « {text} ». Est-ce {reading.candidates[0].label} ? Choisissez-le dans la "
                    "liste, ou corrigez.",
                    code="unknown",
                )
            return forms.ValidationError(
                f"Plusieurs lieux répondent à « {text} ». Choisissez le bon dans la liste.", code="ambiguous"
            )
        if reading.candidates:
            return forms.ValidationError(
                f"Nous ne connaissons pas « {text} ». Choisissez un nom proche dans la liste, ou corrigez.",
                code="unknown",
            )
        if elsewhere := find_places(text, limit=1):
            found = elsewhere[0]
            if not found.guessed:
                return forms.ValidationError(
                    f"« {text} » : {found.place.name} ({found.place.described.lower()}) ne convient pas ici. "
                    f"Indiquez {wanted}.",
                    code="kind",
                )
        return forms.ValidationError(
            f"Nous ne trouvons aucun lieu pour « {text} ». Indiquez {wanted}, par son nom"
            f"{' ou son code postal' if PlaceKind.COMMUNE in self.kinds else ''}.",
            code="unknown",
        )


class PlaceField(_PlacesField):
    """One place; `clean` gives a `Place`, or None. Initial: a `Place`, its key, or None."""

    widget = PlaceInput

    def clean(self, value: Any) -> Place | None:
        typed = value if isinstance(value, Typed) else Typed(text=_text(value))
        if not typed.text:
            super().validate(None)
            return None
        reading = understood(typed, self.kinds)
        if reading.place is None:
            raise self.doubt(typed.text, reading)
        return reading.place

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = initial.key if isinstance(initial, Place) else initial or ""
        reading = understood(data, self.kinds) if isinstance(data, Typed) and data.text else Reading()
        return before != (reading.place.key if reading.place else "")


class PerimeterField(_PlacesField):
    """Several places; `clean` gives a `Perimeter`, empty if nothing was typed. Initial: a `Perimeter` or keys.

    Without JavaScript, one types several names with semicolons between them.
    """

    widget = PerimeterInput

    def clean(self, value: Any) -> Perimeter:
        typed = value if isinstance(value, Typed) else Typed(text=_text(value))
        kept, pending = _sorted_out(typed, self.kinds)
        if pending:
            raise self.doubt(*pending[0])
        if not kept:
            super().validate(None)
        if len(kept) > _AT_MOST:
            raise forms.ValidationError(
                f"{len(kept)} lieux, c’est trop : {_AT_MOST} au plus. Préférez des lieux plus grands "
                "(intercommunalités, départements, régions)."
            )
        return perimeter_of([place.key for place in kept])

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = initial.keys if isinstance(initial, Perimeter) else initial or ()
        kept, pending = _sorted_out(data, self.kinds) if isinstance(data, Typed) else ([], [])
        return bool(pending) or {place.key for place in kept} != set(before)


def understood(typed: Typed, kinds: Collection[str]) -> Reading:
    """The place chosen for this very text, otherwise what the text says by itself: a key (in a link) or a name."""
    if _KEY.fullmatch(typed.text):
        return Reading(place=place_of(typed.text, kinds))
    if typed.key and plain(typed.key_of) == plain(typed.text) and (place := place_of(typed.key, kinds)):
        return Reading(place=place)
    return read_place(typed.text, kinds) if typed.text else Reading()


def _sorted_out(typed: Typed, kinds: Collection[str]) -> tuple[list[Place], list[tuple[str, Reading]]]:
    """The places that are certain, and the texts that are not, each with what it may mean."""
    certain = {place.key: place for place in _known(typed.kept) if place.kind in kinds}
    pending: list[tuple[str, Reading]] = []
    for text in dict.fromkeys(part.strip() for part in typed.text.split(";")):
        if text:
            reading = understood(Typed(text, typed.key, typed.key_of), kinds)
            if reading.place:
                certain[reading.place.key] = reading.place
            else:
                pending.append((text, reading))
    return list(certain.values()), pending


def _known(keys: Sequence[str]) -> list[Place]:
    """The places of keys that may come from anywhere: what names nothing is left out."""
    try:
        found = places_of(keys)
    except UnknownPlace:
        found = {key: place for key in keys if (place := place_of(key))}
    return sorted({place.key: place for place in found.values()}.values(), key=lambda place: place.sort_name)


def _alternatives(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} ou {words[-1]}"


def _text(value: Any) -> str:
    """A text as a form may receive it: no spaces around, no zero byte (the database refuses it)."""
    return str(value or "").replace("\x00", "").strip()
