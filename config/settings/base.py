"""What every environment shares. Secrets and addresses come from the environment only (`prod.py`)."""

import os
import sys
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from pythonjsonlogger.core import RESERVED_ATTRS

from config import embedded

ROOT = Path(__file__).resolve().parent.parent.parent


def number(name: str, default: int) -> int:
    """A whole number from the environment; anything else stops the start with a sentence."""
    given = os.environ.get(name, "").strip() or str(default)
    if not given.isdigit():
        sys.exit(f"La variable d’environnement {name} doit être un nombre entier (et non « {given} »).")
    return int(given)


SITE_NAME = "French IMPACT"
SITE_TAGLINE = "L’accélérateur national d’innovation sociale"
# The State's marque (bloc-marque, Marianne typeface) is reserved to the State's own sites: "etat" switches it on.
MARQUE = os.environ.get("MARQUE", "neutre")
BASE_URL = os.environ.get("BASE_URL", "http://localhost:8000")
CONTACT_EMAIL = os.environ.get("CONTACT_EMAIL", "contact@french-impact.example")
# Who answers for this site, as the law wants it said; what is empty is said to be missing on the page.
OPERATOR = {
    "name": os.environ.get("OPERATOR_NAME", ""),
    "address": os.environ.get("OPERATOR_ADDRESS", ""),
    "director": os.environ.get("OPERATOR_DIRECTOR", ""),
    "host": os.environ.get("OPERATOR_HOST", ""),
    "privacy_email": os.environ.get("OPERATOR_PRIVACY_EMAIL", ""),
}

SECRET_KEY = os.environ.get("SECRET_KEY", "")
DEBUG = False
# Fictitious people whom anyone may become: on a laptop and in tests only (`dev.py`).
DEMONSTRATION = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "pgtrigger",
    "procrastinate.contrib.django",
    "dsfr",
    "csp",
    "allauth",
    "allauth.account",
    "accelerator.journal",
    "accelerator.workflow",
    "accelerator.design",
    "accelerator.notices",
    "accelerator.credentials",
    "accelerator.geography",
    "accelerator.search",
    "accelerator.registers",
    "accelerator.accounts",
    "accelerator.community",
    "accelerator.directory",
    "accelerator.imports",
    "accelerator.calls",
    "accelerator.projects",
    "accelerator.labels",
    "accelerator.portal",
    "config",
]

MIDDLEWARE = [
    "accelerator.journal.middleware.RequestMiddleware",
    "config.middleware.VisitorAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.PermissionsPolicyMiddleware",
    "config.middleware.CachePolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.CompressionMiddleware",
    "accelerator.design.middleware.TypographyMiddleware",
    "config.logs.AccessLogMiddleware",
    "accelerator.design.middleware.UploadLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accelerator.design.middleware.SignedInMiddleware",
    "config.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.ReadableAddressMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accelerator.design.site.site",
            ],
            "builtins": ["accelerator.design.templatetags.design"],
        },
    }
]
FORM_RENDERER = "accelerator.design.forms.Renderer"

DATABASES: dict[str, Any] = {
    "default": (
        dj_database_url.config(conn_max_age=600, conn_health_checks=True)
        if os.environ.get("DATABASE_URL")
        else {**embedded.settings("main"), "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Shared by every process: limits and passing states must not depend on which worker answers.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"},
}

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "accelerator.accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
# An address is proved by the code before allauth hears of it.
ACCOUNT_EMAIL_VERIFICATION = "none"
# The version of the conditions of use, the month of their text: a new one is asked at the next sign-in.
TERMS_VERSION = "2026-11"
# How many proxies of ours stand before the platform: X-Forwarded-For is believed that far, and no farther.
TRUSTED_PROXIES = 0
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:dashboard"
LOGOUT_REDIRECT_URL = "portal:home"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "accelerator.design.views.csrf_failure"

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = ROOT / "staticfiles"
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", embedded.home() / "media"))
# The private keys that sign attestations: a folder that the service's user alone reads, in no backup.
CREDENTIAL_KEYS = Path(os.environ.get("CREDENTIAL_KEYS", embedded.home() / "keys"))
# Uploaded files are never served from a folder: only through a view that asks the rule.
MEDIA_URL = ""
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5500  # all the files of the largest campaign may be ticked in one form
# One file a POST, at most this many bytes: refused before it is read (decision 11).
UPLOAD_LIMIT = 20 * 1024 * 1024

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "style-src": [SELF],
        "script-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        # Where browsers tell what they refused: a collector of the operator's; nowhere by default.
        **({"report-uri": os.environ["CSP_REPORT_URI"]} if os.environ.get("CSP_REPORT_URI") else {}),
    }
}
# What the pages never ask of a browser; `config.middleware` sends it.
PERMISSIONS_POLICY = (
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
)
# How many proxies of ours stand before the platform: their forwarded addresses are believed, no others.
TRUSTED_PROXIES = number("TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

PROCRASTINATE_ON_APP_READY = "config.tasks.on_ready"
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": number("WORKER_CONCURRENCY", 4),
    "fetch_job_polling_interval": 5.0,
    # When it is stopped, a worker finishes what it is doing; what takes longer is taken up by another.
    "shutdown_graceful_timeout": 10.0,
}

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <ne-pas-repondre@french-impact.example>")
EMAIL_TIMEOUT = 10

