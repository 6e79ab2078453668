from django.urls import URLPattern, path

from anlan.injuries.views import batches, cases, lags, naming, reports, steps

app_name = "injuries"
urlpatterns: list[URLPattern] = [
    path("", cases.ledger, name="ledger"),
    path("export.xlsx", cases.export, name="export"),
    path("overdue/", cases.overdue, name="overdue"),
    path("report", reports.report, name="report"),
    path("report/blank", reports.blank, name="report_blank"),
    path("worker.js", reports.worker, name="worker"),
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
    path("batches/<uuid:uid>/original", batches.original, name="original"),
    path("names/", naming.names, name="names"),
    path("names/<uuid:uid>/undo", naming.undo, name="undo_naming"),
    path("lags/", lags.lags, name="lags"),
    path("<uuid:uid>/", cases.case, name="case"),
    path("<uuid:uid>/recognition/<slug:step>", steps.recognition, name="recognition"),
    path("<uuid:uid>/appraisal/<slug:step>", steps.appraisal, name="appraisal"),
]
