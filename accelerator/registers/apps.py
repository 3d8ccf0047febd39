from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RegistersConfig(AppConfig):
    name = "accelerator.registers"
    verbose_name = "Registres publics"

    def ready(self) -> None:
        """Declare the events (they need the models loaded first)."""
        autodiscover_modules("events")
