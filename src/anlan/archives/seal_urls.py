from django.urls import path

from anlan.archives.views import seals

urlpatterns = [
    path("<str:reference>/receipt.json", seals.seal_receipt, name="receipt"),
    path("<str:reference>", seals.show, name="show"),
]
