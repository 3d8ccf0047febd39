"""Addresses of the community."""

from django.urls import path

from accelerator.community.views import (
    directory,
    indexing,
    invitations,
    joining,
    maps,
    members,
    organisation,
    platform,
    powers,
    reuse,
)

app_name = "community"
urlpatterns = [
    # What is read by all
    path("annuaire", directory.Directory.as_view(), name="directory"),
    path("annuaire.csv", directory.DirectoryCsv.as_view(), name="directory_csv"),
    path("annuaire/reutiliser", reuse.Reuse.as_view(), name="reuse"),
    path("carte", maps.Map.as_view(), name="map"),
    path("organisations/<str:key>.json", organisation.OrganisationData.as_view(), name="organisation_data"),
    path("organisations/<str:key>", organisation.OrganisationPage.as_view(), name="organisation"),
    path("robots.txt", indexing.Robots.as_view(), name="robots"),
    path("sitemap.xml", indexing.SitemapIndex.as_view(), name="sitemap_index"),
    path("sitemap-<int:number>.xml", indexing.SitemapFile.as_view(), name="sitemap_file"),
    # The record
    # The people
    path("organisations/<str:key>/membres", members.Members.as_view(), name="members"),
    path("organisations/<str:key>/membres/<slug:person>", members.Member.as_view(), name="member"),
    path("organisations/<str:key>/membres/<slug:person>/role", members.ChangeRole.as_view(), name="change_role"),
    path("organisations/<str:key>/membres/<slug:person>/retrait", members.EndRole.as_view(), name="end_role"),
    path(
        "organisations/<str:key>/membres/<slug:person>/confirmation",
        members.ConfirmRepresentative.as_view(),
        name="confirm_representative",
    ),
    path("organisations/<str:key>/quitter", members.Leave.as_view(), name="leave"),
    path("organisations/<str:key>/mon-nom", members.ShowName.as_view(), name="show_name"),
    path("organisations/<str:key>/historique", members.History.as_view(), name="history"),
    path("organisations/<str:key>/invitations", invitations.Invitations.as_view(), name="invitations"),
    path("organisations/<str:key>/invitations/nouvelle", invitations.Invite.as_view(), name="invite"),
    path(
        "organisations/<str:key>/invitations/<int:invitation>",
        invitations.InvitationSent.as_view(),
        name="invitation_sent",
    ),
    path(
        "organisations/<str:key>/invitations/<int:invitation>/renvoi",
        invitations.ResendInvitation.as_view(),
        name="resend_invitation",
    ),
    path(
        "organisations/<str:key>/invitations/<int:invitation>/annulation",
        invitations.RevokeInvitation.as_view(),
        name="revoke_invitation",
    ),
    path("organisations/<str:key>/demandes", joining.JoinRequests.as_view(), name="join_requests"),
    path("organisations/<str:key>/demandes/nouvelle", joining.AskToJoin.as_view(), name="ask_to_join"),
    path("organisations/<str:key>/demandes/<int:asked>", joining.AcceptJoin.as_view(), name="join_request"),
    path(
        "organisations/<str:key>/demandes/<int:asked>/refus",
        joining.RejectJoin.as_view(),
        name="join_request_refusal",
    ),
    path("organisations/<str:key>/delegations", powers.Delegations.as_view(), name="delegations"),
    path("organisations/<str:key>/delegations/nouvelle", powers.GiveDelegation.as_view(), name="give_delegation"),
    path(
        "organisations/<str:key>/delegations/<int:delegation>/fin",
        powers.EndDelegation.as_view(),
        name="delegation_end",
    ),
    path("organisations/<str:key>/mandats", powers.Mandates.as_view(), name="mandates"),
    path("organisations/<str:key>/mandats/nouveau", powers.OfferMandate.as_view(), name="offer_mandate"),
    path("organisations/<str:key>/mandats/<int:mandate>/fin", powers.EndMandate.as_view(), name="mandate_end"),
    path("invitations/<str:token>", invitations.AnswerByLink.as_view(), name="invitation"),
    path(
        "invitations/<str:token>/refus",
        invitations.AnswerByLink.as_view(declines=True),
        name="invitation_refusal",
    ),
    path("mes-invitations", invitations.MyInvitations.as_view(), name="my_invitations"),
    path("mes-invitations/<int:invitation>", invitations.AnswerOwn.as_view(), name="my_invitation"),
    path(
        "mes-invitations/<int:invitation>/refus",
        invitations.AnswerOwn.as_view(declines=True),
        name="my_invitation_refusal",
    ),
    path("mes-demandes/<int:asked>/retrait", joining.WithdrawJoin.as_view(), name="withdraw_join"),
    path("moderation/roles", platform.PlatformRoles.as_view(), name="platform_roles"),
    path("moderation/roles/nouveau", platform.AppointPage.as_view(), name="appoint"),
    path("moderation/roles/<int:role>/fin", platform.DismissPage.as_view(), name="platform_role_end"),
]
