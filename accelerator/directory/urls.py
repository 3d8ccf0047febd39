"""Addresses of the directory."""

from django.urls import path

from accelerator.directory.views import directory, exports, maps, organisation, reuse, searches

app_name = "directory"
urlpatterns = [
    path("annuaire", directory.Directory.as_view(), name="directory"),
    path("annuaire.csv", directory.DirectoryFile.as_view(kind="csv"), name="directory_csv"),
    path("annuaire.xlsx", directory.DirectoryFile.as_view(kind="xlsx"), name="directory_xlsx"),
    # The directory has had its own addresses for these two; what other subjects let anyone search bears its code.
    path("exporter/<slug:things>", exports.ExportDirectory.as_view(), name="export_directory"),
    path("annuaire/export", exports.ExportDirectory.as_view(), {"things": "organisations"}, name="export_directory"),
    path("annuaire/tout.csv.gz", exports.WholeDirectory.as_view(), name="whole_directory"),
    path("enregistrer/<slug:things>", searches.SaveSearch.as_view(), name="save_search"),
    path("annuaire/enregistrer", searches.SaveSearch.as_view(), {"things": "organisations"}, name="save_search"),
    path("annuaire/reutiliser", reuse.Reuse.as_view(), name="reuse"),
    path("carte", maps.Map.as_view(), name="map"),
    path("organisations/<str:key>.json", organisation.OrganisationData.as_view(), name="organisation_data"),
    # What a person keeps of the directory
    path("exports/<slug:token>", exports.ExportProgress.as_view(), name="export"),
    path("exports/<slug:token>/avancement", exports.ExportNews.as_view(), name="export_news"),
    path("exports/<slug:token>/fichier", exports.ExportFile.as_view(), name="export_file"),
    path("mes-exports", exports.MyExports.as_view(), name="my_exports"),
    path("mes-recherches", searches.SavedSearches.as_view(), name="saved_searches"),
    path("mes-recherches/<int:number>", searches.ChangeSearch.as_view(), name="saved_search"),
    path("mes-recherches/<int:number>/suppression", searches.RemoveSearch.as_view(), name="remove_search"),
    path("alertes/arret/<str:token>", searches.StopAlerts.as_view(), name="stop_alerts"),
    path("alertes/arret/<str:token>/un-clic", searches.StopAtOnce.as_view(), name="stop_at_once"),
]
