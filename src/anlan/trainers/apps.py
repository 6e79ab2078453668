from django.apps import AppConfig


class TrainersConfig(AppConfig):
    name = "anlan.trainers"
    label = "trainers"
    verbose_name = "师资"
