from django.urls import path

from anlan.supervision.views import asked, calls, checks, tickets, watch

app_name = "supervision"
urlpatterns = [
    path("", tickets.ledger, name="tickets"),
    path("tickets.xlsx", tickets.export, name="export"),
    path("tickets/<uuid:uid>/", tickets.ticket, name="ticket"),
    path("tickets/<uuid:uid>/assign", tickets.assign, name="assign"),
    path("tickets/<uuid:uid>/ask", tickets.ask, name="ask"),
    path("tickets/<uuid:uid>/confirm", tickets.confirm, name="confirm"),
    path("tickets/<uuid:uid>/dismiss", tickets.dismiss, name="dismiss"),
    path("tickets/<uuid:uid>/close", tickets.close, name="close"),
    path("tickets/<uuid:uid>/picture/<uuid:file>", tickets.picture, name="picture"),
    path("asked/", asked.inquiries, name="inquiries"),
    path("asked/<uuid:uid>/", asked.inquiry, name="inquiry"),
    path("asked/<uuid:uid>/picture/<uuid:file>", asked.picture, name="own_picture"),
    path("asked/<uuid:uid>/file/<uuid:file>", asked.answer_file, name="answer_file"),
    path("checks/", checks.checks, name="checks"),
    path("checks/announce", checks.announce, name="announce"),
    path("checks/<uuid:uid>/", checks.check, name="check"),
    path("checks/<uuid:uid>/assign", checks.assign, name="assign_check"),
    path("checks/<uuid:uid>/report", checks.report, name="report_check"),
    path("checks/<uuid:uid>/cancel", checks.cancel, name="cancel_check"),
    path("checks/<uuid:uid>/photo", checks.photo, name="check_photo"),
    path("checks/draws/<uuid:uid>/", checks.draw, name="draw"),
    path("checks/draws/<uuid:uid>/weights.json", checks.weights, name="weights"),
    path("calls/", calls.calls, name="calls"),
    path("calls/<uuid:uid>/", calls.call, name="call"),
    path("calls/<uuid:uid>/reveal", calls.reveal, name="reveal"),
    path("calls/<uuid:uid>/finish", calls.finish, name="finish_call"),
    path("class/<uuid:uid>/", watch.watch, name="class"),
]
