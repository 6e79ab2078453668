from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "anlan.operations"
    label = "operations"
    verbose_name = "运维"
