from django.apps import AppConfig


class InjuriesConfig(AppConfig):
    name = "anlan.injuries"
    label = "injuries"
    verbose_name = "工伤记录"
