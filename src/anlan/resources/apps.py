from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "anlan.resources"
    label = "resources"
    verbose_name = "实训资源"
