from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class LabelsConfig(AppConfig):
    name = "accelerator.labels"
    verbose_name = "Labels"

    def ready(self) -> None:
        """Declare what is held about people."""
        autodiscover_modules("personal_data")
