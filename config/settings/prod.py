"""Production: everything from the environment; all that is missing is said at once, at start."""

import os
import sys
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, INSTALLED_APPS, ROOT, TRUSTED_PROXIES, number

REQUIRED = {
    "DATABASE_URL": "l’adresse de la base PostgreSQL, par exemple postgres://nom:secret@hote:5432/base",
    "SECRET_KEY": "une suite d’au moins 50 caractères tirée au hasard, gardée secrète",
    "ALLOWED_HOSTS": "les noms de domaine servis, séparés par des virgules",
    "BASE_URL": "l’adresse publique du site, par exemple https://impact.example",
    "DEFAULT_FROM_EMAIL": "l’expéditeur des courriels, par exemple French IMPACT <ne-pas-repondre@impact.example>",
    "CONTACT_EMAIL": "l’adresse de contact affichée aux usagers",
    "EMAIL_HOST": "le serveur d’envoi des courriels",
    "MEDIA_ROOT": "le dossier des fichiers déposés, hors du code",
    "CREDENTIAL_KEYS": "le dossier des clés qui signent les attestations, hors du code et des sauvegardes",
}

PROCONNECT = ("PROCONNECT_ISSUER", "PROCONNECT_CLIENT_ID", "PROCONNECT_CLIENT_SECRET")


def _faults() -> list[str]:
    """Everything that prevents from starting, one French sentence each."""
    faults = [
        f"{name} manque : {meaning}." for name, meaning in REQUIRED.items() if not os.environ.get(name, "").strip()
    ]
    if 0 < len(os.environ.get("SECRET_KEY", "")) < 50:
        faults.append("SECRET_KEY est trop courte : il faut au moins 50 caractères tirés au hasard.")
    if os.environ.get("BASE_URL", "https://").split("://")[0] != "https":
        faults.append("BASE_URL doit commencer par https:// : les cookies ne voyagent que chiffrés.")
    proconnect = [name for name in PROCONNECT if not os.environ.get(name, "").strip()]
    if 0 < len(proconnect) < len(PROCONNECT):
        faults.append(f"Il manque {', '.join(proconnect)} : ProConnect demande ses trois variables, ou aucune.")
    if os.environ.get("PROCONNECT_ISSUER", "https://").split("://")[0] not in ("", "https"):
        faults.append("PROCONNECT_ISSUER doit commencer par https:// : une identité ne voyage que chiffrée.")
    media, signing = os.environ.get("MEDIA_ROOT", "").strip(), os.environ.get("CREDENTIAL_KEYS", "").strip()
    if media and signing and Path(signing).resolve().is_relative_to(Path(media).resolve()):
        faults.append("CREDENTIAL_KEYS ne doit pas être dans MEDIA_ROOT : les sauvegardes emportent ce dossier.")
    if "*" in os.environ.get("ALLOWED_HOSTS", ""):
        faults.append("ALLOWED_HOSTS doit nommer les domaines servis : « * » laisserait n’importe qui en inventer.")
    return faults


if faults := _faults():
    sys.exit("La configuration de production est incomplète (docs/operating.md) :\n- " + "\n- ".join(faults))

SECRET_KEY = os.environ["SECRET_KEY"]
# Changing the key without signing everybody out: the former ones, separated by spaces.
SECRET_KEY_FALLBACKS = os.environ.get("SECRET_KEY_FALLBACKS", "").split()
ALLOWED_HOSTS = [name.strip() for name in os.environ["ALLOWED_HOSTS"].split(",") if name.strip()]
BASE_URL = os.environ["BASE_URL"].rstrip("/")
EMAIL_HOST = os.environ["EMAIL_HOST"]
EMAIL_PORT = number("EMAIL_PORT", 587)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
MEDIA_ROOT = os.environ["MEDIA_ROOT"]
CREDENTIAL_KEYS = os.environ["CREDENTIAL_KEYS"]
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750

DEBUG = False
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# "__Host-": the browser refuses them over http, from a sub-domain, or for a part of the site.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SECURE_SSL_REDIRECT = os.environ.get("SECURE_SSL_REDIRECT", "1") == "1"
SECURE_REDIRECT_EXEMPT = [r"^sante(/pages)?$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
# Forwarded headers are believed only when our proxies are declared.
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

STATIC_ROOT = os.environ.get("STATIC_ROOT", ROOT / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

assert "demonstration" not in INSTALLED_APPS  # noqa: S101  decision 22: impossible in production
