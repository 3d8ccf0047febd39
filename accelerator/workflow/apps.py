from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "accelerator.workflow"
    verbose_name = "Changements"
