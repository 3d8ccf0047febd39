from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CommunityConfig(AppConfig):
    name = "accelerator.community"
    verbose_name = "Communauté"

    def ready(self) -> None:
        """Declare the events, what is held about people, what is demanded of them (once the models are loaded)."""
        autodiscover_modules("events", "personal_data", "duties")
