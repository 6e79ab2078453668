from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "anlan.visits"
    label = "visits"
    verbose_name = "专家上门"
