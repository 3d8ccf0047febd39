"""Suggestions of places, for the script of the fields."""

from django.http import HttpResponseBase, JsonResponse

from accelerator.design.pages import Page
from accelerator.geography.models import PlaceKind
from accelerator.geography.queries import EVERY_KIND, find_places


class Suggestions(Page):
    """The places that a text may name, at most ten, as JSON. Public: the Code officiel géographique is.

    Parameters: `q`, the text; `genres`, the kinds wanted, with commas between them (all of them by default).
    The same for everyone, so the browser keeps it an hour.
    """

    title = "Lieux"
    public = True

    def answer(self) -> HttpResponseBase:
        asked = [kind for kind in self.request.GET.get("genres", "").split(",") if kind in PlaceKind.values]
        text = self.request.GET.get("q", "").replace("\x00", "")
        found = find_places(text, asked or EVERY_KIND, limit=10)
        body = {
            "suggestions": [
                {
                    "key": suggestion.place.key,
                    "label": suggestion.label,
                    "detail": suggestion.detail,
                    "guessed": suggestion.guessed,
                }
                for suggestion in found
            ]
        }
        response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
        response["Cache-Control"] = "public, max-age=3600"
        return response
