"""What search engines read: robots.txt, and the list of the public pages."""

from datetime import datetime
from typing import ClassVar
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.community.models import Organisation
from accelerator.community.queries.published import numbered_by
from accelerator.design.pages import Page

PER_FILE = 2000
# More than the protocol allows in one index.
MOST_FILES = 50_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PAGES = ("community:directory", "community:map", "community:reuse")


class _Listing(Page):
    """An answer that is not a page."""

    public = True
    template_name = ""
    kind: ClassVar[str] = "application/xml"

    def lines(self) -> list[str]:
        """What is answered."""
        raise NotImplementedError

    def answer(self) -> HttpResponseBase:
        return HttpResponse("\n".join(self.lines()) + "\n", content_type=f"{self.kind}; charset=utf-8")


class Robots(_Listing):
    """What may be read: everything public; nothing in a demonstration."""

    kind = "text/plain"

    def lines(self) -> list[str]:
        if getattr(settings, "DEMONSTRATION", False):
            return ["User-agent: *", "Disallow: /"]
        return [
            "User-agent: *",
            "Disallow: /compte/",
            "Disallow: /annuaire?",
            "Disallow: /annuaire.csv",
            "Disallow: /annuaire.xlsx",
            "Disallow: /annuaire/e",  # what is exported, what is kept
            "Disallow: /exports/",
            "Disallow: /alertes/",
            f"Sitemap: {settings.BASE_URL}{reverse('community:sitemap_index')}",
        ]


class SitemapIndex(_Listing):
    """The files of the list."""

    def lines(self) -> list[str]:
        addresses = [
            settings.BASE_URL + reverse("community:sitemap_file", args=[number]) for number in numbered_by(PER_FILE)
        ]
        return [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<sitemapindex xmlns="{_NAMESPACE}">',
            *(f"<sitemap><loc>{escape(address)}</loc></sitemap>" for address in addresses),
            "</sitemapindex>",
        ]


class SitemapFile(_Listing):
    """The public pages: those of the directory in the first file; in each, the organisations of 2,000 numbers."""

    def lines(self) -> list[str]:
        number = self.kwargs["number"]
        if number > MOST_FILES:
            raise Http404
        own = Organisation.objects.listed().filter(pk__gt=(number - 1) * PER_FILE, pk__lte=number * PER_FILE)
        organisations = list(own.only("name", "public_id", "changed_at").order_by("pk"))
        if not organisations and number != 1:
            raise Http404
        urls = [_url(reverse(name)) for name in _PAGES] if number == 1 else []
        root = reverse("community:organisation", args=["x"]).removesuffix("x")  # a key needs no quoting: asked once
        urls += [_url(f"{root}{one.key}", one.changed_at) for one in organisations]
        return ['<?xml version="1.0" encoding="UTF-8"?>', f'<urlset xmlns="{_NAMESPACE}">', *urls, "</urlset>"]


def _url(path: str, changed_at: datetime | None = None) -> str:
    changed = f"<lastmod>{changed_at.date().isoformat()}</lastmod>" if changed_at else ""
    return f"<url><loc>{escape(settings.BASE_URL + path)}</loc>{changed}</url>"
