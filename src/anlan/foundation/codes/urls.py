from django.urls import path

from anlan.foundation.codes import views

app_name = "codes"

urlpatterns = [
    path("", views.browse, name="browse"),
    path("industries/", views.industries, name="industries"),
    path("crosswalk/", views.crosswalk, name="crosswalk"),
    path("<slug:system>/", views.book, name="book"),
]
