from django.urls import path

from anlan.kits.views import desk, tablet

app_name = "kits"
urlpatterns = [
    path("app/", tablet.shell, name="app"),
    path("app/sw.js", tablet.worker, name="worker"),
    path("app/manifest.webmanifest", tablet.manifest, name="manifest"),
    path("sync", tablet.sync, name="sync"),
    path("photos", tablet.photos, name="photos"),
    path("class/<uuid:uid>/", desk.klass, name="klass"),
    path("class/<uuid:uid>/take", desk.take, name="take"),
    path("class/<uuid:uid>/pack", desk.pack, name="pack"),
    path("class/<uuid:uid>/review", desk.review, name="review"),
    path("conflicts/<uuid:uid>", desk.decide, name="decide"),
    path("conflicts/<uuid:uid>/photo", desk.photo, name="photo"),
    path("tablets/<uuid:uid>/stop", desk.stop, name="stop"),
    path("tablets/<uuid:uid>/pass-gap", desk.pass_gap, name="pass_gap"),
    path("tablets/<uuid:uid>/wait-no-longer", desk.wait_no_longer, name="wait_no_longer"),
    path("<uuid:uid>/", desk.kit, name="kit"),
    path("<uuid:uid>/contents", desk.contents, name="contents"),
    path("<uuid:uid>/kept", desk.kept, name="kept"),
]
