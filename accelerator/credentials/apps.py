from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "accelerator.credentials"
    verbose_name = "attestations"
