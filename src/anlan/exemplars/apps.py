from django.apps import AppConfig


class ExemplarsConfig(AppConfig):
    name = "anlan.exemplars"
    label = "exemplars"
    verbose_name = "示范企业"
