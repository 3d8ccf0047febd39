"""Addresses of the community."""

from django.urls import path

from accelerator.community.views import directory, maps, organisation, reuse

app_name = "community"
urlpatterns = [
    # What is read by all
    path("annuaire", directory.Directory.as_view(), name="directory"),
    path("annuaire.csv", directory.DirectoryCsv.as_view(), name="directory_csv"),
    path("annuaire/reutiliser", reuse.Reuse.as_view(), name="reuse"),
    path("carte", maps.Map.as_view(), name="map"),
    path("organisations/<str:key>.json", organisation.OrganisationData.as_view(), name="organisation_data"),
    path("organisations/<str:key>", organisation.OrganisationPage.as_view(), name="organisation"),
    # The record
    # The people
]
