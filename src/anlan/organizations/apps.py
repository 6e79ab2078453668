from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "anlan.organizations"
    label = "organizations"
    verbose_name = "单位"
