from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import RequestFactory
from django.test.utils import override_settings

from accelerator.design import views
from tests.client import HostileClient, faults_of


def test_a_page_that_does_not_exist_says_what_to_do(client: HostileClient) -> None:
    response = client.get("/nulle-part")
    page = response.content.decode()
    assert response.status_code == 404
    assert "<h1>Page introuvable</h1>" in page
    assert "Erreur 404" in page
    assert "Chercher dans l’annuaire" in page


def test_a_body_too_heavy_is_refused_before_it_is_read(client: HostileClient) -> None:
    response = client.post("/essai/tout", {}, CONTENT_LENGTH=str(200 * 1024 * 1024))
    assert response.status_code == 413
    assert "20 Mo" in response.content.decode()


def test_a_form_without_its_key_says_how_to_go_on() -> None:
    strict = HostileClient(enforce_csrf_checks=True)
    response = strict.post("/essai/tout", {"name": "x"})
    assert response.status_code == 403
    assert "<h1>Formulaire expiré</h1>" in response.content.decode()


@pytest.mark.parametrize("charset", ["utf-7", "latin-1", "utf-16"])
def test_a_body_in_another_alphabet_is_not_a_breakdown(charset: str) -> None:
    strict = HostileClient(enforce_csrf_checks=True)
    strict.cookies["csrftoken"] = "a" * 32
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    response = strict.post("/essai/tout", b"name=x", content_type=kind)
    assert response.status_code == 400
    assert "Demande incomprise" in response.content.decode()


def test_a_demand_that_cannot_be_read(rf: RequestFactory) -> None:
    request = rf.get("/")
    from django.contrib.auth.models import AnonymousUser

    request.user = AnonymousUser()
    response = views.bad_request(request, SuspiciousOperation())
    assert response.status_code == 400
    assert faults_of(response.content.decode()) == []


def test_a_breakdown_shows_a_page_that_needs_nothing(client: HostileClient) -> None:
    client.raise_request_exception = False
    response = client.get("/essai/panne")
    assert response.status_code == 500
    assert "L’équipe en est avertie." in response.content.decode()


@pytest.mark.parametrize("debug", [False])
def test_the_page_of_last_resort_survives_fingerprinted_files(debug: bool, tmp_path: Any, rf: RequestFactory) -> None:
    """With the manifest of production, a file that is missing is an error: those of this page must be collected."""
    from django.core.management import call_command

    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path, DEBUG=debug):
        call_command("collectstatic", verbosity=0, interactive=False)
        response = views.server_error(rf.get("/"))
        page = response.content.decode()
    assert response.status_code == 500
    assert faults_of(page) == []
    assert "design/site." in page
    assert "design/site.css" not in page