# The company register ("recherche d'entreprises", public, no key).
COMPANY_REGISTER_URL = os.environ.get("COMPANY_REGISTER_URL", "https://recherche-entreprises.api.gouv.fr")
COMPANY_REGISTER_TIMEOUT = 3.0
# The registers' files: bytes that one may hold once unpacked (INSEE's establishments: about 9 GB), and what the
# engine that reads them may take of memory.
REGISTER_FILES_LIMIT = number("REGISTER_FILES_LIMIT", 40_000_000_000)
REGISTER_FILES_MEMORY = os.environ.get("REGISTER_FILES_MEMORY", "400MB")

# ProConnect (docs/operating.md): without these three, its door is not shown.
PROCONNECT_ISSUER = os.environ.get("PROCONNECT_ISSUER", "").rstrip("/")
PROCONNECT_CLIENT_ID = os.environ.get("PROCONNECT_CLIENT_ID", "")
PROCONNECT_CLIENT_SECRET = os.environ.get("PROCONNECT_CLIENT_SECRET", "")
PROCONNECT_TIMEOUT = 3.0

# The people of an organisation (docs/rules/roles-et-mandats.md): durations in days, limits a day.
INVITATION_DAYS = 14
JOIN_ANSWER_DAYS = 15
# Claims (docs/rules/revendiquer.md).
CLAIM_REVERSIBLE_DAYS = 30
CLAIMS_PER_PERSON = 5
# « Toujours exact ? »: days from one to the next, then to the reminder, and from it until the page says so.
CHECK_EVERY_DAYS = 365
CHECK_REMINDER_DAYS = 21
DOMAINS_PER_PERSON = 20
MANDATE_MAX_DAYS = 366
INVITATIONS_PER_PERSON = 30
INVITATIONS_PER_ORGANISATION = 60
INVITATIONS_PER_ADDRESS = 5
JOIN_REQUESTS_PER_PERSON = 10
DELEGATION_MAX_DAYS = 3 * 366

# By how many working days an error reported is answered: a promise of the platform, not a rule of law.
REPORT_ANSWER_WORKING_DAYS = int(os.environ.get("REPORT_ANSWER_WORKING_DAYS", "7"))

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request": {"()": "accelerator.journal.middleware.RequestFilter"},
        "without_address": {"()": "config.logs.WithoutAddress"},
    },
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(levelname)s %(name)s %(message)s %(request_id)s %(process)d",
            "timestamp": "at",
            "rename_fields": {"levelname": "level", "name": "logger"},
            # "request" is Django's object, whose text holds what the visitor is looking for.
            "reserved_attrs": [*RESERVED_ATTRS, "request"],
            "json_ensure_ascii": False,
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["request", "without_address"], "formatter": "json"},
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},  # refusals are already in the access log, without the address
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # any scanner invents hosts
        # What is too much is refused, and said by the access log: no trace of it for anyone to fill the disk with.
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
        "django.security.RequestDataTooBig": {"level": "CRITICAL"},
        "procrastinate": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}

# The doors shown on every page: (label, name of the address). The kernels do not know the subjects: this does.
HOME = "portal:home"
SEARCH = "directory:directory"
NAVIGATION = [
    ("Annuaire", "directory:directory"),
    ("Projets", "projects:directory"),
    ("Labels", "labels:register"),
    ("Carte", "directory:map"),
    ("Territoires", "portal:territories"),
    ("Appels", "calls:calls"),
    ("Chiffres", "portal:figures"),
    ("La démarche", "portal:about"),
]
ACCOUNT_MENU = [
    ("Mon espace", "portal:dashboard"),
    ("Mes projets", "projects:mine"),
    ("Mes candidatures", "calls:my_applications"),
    ("Mes labels", "labels:mine"),
    ("Mon compte", "accounts:account"),
]
FOOTER = [
    ("Plan du site", "portal:sitemap"),
    ("Vérifier un label", "labels:verify"),
    ("Accessibilité : non conforme", "portal:accessibility"),
    ("Mentions légales", "portal:legal"),
    ("Données personnelles", "portal:privacy"),
    ("Conditions d’utilisation", "portal:terms"),
    ("Sources et licences", "portal:sources"),
]
