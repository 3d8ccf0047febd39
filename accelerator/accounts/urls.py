"""Addresses of the account. The names `account_…` are those that allauth looks for."""

from django.urls import include, path

from accelerator.accounts import views

pages = [
    path("", views.Account.as_view(), name="account"),
    path("connexion/code/<slug:token>", views.EnterCode.as_view(), name="code"),
    path("bienvenue/<slug:token>", views.Join.as_view(), name="join"),
    path("conditions", views.Terms.as_view(), name="terms"),
    path("nom", views.Rename.as_view(), name="rename"),
    path("adresse", views.ChangeAddress.as_view(), name="address"),
    path("adresse/code/<slug:token>", views.AddressCode.as_view(), name="address_code"),
    path("courriels", views.Notices.as_view(), name="notices"),
    path("courriels/<int:number>", views.OneNotice.as_view(), name="notice"),
    path("donnees", views.Data.as_view(), name="data"),
    path("donnees.json", views.Export.as_view(), name="export"),
    path("suppression", views.Deletion.as_view(), name="deletion"),
]
urlpatterns = [
    path("connexion", views.SignIn.as_view(), name="account_login"),
    path("inscription", views.SignUp.as_view(), name="account_signup"),
    path("deconnexion", views.SignOut.as_view(), name="account_logout"),
    # Where allauth leads an account that was closed while its person was signing in.
    path("ferme", views.SignIn.as_view(), name="account_inactive"),
    path("", include((pages, "accounts"))),
]
