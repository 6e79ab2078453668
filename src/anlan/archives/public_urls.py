from django.urls import path

from anlan.archives.views import public

urlpatterns = [
    path("", public.ask, name="ask"),
    path("<str:number>", public.show, name="show"),
]
