from tests.client import HostileClient


def test_the_home_page_opens(client: HostileClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
