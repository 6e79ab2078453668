from django.urls import path

from anlan.assessments.views import assisted, banks, reviews, sittings

app_name = "assessments"
urlpatterns = [
    path("", sittings.mine, name="mine"),
    path("<uuid:uid>/", sittings.cover, name="sitting"),
    path("<uuid:uid>/start", sittings.start, name="start"),
    path("<uuid:uid>/paper", sittings.paper, name="paper"),
    path("<uuid:uid>/answers", sittings.answer, name="answer"),
    path("<uuid:uid>/submit", sittings.submit, name="submit"),
    path("<uuid:uid>/receipt.json", sittings.result_receipt, name="receipt"),
    path("<uuid:uid>/explain", reviews.explain, name="explain"),
    path("<uuid:uid>/appeal", reviews.appeal, name="appeal"),
    path("<uuid:uid>/appeals", reviews.appeals, name="appeals"),
    path("tablet/", assisted.tablet, name="tablet"),
    path("tablet/enter/<str:token>", assisted.enter, name="tablet_enter"),
    path("tablet/start", assisted.start, name="tablet_start"),
    path("tablet/answer", assisted.answer, name="tablet_answer"),
    path("tablet/check", assisted.check, name="tablet_check"),
    path("tablet/submit", assisted.submit, name="tablet_submit"),
    path("tablet/give-back", assisted.give_back, name="tablet_give_back"),
    path("banks/", banks.banks, name="banks"),
    path("banks/new", banks.new_bank, name="new_bank"),
    path("banks/<uuid:uid>/", banks.bank, name="bank"),
    path("banks/<uuid:uid>/upload", banks.upload, name="upload"),
    path("uploads/<uuid:uid>/", banks.uploaded, name="uploaded"),
    path("uploads/<uuid:uid>/problems.xlsx", banks.problems, name="problems"),
    path("items/<int:pk>/retire", banks.retire, name="retire"),
]
