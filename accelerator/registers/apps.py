from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "accelerator.registers"
    verbose_name = "Registres publics"
