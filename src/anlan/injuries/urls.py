from django.urls import URLPattern, path

from anlan.injuries.views import batches, cases, coders, coding, recoding, reports, steps

app_name = "injuries"
urlpatterns: list[URLPattern] = [
    path("", cases.ledger, name="ledger"),
    path("export.xlsx", cases.export, name="export"),
    path("overdue/", cases.overdue, name="overdue"),
    path("report", reports.report, name="report"),
    path("reports/", reports.mine, name="reports"),
    path("photos/<uuid:uid>", reports.photo, name="photo"),
    path("batches/", batches.listing, name="batches"),
    path("batches/upload", batches.upload, name="upload"),
    path("batches/<uuid:uid>/", batches.follow, name="batch"),
    path("batches/<uuid:uid>/columns", batches.columns, name="columns"),
    path("batches/<uuid:uid>/values", batches.values, name="values"),
    path("batches/<uuid:uid>/preview", batches.preview, name="preview"),
    path("batches/<uuid:uid>/discard", batches.discard, name="discard"),
    path("batches/<uuid:uid>/undo", batches.undo, name="undo"),
    path("batches/<uuid:uid>/problems.xlsx", batches.problems, name="problems"),
    path("coding/", coding.queue, name="coding"),
    path("coding/<uuid:uid>/decide", coding.decide, name="coding_decide"),
    path("coding/<uuid:uid>/skip", coding.skip, name="coding_skip"),
    path("coding/undo", coding.undo, name="coding_undo"),
    path("coding/<uuid:uid>/take-back", coding.take_back, name="coding_take_back"),
    path("coding/models/", coders.listing, name="coders"),
    path("coding/models/train", coders.train, name="coder_train"),
    path("coding/models/<uuid:uid>/", coders.record, name="coder"),
    path("coding/models/<uuid:uid>/use", coders.use, name="coder_use"),
    path("coding/models/<uuid:uid>/retire", coders.retire, name="coder_retire"),
    path("recoding/", recoding.queue, name="recoding"),
    path("recoding/<uuid:uid>/decide", recoding.decide, name="recoding_decide"),
    path("recoding/<uuid:uid>/skip", recoding.skip, name="recoding_skip"),
    path("recoding/undo", recoding.undo, name="recoding_undo"),
    path("<uuid:uid>/", cases.case, name="case"),
    path("<uuid:uid>/recognition/<slug:step>", steps.recognition, name="recognition"),
    path("<uuid:uid>/appraisal/<slug:step>", steps.appraisal, name="appraisal"),
]
