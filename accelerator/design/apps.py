from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "accelerator.design"
    verbose_name = "Présentation"
