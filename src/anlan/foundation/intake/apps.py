from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "anlan.foundation.intake"
    label = "intake"
    verbose_name = "收件口"
