"""A laptop: the embedded database and the demonstration, pages as production shows them.

`DEBUG=1` adds Django's error pages and the reload of templates.
"""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS, MIDDLEWARE, TEMPLATES

SECRET_KEY = "development-only-never-used-in-production"  # noqa: S105  a laptop holds no secret
DEBUG = os.environ.get("DEBUG") == "1"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [*INSTALLED_APPS, "demonstration"]
MIDDLEWARE = [*MIDDLEWARE]
DEMONSTRATION = True
TEMPLATES[0]["OPTIONS"]["context_processors"].append("demonstration.context.bar")
EMAIL_BACKEND = "demonstration.mail.Backend"

# Static files are served from where they are written: nothing to collect.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
