"""Databases for tests that need one of their own, or that start another process."""

from django.conf import settings
from django.db import connection


def url_of(name: str) -> str:
    """The address of a database of the tests' server, for another process."""
    at = settings.DATABASES["default"]
    secret = f":{at['PASSWORD']}" if at.get("PASSWORD") else ""
    host = str(at["HOST"]).replace("/", "%2F")
    port = f":{at['PORT']}" if at.get("PORT") else ""
    return f"postgres://{at['USER']}{secret}@{host}{port}/{name}"


def url_of_test_database() -> str:
    """The address of the database of the test that runs (another process does not see what it did not commit)."""
    return url_of(str(connection.settings_dict["NAME"]))
