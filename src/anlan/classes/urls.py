"""Addresses of the desk pages; those of the class in session stand in `urls_live`."""

from django.urls import path

from anlan.classes.urls_live import live_urls
from anlan.classes.views import application, change, ledger, record, review

app_name = "classes"
urlpatterns = [
    path("", ledger.list_classes, name="list"),
    path("ledger.xlsx", ledger.export, name="export"),
    path("queue/", review.queue, name="queue"),
    path("apply/", application.apply, name="apply"),
    path("<uuid:uid>/", record.record, name="record"),
    path("<uuid:uid>/timeline/", record.timeline, name="timeline"),
    path("<uuid:uid>/edit/", application.edit, name="edit"),
    path("<uuid:uid>/timetable/", application.plan, name="timetable"),
    path("<uuid:uid>/timetable/fill", application.fill, name="fill"),
    path("session/<uuid:uid>/drop", application.drop, name="drop_session"),
    path("<uuid:uid>/check/", application.check, name="check"),
    path("<uuid:uid>/submit", application.submit, name="submit"),
    path("<uuid:uid>/discard", record.discard, name="discard"),
    path("<uuid:uid>/decide", review.decide, name="decide"),
    path("<uuid:uid>/change/", change.ask, name="change"),
    path("changes/<uuid:uid>/decide", change.decide, name="decide_change"),
    path("changes/<uuid:uid>/withdraw", change.withdraw, name="withdraw_change"),
    path("<uuid:uid>/close", record.close, name="close"),
    path("<uuid:uid>/roster.xlsx", record.export_roster, name="export_roster"),
    path("<uuid:uid>/attendance.xlsx", record.export_attendance, name="export_attendance"),
    path("<uuid:uid>/scores.xlsx", record.export_scores, name="export_scores"),
    *live_urls,
]
