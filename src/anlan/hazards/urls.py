from django.urls import path

from anlan.hazards.views import figures, hazards, reporting, tips

app_name = "hazards"
urlpatterns = [
    path("", hazards.ledger, name="ledger"),
    path("report", reporting.report, name="report"),
    path("report/blank", reporting.blank, name="report_blank"),
    path("worker.js", reporting.worker, name="worker"),
    path("mine", reporting.mine, name="mine"),
    path("register", hazards.register, name="register"),
    path("figures", figures.figures, name="figures"),
    path("tips/", tips.ledger, name="tips"),
    path("tips/<uuid:uid>/", tips.tip, name="tip"),
    path("tips/<uuid:uid>/photo/<uuid:file>", tips.photo, name="tip_photo"),
    path("tips/<uuid:uid>/take", tips.take, name="take_tip"),
    path("tips/<uuid:uid>/dismiss", tips.dismiss, name="dismiss_tip"),
    path("tips/<uuid:uid>/ask", tips.ask, name="ask_teller"),
    path("tips/<uuid:uid>/conclude", tips.conclude, name="conclude_tip"),
    path("tips/<uuid:uid>/reveal", tips.reveal, name="reveal_contact"),
    path("tips/<uuid:uid>/turn", tips.turn, name="turn"),
    path("tips/<uuid:uid>/reward", tips.propose, name="propose_reward"),
    path("tips/<uuid:uid>/reward/decide", tips.decide, name="decide_reward"),
    path("tips/<uuid:uid>/reward/pay", tips.pay, name="pay_reward"),
    path("<uuid:uid>/", hazards.hazard, name="hazard"),
    path("<uuid:uid>/photo/<uuid:file>", hazards.photo, name="photo"),
    path("<uuid:uid>/accept", hazards.accept, name="accept"),
    path("<uuid:uid>/decline", hazards.decline, name="decline"),
    path("<uuid:uid>/assign", hazards.assign, name="assign"),
    path("<uuid:uid>/reassign", hazards.reassign, name="reassign"),
    path("<uuid:uid>/rectify", hazards.rectify, name="rectify"),
    path("<uuid:uid>/recheck", hazards.recheck, name="recheck"),
    path("<uuid:uid>/revisit", hazards.revisit, name="revisit"),
    path("<uuid:uid>/reopen", hazards.reopen, name="reopen"),
]
