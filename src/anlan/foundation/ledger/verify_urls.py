from django.urls import path

from anlan.foundation.ledger import verify_views

app_name = "verify"
urlpatterns = [
    path("", verify_views.page, name="page"),
    path("offline.html", verify_views.offline, name="offline"),
]
