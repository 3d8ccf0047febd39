"""Addresses of the labels."""

from django.urls import URLPattern, path, re_path

from accelerator.labels.views import proving

app_name = "labels"


def _label(rest: str, view: type, name: str) -> URLPattern:
    """The address of a page of a label: its title, then twelve hexadecimal digits, which no category ends with."""
    return re_path(rf"^labels/(?P<key>[^/]+-[0-9a-f]{{12}}){rest}$", view.as_view(), name=name)  # type: ignore[attr-defined]


urlpatterns = [
    # What a label is worth
    path("labels/verifier", proving.Verify.as_view(), name="verify"),
    _label("/preuve", proving.ProofPage, "proof"),
    _label(r"/preuve\.json", proving.ProofFile, "proof_file"),
    _label(r"/certificat\.pdf", proving.Certificate, "certificate"),
]
