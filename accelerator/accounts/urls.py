"""Addresses of the account. The names `account_…` are those that allauth looks for."""

from django.urls import include, path

from accelerator.accounts.views import account, data, notices, proconnect, proofs, security, sign_in

pages = [
    path("", account.Account.as_view(), name="account"),
    path("connexion/code/<slug:token>", sign_in.EnterCode.as_view(), name="code"),
    path("bienvenue/<slug:token>", sign_in.Join.as_view(), name="join"),
    path("connexion/cle", proofs.PasskeyEntrance.as_view(), name="passkey"),
    path("connexion/second-facteur", proofs.SecondFactor.as_view(), name="second_factor"),
    path("confirmer", proofs.Confirm.as_view(), name="confirm"),
    path("confirmer/code", proofs.ConfirmByCode.as_view(), name="confirm_by_code"),
    path("confirmer/code/<slug:token>", proofs.ConfirmCode.as_view(), name="confirm_code"),
    path("securite", security.Security.as_view(), name="security"),
    path("securite/cle", security.AddPasskey.as_view(), name="passkey_add"),
    path("securite/application", security.AddApplication.as_view(), name="application_add"),
    path("securite/facteurs/<int:number>/retirer", security.RemoveFactor.as_view(), name="factor_remove"),
    path("securite/codes-de-secours", security.RecoveryCodes.as_view(), name="recovery_codes"),
    path("securite/connexions", security.Sessions.as_view(), name="sessions"),
    path("securite/connexions/<int:number>/fermer", security.EndSession.as_view(), name="session_end"),
    path("securite/connexions/fermer", security.EndOtherSessions.as_view(), name="sessions_end"),
    path("sorti", proconnect.Left.as_view(), name="left"),
    path("proconnect", proconnect.Depart.as_view(), name="proconnect"),
    path("proconnect/retour", proconnect.Return.as_view(), name="proconnect_back"),
    path("proconnect/quitter", proconnect.LeaveProConnect.as_view(), name="proconnect_leave"),
    path("proconnect/sorti", proconnect.LeftProConnect.as_view(), name="proconnect_left"),
    path("proconnect/lier", proconnect.LinkIdentity.as_view(), name="identity_link"),
    path("proconnect/deplacer", proconnect.MoveIdentity.as_view(), name="identity_move"),
    path("proconnect/deplacer/<slug:token>", proconnect.MoveCode.as_view(), name="identity_move_code"),
    path("proconnect/<int:number>/delier", proconnect.UnlinkIdentity.as_view(), name="identity_unlink"),
    path("conditions", account.Terms.as_view(), name="terms"),
    path("nom", account.Rename.as_view(), name="rename"),
    path("adresse", account.ChangeAddress.as_view(), name="address"),
    path("adresse/code/<slug:token>", account.AddressCode.as_view(), name="address_code"),
    path("courriels", notices.Notices.as_view(), name="notices"),
    path("courriels/<int:number>", notices.OneNotice.as_view(), name="notice"),
    path("donnees", data.Data.as_view(), name="data"),
    path("donnees.json", data.Export.as_view(), name="export"),
    path("suppression", data.Deletion.as_view(), name="deletion"),
]
urlpatterns = [
    path("connexion", sign_in.SignIn.as_view(), name="account_login"),
    path("inscription", sign_in.SignUp.as_view(), name="account_signup"),
    path("deconnexion", sign_in.SignOut.as_view(), name="account_logout"),
    # Where allauth leads an account that was closed while its person was signing in.
    path("ferme", sign_in.SignIn.as_view(), name="account_inactive"),
    path("", include((pages, "accounts"))),
]
