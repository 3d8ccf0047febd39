"""Suggestions of organisations, for the script of the field in which one names one."""

from django.http import HttpResponseBase, JsonResponse

from accelerator.community.queries.naming import organisations_like, said_of
from accelerator.design.pages import Page


class Suggestions(Page):
    """The listed organisations that a text (`q`) may name, at most eight, as JSON. Public: the directory is."""

    title = "Organisations"
    public = True

    def answer(self) -> HttpResponseBase:
        found = organisations_like(self.request.GET.get("q", ""))
        suggestions = [{"key": one.public_id, "label": one.name, "detail": said_of(one)} for one in found]
        response = JsonResponse({"suggestions": suggestions}, json_dumps_params={"ensure_ascii": False})
        response["Cache-Control"] = "public, max-age=300"
        return response
