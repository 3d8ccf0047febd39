"""Addresses of the doors."""

from django.urls import path

from accelerator.portal.views import dashboard, figures, home, indexing, institution, territories

app_name = "portal"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    # Territories
    path("territoires", territories.Territories.as_view(), name="territories"),
    path("territoires/<str:key>.json", territories.TerritoryData.as_view(), name="territory_data"),
    path("territoires/<str:key>", territories.Territory.as_view(), name="territory"),
    # The public figures, each with its picture and its data
    path("chiffres", figures.FiguresPage.as_view(), name="figures"),
    path("chiffres/<slug:series>.svg", figures.FigurePicture.as_view(), name="figure_picture"),
    path("chiffres/<slug:series>.csv", figures.FigureCsv.as_view(), name="figure_csv"),
    path("chiffres/<slug:series>.json", figures.FigureData.as_view(), name="figure_data"),
    # The person's own space
    path("mon-espace", dashboard.Dashboard.as_view(), name="dashboard"),
    # What search engines read
    path("robots.txt", indexing.Robots.as_view(), name="robots"),
    path("sitemap.xml", indexing.SitemapIndex.as_view(), name="sitemap_index"),
    path("sitemap-<int:number>.xml", indexing.OrganisationsSitemap.as_view(), name="sitemap_organisations"),
    path("sitemap-projets-<int:number>.xml", indexing.ProjectsSitemap.as_view(), name="sitemap_projects"),
    path("sitemap-labels-<int:number>.xml", indexing.LabelsSitemap.as_view(), name="sitemap_labels"),
    path("sitemap-appels.xml", indexing.CallsSitemap.as_view(), name="sitemap_calls"),
    # The service itself
    path("la-demarche", institution.About.as_view(), name="about"),
    path("plan-du-site", institution.SiteMap.as_view(), name="sitemap"),
    path("accessibilite", institution.Accessibility.as_view(), name="accessibility"),
    path("mentions-legales", institution.Legal.as_view(), name="legal"),
    path("donnees-personnelles", institution.Privacy.as_view(), name="privacy"),
    path("conditions-d-utilisation", institution.Terms.as_view(), name="terms"),
    path("sources", institution.Sources.as_view(), name="sources"),
]
