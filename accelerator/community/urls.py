"""Addresses of the community."""

from django.urls import path

from accelerator.community.views import directory

app_name = "community"
urlpatterns = [
    # What is read by all
    path("annuaire", directory.Directory.as_view(), name="directory"),
    path("carte", directory.Directory.as_view(), name="map"),
    path("organisations/<str:key>", directory.Directory.as_view(), name="organisation"),
    # The record
    # The people
]
