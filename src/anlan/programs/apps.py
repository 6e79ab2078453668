from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "anlan.programs"
    label = "programs"
    verbose_name = "行动计划"
