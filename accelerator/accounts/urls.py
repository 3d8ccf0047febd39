"""Addresses of the account; sign-in itself is allauth's."""

from django.urls import include, path

from accelerator.accounts import views

urlpatterns = [
    path("", include("allauth.account.urls")),
    path("", include(([path("", views.Account.as_view(), name="account")], "accounts"))),
]
