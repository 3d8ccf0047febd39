from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class LabelsConfig(AppConfig):
    name = "accelerator.labels"
    verbose_name = "Labels"

    def ready(self) -> None:
        """Declare the events, what is held about people, what is added to an organisation, what calls know."""
        autodiscover_modules("events", "personal_data", "attached", "purpose")
