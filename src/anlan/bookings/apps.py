from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "anlan.bookings"
    label = "bookings"
    verbose_name = "预约"
