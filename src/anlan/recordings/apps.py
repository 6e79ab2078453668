from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    name = "anlan.recordings"
    label = "recordings"
    verbose_name = "录像"
