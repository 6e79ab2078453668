from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "anlan.insights"
    label = "insights"
    verbose_name = "统计研判"
