"""What anybody may open: telling, and following it with the receipt code."""

from django.urls import path

from anlan.hazards.views import told

app_name = "tips"
urlpatterns = [
    path("", told.file, name="file"),
    path("follow", told.follow, name="follow"),
    path("add", told.add, name="add"),
]
