"""Addresses of the places."""

from django.urls import URLPattern

app_name = "geography"
urlpatterns: list[URLPattern] = []
