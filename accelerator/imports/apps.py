from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "accelerator.imports"
    verbose_name = "Imports"
