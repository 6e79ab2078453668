from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "anlan.foundation.access"
    label = "access"
    verbose_name = "出入"
