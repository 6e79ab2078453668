from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "anlan.supervision"
    label = "supervision"
    verbose_name = "监管巡查"
