from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "accelerator.journal"
    verbose_name = "Journal"
