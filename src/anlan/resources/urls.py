from django.urls import URLPattern, path

from anlan.resources import views

app_name = "resources"
urlpatterns: list[URLPattern] = [
    path("", views.ledger, name="ledger"),
    path("export.xlsx", views.export, name="export"),
    path("add", views.add, name="add"),
    path("<uuid:uid>/", views.record, name="record"),
    path("<uuid:uid>/retire", views.retire, name="retire"),
]
