"""What granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

application = get_wsgi_application()
# Looking for circles took 6 % of a page: what is loaded lasts as long as the process, a page leaves few.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
