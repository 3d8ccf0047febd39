"""What verifiers read. For all, from any site; kept a minute at most, so that a withdrawal is known at once."""

import hashlib
import json
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

from accelerator.credentials.keys import KeyMissing
from accelerator.credentials.models import StatusList
from accelerator.credentials.queries import did_document, status_list
from accelerator.credentials.states import Purpose
from accelerator.design.pages import Page


class Published(Page):
    """A document that machines read, in the media type of its standard, with what lets them ask whether it changed."""

    title = "Document signé"
    public = True
    media_type: str
    kept = 60

    def document(self) -> dict[str, Any]:
        """What is published. Raises `KeyMissing`."""
        raise NotImplementedError

    def answer(self) -> HttpResponseBase:
        try:
            body = json.dumps(self.document(), ensure_ascii=False, indent=1).encode()
        except KeyMissing:
            return HttpResponse("La clé de signature n’est pas disponible.", "text/plain; charset=utf-8", status=503)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        response = HttpResponse(body, content_type=self.media_type)
        answer = get_conditional_response(self.request, etag=etag, response=response) or response
        answer["ETag"] = etag
        answer["Cache-Control"] = f"public, max-age={self.kept}"
        answer["Access-Control-Allow-Origin"] = "*"
        return answer


class DidDocument(Published):
    """The keys by which the platform is recognised (did:web)."""

    media_type = "application/did+json"

    def document(self) -> dict[str, Any]:
        return did_document()


class PublishedList(Published):
    """Which credentials are suspended, or withdrawn."""

    media_type = "application/vc"

    def load(self) -> None:
        number = min(self.kwargs["number"], 2**31 - 1)
        found = StatusList.objects.filter(pk=number).first()
        if found is None or self.kwargs["purpose"] not in Purpose.values:
            raise Http404
        self.list = found

    def document(self) -> dict[str, Any]:
        return status_list(self.list, Purpose(self.kwargs["purpose"]), at=self.at)
