"""Every address of the platform. French paths, English names."""

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accelerator.portal.urls")),
    path("", include("accelerator.labels.urls")),
    path("", include("accelerator.projects.urls")),
    path("", include("accelerator.calls.urls")),
    path("", include("accelerator.imports.urls")),
    path("", include("accelerator.directory.urls")),
    path("", include("accelerator.community.urls")),
    path("", include("accelerator.geography.urls")),
    path("", include("accelerator.credentials.urls")),
    path("compte/", include("accelerator.accounts.urls")),
]
urlpatterns += [
    path("sante", health.health, name="health"),
    path("sante/pages", health.readiness, name="readiness"),
]
if apps.is_installed("demonstration"):
    urlpatterns += [path("demo/", include("demonstration.urls"))]

handler400 = "accelerator.design.views.bad_request"
handler403 = "accelerator.design.views.forbidden"
handler404 = "accelerator.design.views.not_found"
handler500 = "accelerator.design.views.server_error"
