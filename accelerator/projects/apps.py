from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ProjectsConfig(AppConfig):
    name = "accelerator.projects"
    verbose_name = "Projets"

    def ready(self) -> None:
        """Declare the events, what is held about people, what organisations, calls and searches know of projects."""
        autodiscover_modules("events", "personal_data", "attached", "purpose", "searched")
