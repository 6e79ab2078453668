from django.apps import AppConfig


class ArchivesConfig(AppConfig):
    name = "anlan.archives"
    label = "archives"
    verbose_name = "档案"
