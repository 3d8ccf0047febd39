"""Addresses of the imports."""

from django.urls import path

from accelerator.imports import views

app_name = "imports"
urlpatterns = [
    path("registres/imports", views.Imports.as_view(), name="imports"),
    path("registres/imports/<int:number>", views.Import.as_view(), name="import"),
    path("registres/imports/<int:number>/avancement", views.ImportNews.as_view(), name="import_news"),
    path("registres/imports/<int:number>/rejets.csv", views.ImportRejects.as_view(), name="import_rejects"),
]
