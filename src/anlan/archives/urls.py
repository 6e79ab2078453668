from django.urls import path

from anlan.archives.views import archive, certificates, exports, own, receipts, runs, taking

app_name = "archives"
urlpatterns = [
    path("mine/", own.mine, name="mine"),
    path("class/<uuid:uid>/", archive.class_archive, name="class"),
    path("class/<uuid:uid>/progress", archive.progress, name="progress"),
    path("class/<uuid:uid>/reseal", archive.order_reseal, name="reseal"),
    path("class/<uuid:uid>/report", archive.report, name="report"),
    path("class/<uuid:uid>/report.pdf", archive.report_file, name="report_file"),
    path("class/<uuid:uid>/receipt.json", receipts.seal_receipt, name="receipt"),
    path("<uuid:uid>/download", taking.download, name="download"),
    path("<uuid:uid>/take", taking.take, name="take"),
    path("export/", exports.exports, name="exports"),
    path("export/order", exports.order, name="order_export"),
    path("export/<uuid:uid>/progress", exports.export_progress, name="export_progress"),
    path("certificates/", certificates.ledger, name="certificates"),
    path("certificates/export", certificates.export, name="export"),
    path("certificates/<uuid:uid>/", certificates.record, name="certificate"),
    path("certificates/<uuid:uid>/revoke", certificates.revoke, name="revoke"),
    path("certificates/<uuid:uid>/paper", certificates.paper, name="paper"),
    path("certificates/<uuid:uid>/print", runs.print_again, name="print"),
    path("certificates/<uuid:uid>/paper/<int:version>", certificates.former_paper, name="version"),
    path("runs/", runs.runs, name="runs"),
    path("runs/start", runs.start, name="start_run"),
    path("runs/<uuid:uid>/", runs.run, name="run"),
    path("runs/<uuid:uid>/progress", runs.run_progress, name="run_progress"),
    path("runs/<uuid:uid>/stop", runs.stop, name="stop_run"),
    path("runs/<uuid:uid>/resume", runs.resume, name="resume_run"),
]
