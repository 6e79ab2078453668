from django.urls import path

from anlan.foundation.intake import views

app_name = "intake"
urlpatterns = [path("", views.live, name="live")]
