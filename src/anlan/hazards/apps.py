from django.apps import AppConfig


class HazardsConfig(AppConfig):
    name = "anlan.hazards"
    label = "hazards"
    verbose_name = "隐患"
