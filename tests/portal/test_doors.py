import pytest

from tests.client import HostileClient


@pytest.mark.parametrize(
    ("url", "heading"),
    [
        ("/la-demarche", "La démarche"),
        ("/plan-du-site", "Plan du site"),
        ("/accessibilite", "Déclaration d’accessibilité"),
        ("/mentions-legales", "Mentions légales"),
        ("/donnees-personnelles", "Données personnelles"),
        ("/conditions-d-utilisation", "Conditions d’utilisation"),
        ("/sources", "Sources et licences"),
        ("/territoires", "Territoires"),
    ],
)
def test_a_page_is_open_to_all(url: str, heading: str, client: HostileClient) -> None:
    response = client.get(url)
    assert response.status_code == 200
    assert f"<h1>{heading}</h1>" in response.content.decode()
    assert client.post(url).status_code == 405
