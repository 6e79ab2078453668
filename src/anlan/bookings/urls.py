from django.urls import path

from anlan.bookings import views

app_name = "bookings"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("browse/", views.browse, name="browse"),
    path("browse/<uuid:uid>/", views.book, name="book"),
    path("class/<uuid:uid>/queue/", views.queue, name="queue"),
    path("enrolments/<uuid:uid>/take-off", views.take_off, name="take_off"),
    path("<uuid:uid>/", views.record, name="record"),
    path("<uuid:uid>/seats", views.change, name="change"),
    path("<uuid:uid>/cancel", views.cancel, name="cancel"),
    path("<uuid:uid>/people/", views.people, name="people"),
]
