from django.urls import path

from anlan.foundation.files import views

app_name = "files"
urlpatterns = [
    path("uploads/", views.uploads_begin, name="uploads"),
    path("uploads/<uuid:uid>", views.upload, name="upload"),
]
