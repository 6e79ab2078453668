from django.urls import URLPattern

app_name = "trainers"
urlpatterns: list[URLPattern] = []
