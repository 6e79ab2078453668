"""What anybody may open: who is named, notices with objections, the plaque's page."""

from django.urls import path

from anlan.exemplars.views import public

app_name = "examples"
urlpatterns = [
    path("", public.published, name="list"),
    path("notices", public.notices, name="notices"),
    path("notices/<uuid:uid>", public.notice, name="notice"),
    path("objection", public.follow, name="follow"),
    path("<str:number>/evidence.json", public.evidence, name="evidence"),
    path("<str:number>/receipt.json", public.receipt, name="receipt"),
    path("<str:number>", public.show, name="show"),
]
