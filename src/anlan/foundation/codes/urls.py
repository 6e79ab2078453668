from django.urls import path

from anlan.foundation.codes import views

app_name = "codes"

urlpatterns = [path("industries/", views.industries, name="industries")]
