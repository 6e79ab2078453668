from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "anlan.foundation.codes"
    label = "codes"
    verbose_name = "代码"
