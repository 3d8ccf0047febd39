"""Addresses of the places."""

from django.urls import path

from accelerator.geography import views

app_name = "geography"
urlpatterns = [
    path("lieux/suggestions", views.Suggestions.as_view(), name="suggestions"),
]
