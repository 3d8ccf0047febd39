"""What is logged, and what must not be."""

import io
import json
import logging
import logging.config

import pytest
from django.conf import settings

from tests.client import HostileClient


@pytest.fixture
def lines() -> object:
    """The structured lines written while the test runs."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    formatter = dict(settings.LOGGING["formatters"]["json"])
    made = logging.config.DictConfigurator({"version": 1}).configure_formatter(formatter)
    handler.setFormatter(made)
    for name in settings.LOGGING["handlers"]["console"]["filters"]:
        handler.addFilter(logging.config.DictConfigurator({}).resolve(settings.LOGGING["filters"][name]["()"])())
    loggers = [logging.getLogger(name) for name in ("impact", "django.security.csrf")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel("INFO")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    for logger in loggers:
        logger.removeHandler(handler)
        logger.setLevel("NOTSET")


def test_a_request_is_one_line_without_what_was_asked(client: HostileClient, lines) -> None:
    response = client.get("/?q=une+personne+nommée")
    (line,) = lines()
    assert line["route"] == "/"
    assert line["status"] == 200
    assert line["method"] == "GET"
    assert line["ms"] > 0
    assert line["request_id"] == response["X-Request-ID"]
    assert "nomm" not in json.dumps(line, ensure_ascii=False)


def test_an_unknown_address_is_not_copied(client: HostileClient, lines) -> None:
    client.get("/jeton-secret-7Gk2")
    (line,) = lines()
    assert line["status"] == 404
    assert "7Gk2" not in json.dumps(line)


def test_too_many_parameters_are_one_line_and_no_trace(client: HostileClient, lines) -> None:
    too_many = range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)
    assert client.get("/annuaire?" + "&".join(f"theme={n}" for n in too_many)).status_code == 400
    assert logging.getLogger("django.security.TooManyFieldsSent").isEnabledFor(logging.ERROR) is False
    assert [line["status"] for line in lines()] == [400]


def test_a_form_refused_does_not_tell_the_link_it_was_sent_to(lines) -> None:
    strict = HostileClient(enforce_csrf_checks=True)
    assert strict.post("/invitations/jeton-secret-7Gk2", {}).status_code == 403
    said = lines()
    assert [line["logger"] for line in said] == ["django.security.csrf", "impact.access"]
    assert "/invitations/<str:token>" in said[0]["message"]
    assert "7Gk2" not in json.dumps(said)


def test_the_queries_of_a_request_are_counted(client: HostileClient, lines) -> None:
    client.get("/sante")
    (line,) = lines()
    assert line["queries"] >= 3


def test_a_proxy_may_give_the_number_of_a_request(client: HostileClient) -> None:
    number = "0123456789abcdef0123456789abcdef"
    assert client.get("/sante", headers={"X-Request-ID": number})["X-Request-ID"] == number
    forged = "0123456789abcdef\n{}"
    assert client.get("/sante", headers={"X-Request-ID": forged})["X-Request-ID"] != forged
