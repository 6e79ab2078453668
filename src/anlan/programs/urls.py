from django.urls import URLPattern, path

from anlan.programs import views

app_name = "programs"
urlpatterns: list[URLPattern] = [
    path("", views.ledger, name="ledger"),
    path("add", views.add, name="add"),
]
