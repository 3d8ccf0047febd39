"""Production: everything from the environment; what is missing is said in one sentence, at start."""

import os

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import ROOT


def _required(name: str, meaning: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"La variable d'environnement {name} manque : {meaning}.")
    return value


_required("DATABASE_URL", "l'adresse de la base PostgreSQL, par exemple postgres://nom:secret@hote:5432/base")
SECRET_KEY = _required("SECRET_KEY", "une suite d'au moins 50 caractères tirée au hasard")
ALLOWED_HOSTS = _required("ALLOWED_HOSTS", "les noms de domaine servis, séparés par des virgules").split(",")
BASE_URL = _required("BASE_URL", "l'adresse publique du site, par exemple https://impact.example").rstrip("/")
DEFAULT_FROM_EMAIL = _required("DEFAULT_FROM_EMAIL", "l'expéditeur des courriels")
EMAIL_HOST = _required("EMAIL_HOST", "le serveur d'envoi des courriels")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
MEDIA_ROOT = _required("MEDIA_ROOT", "le dossier des fichiers déposés")
CONTACT_EMAIL = _required("CONTACT_EMAIL", "l'adresse de contact affichée aux usagers")

DEBUG = False
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SECURE_SSL_REDIRECT = os.environ.get("SECURE_SSL_REDIRECT", "1") == "1"
SECURE_REDIRECT_EXEMPT = [r"^sante$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# Forwarded headers are believed only when a proxy is declared.
if os.environ.get("BEHIND_PROXY") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "1" if os.environ.get("BEHIND_PROXY") == "1" else "0"))

STATIC_ROOT = os.environ.get("STATIC_ROOT", ROOT / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
