from django.urls import path

from anlan.insights import views

app_name = "insights"
urlpatterns = [
    path("definitions/", views.definitions, name="definitions"),
    path("classes/", views.classes, name="classes"),
    path("enterprises/", views.enterprises, name="enterprises"),
]
