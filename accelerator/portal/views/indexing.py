"""What search engines read: robots.txt, and the list of the public pages."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, TypeVar
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.calls.queries.open import published_calls
from accelerator.community.models import Organisation
from accelerator.design.pages import Page
from accelerator.design.site import before_key
from accelerator.directory.queries.published import numbered_by
from accelerator.labels.models import Label
from accelerator.labels.queries.categories import categories
from accelerator.labels.queries.register import numbered_by as labels_numbered_by
from accelerator.projects.models import Project
from accelerator.projects.queries.directory import numbered_by as projects_numbered_by

PER_FILE = 2000
# More than the protocol allows in one index.
MOST_FILES = 50_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
M = TypeVar("M", bound=Model)
_PAGES = (
    *("portal:home", "directory:directory", "directory:map", "directory:reuse", "portal:territories", "portal:figures"),
    *("portal:about", "projects:reuse", "labels:categories", "labels:verify"),
)


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
            "Disallow: /projets?",
            "Disallow: /projets.csv",
            "Disallow: /projets.xlsx",
            "Disallow: /exporter/",
            "Disallow: /enregistrer/",
            "Disallow: /exports/",
            "Disallow: /alertes/",
            f"Sitemap: {settings.BASE_URL}{reverse('portal:sitemap_index')}",
        ]


class SitemapIndex(_Listing):
    """The files of the list."""

    def lines(self) -> list[str]:
        addresses = [
            *(reverse("portal:sitemap_organisations", args=[number]) for number in numbered_by(PER_FILE)),
            *(reverse("portal:sitemap_projects", args=[number]) for number in projects_numbered_by(PER_FILE)),
            reverse("portal:sitemap_calls"),
            *(reverse("portal:sitemap_labels", args=[number]) for number in labels_numbered_by(PER_FILE)),
        ]
        return [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<sitemapindex xmlns="{_NAMESPACE}">',
            *(f"<sitemap><loc>{escape(settings.BASE_URL + address)}</loc></sitemap>" for address in addresses),
            "</sitemapindex>",
        ]


class _Sitemap(_Listing):
    """A file of the list: public pages, each with the day on which it last changed, when that is known."""

    def pages(self) -> Iterable[tuple[str, datetime | None]]:
        """The path of each page; none is 404."""
        raise NotImplementedError

    def lines(self) -> list[str]:
        urls = [_url(path, changed_at) for path, changed_at in self.pages()]
        if not urls:
            raise Http404
        return ['<?xml version="1.0" encoding="UTF-8"?>', f'<urlset xmlns="{_NAMESPACE}">', *urls, "</urlset>"]

    def numbered(self, listed: QuerySet[M]) -> QuerySet[M]:
        """Those of `PER_FILE` numbers."""
        number = self.kwargs["number"]
        if number > MOST_FILES:
            raise Http404
        return listed.filter(pk__gt=(number - 1) * PER_FILE, pk__lte=number * PER_FILE).order_by("pk")


class OrganisationsSitemap(_Sitemap):
    """The doors of the platform in the first file; in each, the organisations of 2,000 numbers."""

    def pages(self) -> Iterable[tuple[str, datetime | None]]:
        listed = self.numbered(Organisation.objects.listed()).only("name", "public_id", "changed_at")
        doors = [(reverse(name), None) for name in _PAGES] if self.kwargs["number"] == 1 else []
        before = before_key("community:organisation")
        return [*doors, *((f"{before}{one.key}", one.changed_at) for one in listed)]


class ProjectsSitemap(_Sitemap):
    """The projects that anyone may find."""

    def pages(self) -> Iterable[tuple[str, datetime | None]]:
        listed = self.numbered(Project.objects.listed()).only("title", "public_id", "changed_at")
        doors = [(reverse("projects:directory"), None)] if self.kwargs["number"] == 1 else []
        return [*doors, *((reverse("projects:project", args=[one.key]), one.changed_at) for one in listed)]


class CallsSitemap(_Sitemap):
    """The list of calls, and each call of it: some hundreds a year."""

    def pages(self) -> Iterable[tuple[str, datetime | None]]:
        calls = published_calls().order_by("pk").only("title", "public_id")[:MOST_FILES]
        door = (reverse("calls:calls"), None)
        return [door, *((reverse("calls:call", args=[one.key]), None) for one in calls)]


class LabelsSitemap(_Sitemap):
    """The register and the categories in the first file; in each, the labels of 2,000 numbers."""

    def pages(self) -> Iterable[tuple[str, datetime | None]]:
        named = ("title", "number", "holder", "organisation__name", "organisation__publishable")
        listed = self.numbered(Label.objects.select_related("organisation")).only(*named, "public_id", "changed_at")
        doors: list[tuple[str, datetime | None]] = []
        if self.kwargs["number"] == 1:
            codes = categories().values_list("code", flat=True)
            doors = [(reverse("labels:register"), None)]
            doors += [(reverse("labels:category", args=[code]), None) for code in codes]
        return [*doors, *((reverse("labels:label", args=[one.key]), one.changed_at) for one in listed)]


def _url(path: str, changed_at: datetime | None) -> str:
    changed = f"<lastmod>{changed_at.date().isoformat()}</lastmod>" if changed_at else ""
    return f"<url><loc>{escape(settings.BASE_URL + path)}</loc>{changed}</url>"
