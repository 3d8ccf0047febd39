"""Addresses of the community."""

from django.urls import path

from accelerator.community import views

app_name = "community"
urlpatterns = [
    path("annuaire", views.Directory.as_view(), name="directory"),
    path("carte", views.Directory.as_view(), name="map"),
]
