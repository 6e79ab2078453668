from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "anlan.assessments"
    label = "assessments"
    verbose_name = "考核"
