"""Addresses of the doors."""

from django.urls import path

from accelerator.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("territoires", views.Home.as_view(), name="territories"),
    path("la-demarche", views.Home.as_view(), name="about"),
    path("mon-espace", views.Home.as_view(), name="dashboard"),
    path("plan-du-site", views.Home.as_view(), name="sitemap"),
    path("accessibilite", views.Home.as_view(), name="accessibility"),
    path("mentions-legales", views.Home.as_view(), name="legal"),
    path("donnees-personnelles", views.Home.as_view(), name="privacy"),
    path("conditions-d-utilisation", views.Home.as_view(), name="terms"),
    path("sources", views.Home.as_view(), name="sources"),
]
