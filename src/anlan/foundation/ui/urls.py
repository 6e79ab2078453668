from django.urls import path

from anlan.foundation.ui import views

app_name = "ui"
urlpatterns = [path("sheet", views.sheet, name="sheet")]
