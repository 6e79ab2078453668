from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "anlan.courses"
    label = "courses"
    verbose_name = "课程"
