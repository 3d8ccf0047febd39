"""Addresses that machines follow: who signs, and what was suspended or withdrawn."""

from django.urls import path

from accelerator.credentials import views

app_name = "credentials"
urlpatterns = [
    path(".well-known/did.json", views.DidDocument.as_view(), name="did"),
    path("attestations/listes/<int:number>/<slug:purpose>", views.PublishedList.as_view(), name="status_list"),
]
