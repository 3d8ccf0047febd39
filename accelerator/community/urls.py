"""Addresses of the community."""

from django.urls import path

from accelerator.community.views import (
    charter,
    directory,
    editing,
    logos,
    maps,
    messages,
    organisation,
    registering,
    reports,
    reuse,
)

app_name = "community"
urlpatterns = [
    # The record, first: "organisations/nouvelle" is not an organisation's own page
    path("organisations/nouvelle", registering.Register.as_view(), name="register"),
    path("organisations/nouvelle/fiche", registering.RegisterDetails.as_view(), name="register_details"),
    path(
        "organisations/nouvelle/deja-inscrite",
        registering.AlreadyRegistered.as_view(),
        name="already_registered",
    ),
    path("organisations/logos/<slug:digest>.webp", logos.Logo.as_view(), name="logo"),
    path("organisations/<str:key>/modifier", editing.Edit.as_view(), name="edit"),
    path("organisations/<str:key>/modifier/<slug:section>", editing.EditSection.as_view(), name="edit_section"),
    path("organisations/<str:key>/confirmer/<slug:name>", editing.Confirm.as_view(), name="confirm_value"),
    path("organisations/<str:key>/registre", editing.AskRegister.as_view(), name="ask_register"),
    path("organisations/<str:key>/registre/ecarts", editing.RefreshRecord.as_view(), name="refresh_record"),
    path("organisations/<str:key>/logo", logos.ChangeLogo.as_view(), name="change_logo"),
    path("organisations/<str:key>/logo/retirer", logos.RemoveLogo.as_view(), name="remove_logo"),
    path("organisations/<str:key>/charte", charter.AcceptCharter.as_view(), name="accept_charter"),
    path("organisations/<str:key>/charte/retirer", charter.WithdrawCharter.as_view(), name="withdraw_charter"),
    path("organisations/<str:key>/signaler", reports.ReportError.as_view(), name="report_error"),
    path("organisations/<str:key>/ecrire", messages.WriteTo.as_view(), name="write"),
    path("charte", charter.Charter.as_view(), name="charter"),
    path("messages", messages.Messages.as_view(), name="messages"),
    path("messages/<slug:public_id>", messages.Message.as_view(), name="message"),
    path("messages/<slug:public_id>/signaler", messages.ReportAbuse.as_view(), name="report_abuse"),
    path("moderation/signalements", reports.Reports.as_view(), name="reports"),
    path("moderation/signalements/<int:number>", reports.Report.as_view(), name="report"),
    # What is read by all
    path("annuaire", directory.Directory.as_view(), name="directory"),
    path("annuaire.csv", directory.DirectoryCsv.as_view(), name="directory_csv"),
    path("annuaire/reutiliser", reuse.Reuse.as_view(), name="reuse"),
    path("carte", maps.Map.as_view(), name="map"),
    path("organisations/<str:key>.json", organisation.OrganisationData.as_view(), name="organisation_data"),
    path("organisations/<str:key>", organisation.OrganisationPage.as_view(), name="organisation"),
    # The people
]
