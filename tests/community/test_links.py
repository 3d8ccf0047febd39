"""A link shown on a public page leads to a site, and to the one that it names."""

import pytest

from accelerator.community.forms.records import Links

DECEITFUL = [
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://fichiers.example/",
    "file:///etc/passwd",
    "https://banque.example@piege.example/",
    "https://nom:secret@piege.example/",
]


@pytest.mark.parametrize("address", DECEITFUL)
def test_a_deceitful_address_is_refused_everywhere(address: str) -> None:
    assert "website" in Links({"website": address}).errors
    assert "links" in Links({"links": f"Notre page {address}"}).errors


@pytest.mark.parametrize("address", ["https://atelier.example", "http://atelier.example/a@b", "atelier.example"])
def test_a_site_is_accepted(address: str) -> None:
    form = Links({"website": address, "links": f"Notre page {address}"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["links"][0]["label"] == "Notre page"
