"""Production's settings, in a process of their own with an environment of their own."""

import os
import subprocess
import sys

import pytest

from config import embedded
from tests.databases import url_of_test_database

COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "SECRET_KEY": "une-suite-tirée-au-hasard-0123456789-abcdefghij-KLMNOPQRST-!%&",
    "ALLOWED_HOSTS": "impact.example,www.impact.example",
    "BASE_URL": "https://impact.example/",
    "DEFAULT_FROM_EMAIL": "French IMPACT <ne-pas-repondre@impact.example>",
    "CONTACT_EMAIL": "contact@impact.example",
    "EMAIL_HOST": "localhost",
    "MEDIA_ROOT": "/nonexistent/media",
    "CREDENTIAL_KEYS": "/nonexistent/keys",
}


def _run(*command: str, without: tuple[str, ...] = (), **changed: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url_of_test_database(), **COMPLETE, **changed}
    for name in without:
        del environment[name]
    return subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=embedded.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_django_finds_nothing_to_say_before_deployment() -> None:
    done = _run("manage.py", "check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_all_that_is_missing_is_said_at_once_without_a_trace() -> None:
    done = _run("manage.py", "check", without=("SECRET_KEY", "EMAIL_HOST"), BASE_URL="http://impact.example")
    assert done.returncode != 0
    for sentence in ("SECRET_KEY manque", "EMAIL_HOST manque", "BASE_URL doit commencer par https://"):
        assert sentence in done.stderr
    assert "MEDIA_ROOT" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "court", "trop courte"),
        ("ALLOWED_HOSTS", "*", "nommer les domaines"),
        ("EMAIL_PORT", "smtp", "EMAIL_PORT doit être un nombre entier"),
        ("CREDENTIAL_KEYS", "/nonexistent/media/keys", "les sauvegardes emportent ce dossier"),
        ("TRUSTED_PROXIES", "oui", "TRUSTED_PROXIES doit être un nombre entier"),
    ],
)
def test_a_wrong_value_is_said(name: str, value: str, sentence: str) -> None:
    done = _run("manage.py", "check", **{name: value})
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demonstration_cannot_be_there() -> None:
    code = (
        "import django; django.setup()\n"
        "from django.apps import apps\n"
        "from django.conf import settings\n"
        "from django.urls import Resolver404, resolve\n"
        "assert not apps.is_installed('demonstration')\n"
        "assert not getattr(settings, 'DEMONSTRATION', False)\n"
        "assert 'demonstration' not in settings.EMAIL_BACKEND\n"
        "try:\n    resolve('/demo/courriels')\nexcept Resolver404:\n    print('absente')\n"
    )
    done = _run("-c", code)
    assert done.stdout.strip() == "absente", done.stderr


def test_cookies_and_addresses_are_locked() -> None:
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings as s\n"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN, s.DEBUG,"
        " s.BASE_URL, *s.ALLOWED_HOSTS)"
    )
    assert _run("-c", code).stdout.split() == [
        *("__Host-session", "__Host-csrf", "True", "None", "False"),
        *("https://impact.example", "impact.example", "www.impact.example"),
    ]


def test_browsers_tell_what_they_refused_where_the_operator_asks() -> None:
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES'].get('report-uri'))"
    )
    assert _run("-c", code).stdout.strip() == "None"
    assert _run("-c", code, CSP_REPORT_URI="https://csp.example/r").stdout.strip() == "https://csp.example/r"
