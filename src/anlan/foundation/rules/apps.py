from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "anlan.foundation.rules"
    label = "rules"
    verbose_name = "规则"
