"""Mail is kept to be read in the browser."""

from django.core.mail.backends.locmem import EmailBackend as Backend

__all__ = ["Backend"]
