from django.urls import path

from anlan.desks import views

app_name = "desks"
urlpatterns = [
    path("", views.home, name="home"),
    path("progress/", views.progress, name="progress"),
    path("enterprises/<uuid:uid>/", views.enterprise, name="enterprise"),
]
