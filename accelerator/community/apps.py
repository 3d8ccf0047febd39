from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CommunityConfig(AppConfig):
    name = "accelerator.community"
    verbose_name = "Communauté"

    def ready(self) -> None:
        """Declare the events and what is held about people (both need the models loaded first)."""
        autodiscover_modules("events", "personal_data")
