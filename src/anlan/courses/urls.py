from django.urls import URLPattern, path

from anlan.courses import views

app_name = "courses"
urlpatterns: list[URLPattern] = [
    path("", views.syllabi, name="syllabi"),
]
