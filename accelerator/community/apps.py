from importlib import import_module

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "accelerator.community"
    verbose_name = "Communauté"

    def ready(self) -> None:
        """Declare the events (the journal's table needs the apps loaded first)."""
        import_module("accelerator.community.events")
