from django.urls import path

from anlan.archives.views import public, receipts

urlpatterns = [
    path("", public.ask, name="ask"),
    path("<str:number>/receipt.json", receipts.certificate_receipt, name="receipt"),
    path("<str:number>", public.show, name="show"),
]
