from django.urls import path

from anlan.foundation.ledger import pages, views

app_name = "ledger"
urlpatterns = [
    path("", pages.log, name="log"),
    path("checkpoint", views.checkpoint, name="checkpoint"),
    path("checkpoint/round", views.round_checkpoint, name="round"),
    path("checkpoint/witnessed", views.witnessed_checkpoint, name="witnessed"),
    path("cosign", views.cosign, name="cosign"),
    path("key", views.key, name="key"),
    path("tile/<path:path>", views.tile, name="tile"),
    path("witnesses/", pages.witness_list, name="witnesses"),
    path("witnesses/<uuid:uid>/retire", pages.retire, name="retire"),
]
