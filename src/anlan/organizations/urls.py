from django.urls import URLPattern, path

from anlan.organizations import views

app_name = "organizations"
urlpatterns: list[URLPattern] = [
    path("<uuid:uid>/", views.record, name="record"),
]
