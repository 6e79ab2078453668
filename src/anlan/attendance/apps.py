from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "anlan.attendance"
    label = "attendance"
    verbose_name = "签到"
