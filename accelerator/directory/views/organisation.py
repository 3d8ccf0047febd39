"""The record of an organisation, for machines."""

from django.conf import settings
from django.http import Http404, JsonResponse
from django.http.response import HttpResponseBase

from accelerator.community.queries.organisation import canonical, public_record
from accelerator.design.pages import KeyedPage
from accelerator.directory.queries.published import published


class OrganisationData(KeyedPage):
    """What is published of a record, whoever asks. A merged record leads to the one that lives on."""

    title = "Une organisation, en JSON"
    public = True
    frequent = True

    def load(self) -> None:
        found = public_record(self.kwargs["key"].rpartition("-")[2])
        if found is None:
            raise Http404
        self.organisation = canonical(found)
        if not self.organisation.publishable:
            raise Http404

    @property
    def current_key(self) -> str:
        return self.organisation.key

    def content(self) -> HttpResponseBase:
        response = JsonResponse(
            published(self.organisation, settings.BASE_URL), json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
        response["Access-Control-Allow-Origin"] = "*"
        return response
