from django.urls import path

from anlan.archives.views import documents, public, receipts

urlpatterns = [
    path("", public.ask, name="ask"),
    path("how", documents.how, name="how"),
    path("issuer.pem", documents.authority, name="authority"),
    path("issuer.json", documents.issuer, name="issuer"),
    path("keys/<str:thumbprint>", documents.key, name="key"),
    path("revoked", documents.revoked_page, name="revoked"),
    path("revoked.json", documents.revoked_list, name="revoked_list"),
    path("revoked.jwt", documents.revoked_signed, name="revoked_signed"),
    path("<str:number>/receipt.json", receipts.certificate_receipt, name="receipt"),
    path("<str:number>/badge.jwt", documents.badge, name="badge"),
    path("<str:number>", public.show, name="show"),
]
