"""The settings of real processes of the platform, which speak to the test's mail server."""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES, LOGGING, PROCRASTINATE_WORKER_DEFAULTS

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["MAIL_PORT"])
EMAIL_USE_TLS = False
# As in production.
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
LOGGING["root"]["level"] = "INFO"
# A silence is noticed sooner than in production, for a test does not wait half a minute.
PROCRASTINATE_WORKER_DEFAULTS = {**PROCRASTINATE_WORKER_DEFAULTS, "update_heartbeat_interval": 1.0}
