from django.urls import path

from anlan.exemplars.views import applications, declarations, indicators

app_name = "exemplars"
urlpatterns = [
    path("", applications.ledger, name="ledger"),
    path("mine", indicators.mine, name="mine"),
    path("ranking", indicators.ranking, name="ranking"),
    path("ranking/export", indicators.export, name="export"),
    path("definitions", indicators.definitions, name="definitions"),
    path("enterprises/<uuid:uid>/", indicators.indicators, name="indicators"),
    path("enterprises/<uuid:uid>/check", applications.check, name="check"),
    path("enterprises/<uuid:uid>/apply", applications.apply, name="apply"),
    path("enterprises/<uuid:uid>/propose", applications.propose, name="propose"),
    path("declarations/", declarations.listed, name="declarations"),
    path("declarations/<slug:kind>/new", declarations.declare, name="declare"),
    path("declarations/<slug:kind>/<uuid:uid>/", declarations.declaration, name="declaration"),
    path("declarations/<slug:kind>/<uuid:uid>/mend", declarations.mend, name="mend"),
    path("declarations/<slug:kind>/<uuid:uid>/verify", declarations.verify, name="verify"),
    path("declarations/<slug:kind>/<uuid:uid>/return", declarations.send_back, name="return"),
    path("declarations/<slug:kind>/<uuid:uid>/proof/<uuid:file>", declarations.proof, name="proof"),
    path("objections/<uuid:uid>/answer", applications.answer, name="answer"),
    path("<uuid:uid>/", applications.exemplar, name="exemplar"),
    path("<uuid:uid>/evidence/<int:check>.json", applications.evidence, name="evidence"),
    path("<uuid:uid>/reapply", applications.reapply, name="reapply"),
    path("<uuid:uid>/examine", applications.examine, name="examine"),
    path("<uuid:uid>/return", applications.send_back, name="send_back"),
    path("<uuid:uid>/cancel", applications.cancel, name="cancel"),
    path("<uuid:uid>/announce", applications.announce, name="announce"),
    path("<uuid:uid>/refuse", applications.refuse, name="refuse"),
    path("<uuid:uid>/name", applications.name, name="name"),
    path("<uuid:uid>/doubt", applications.doubt, name="doubt"),
    path("<uuid:uid>/keep", applications.keep, name="keep"),
    path("<uuid:uid>/withdraw", applications.withdraw, name="withdraw"),
]
