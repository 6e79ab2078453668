from django.apps import AppConfig


class KitsConfig(AppConfig):
    name = "anlan.kits"
    label = "kits"
    verbose_name = "离线包"
