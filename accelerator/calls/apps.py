from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CallsConfig(AppConfig):
    name = "accelerator.calls"
    verbose_name = "Appels"

    def ready(self) -> None:
        """Declare the events, what is held about people, the purpose without a subject, the rules."""
        autodiscover_modules(
            "events", "personal_data", "purposes", "rules.calls", "rules.applications", "rules.judging"
        )
