import gzip

from django.test import Client


def test_pages_travel_compressed_when_the_browser_accepts_it() -> None:
    response = Client().get("/la-demarche", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert "La démarche" in gzip.decompress(response.content).decode()
    assert "Accept-Encoding" in response["Vary"]


def test_what_is_packed_already_keeps_its_length() -> None:
    response = Client().get("/annuaire.xlsx?q=zibeline", headers={"Accept-Encoding": "gzip"})
    assert not response.has_header("Content-Encoding")
    assert int(response["Content-Length"]) == len(b"".join(response.streaming_content))
