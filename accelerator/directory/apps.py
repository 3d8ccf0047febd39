from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DirectoryConfig(AppConfig):
    name = "accelerator.directory"
    verbose_name = "Annuaire"

    def ready(self) -> None:
        """Declare the events, what is held about people, what organisations know of their directory."""
        autodiscover_modules("events", "personal_data", "attached")
