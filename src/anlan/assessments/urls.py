from django.urls import path

from anlan.assessments.views import banks, proctoring, sittings

app_name = "assessments"
urlpatterns = [
    path("", sittings.mine, name="mine"),
    path("worker.js", sittings.worker, name="worker"),
    path("<uuid:uid>/", sittings.cover, name="sitting"),
    path("<uuid:uid>/start", sittings.start, name="start"),
    path("<uuid:uid>/paper", sittings.paper, name="paper"),
    path("<uuid:uid>/answers", sittings.answer, name="answer"),
    path("<uuid:uid>/submit", sittings.submit, name="submit"),
    path("<uuid:uid>/receipt.json", sittings.result_receipt, name="receipt"),
    path("<uuid:uid>/time", proctoring.time, name="time"),
    path("banks/", banks.banks, name="banks"),
    path("banks/new", banks.new_bank, name="new_bank"),
    path("banks/<uuid:uid>/", banks.bank, name="bank"),
    path("banks/<uuid:uid>/upload", banks.upload, name="upload"),
    path("uploads/<uuid:uid>/", banks.uploaded, name="uploaded"),
    path("uploads/<uuid:uid>/problems.xlsx", banks.problems, name="problems"),
    path("items/<int:pk>/retire", banks.retire, name="retire"),
]
