"""The tests: their own cluster (fsync off), otherwise as on a laptop."""

import os
import tempfile
from pathlib import Path

from config import embedded
from config.settings.dev import *  # noqa: F403
from config.settings.dev import DATABASES, LOGGING, TEMPLATES

if not os.environ.get("DATABASE_URL"):
    DATABASES = {"default": embedded.settings("test")}
DATABASES["default"]["CONN_MAX_AGE"] = 0

MEDIA_ROOT = Path(tempfile.gettempdir()) / f"french-impact-tests-{os.getpid()}"
CREDENTIAL_KEYS = Path(tempfile.gettempdir()) / f"french-impact-keys-{os.getpid()}"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING["root"]["level"] = "ERROR"


class _Undefined(str):
    """What an undefined template variable becomes: an error (house rule 12)."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return True  # Django asks whether "%s" is in it, to format it with the variable's name

    def __mod__(self, variable: object) -> str:
        raise UndefinedVariable(f"Variable de gabarit inconnue : {variable}")


class UndefinedVariable(Exception):
    """A template used a variable that does not exist."""


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _Undefined("%s")
# The company register answers on this machine or not at all.
COMPANY_REGISTER_URL = "http://127.0.0.1:9"
# ProConnect too: the tests that need it start its provider.
PROCONNECT_ISSUER = PROCONNECT_CLIENT_ID = PROCONNECT_CLIENT_SECRET = ""
# Read static files where they are: nothing was collected.
WHITENOISE_AUTOREFRESH = True
