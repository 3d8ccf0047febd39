from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class DemonstrationConfig(AppConfig):
    name = "demonstration"
    verbose_name = "Démonstration"

    def ready(self) -> None:
        """Refuse to exist where real people are: anyone could become anyone."""
        if not settings.DEMONSTRATION:
            raise ImproperlyConfigured(
                "L'application « demonstration » permet d'entrer à la place de n'importe qui : elle n'existe pas en "
                "production. Retirez-la de INSTALLED_APPS."
            )
