"""Addresses for camera pages; whoever holds a recording has the pages to watch it."""

from django.urls import URLPattern, path

from anlan.recordings import views

app_name = "recordings"
urlpatterns: list[URLPattern] = [
    path("live/<uuid:uid>/chunks/<int:part>/<int:no>", views.chunk, name="chunk"),
    path("live/<uuid:uid>/state", views.state, name="state"),
    path("live/<uuid:uid>/end", views.end, name="end"),
]
