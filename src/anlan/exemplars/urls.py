from django.urls import path

from anlan.exemplars.views import applications, declarations, indicators

app_name = "exemplars"
urlpatterns = [
    path("applications/", applications.ledger, name="ledger"),
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
    path("applications/<uuid:uid>/", applications.exemplar, name="exemplar"),
    path(
        "applications/<uuid:uid>/evidence/<int:check>.json", applications.evidence, name="evidence"
    ),
    path("applications/<uuid:uid>/reapply", applications.reapply, name="reapply"),
    path("applications/<uuid:uid>/examine", applications.examine, name="examine"),
    path("applications/<uuid:uid>/return", applications.send_back, name="send_back"),
    path("applications/<uuid:uid>/cancel", applications.cancel, name="cancel"),
    path("applications/<uuid:uid>/announce", applications.announce, name="announce"),
    path("applications/<uuid:uid>/refuse", applications.refuse, name="refuse"),
    path("applications/<uuid:uid>/name", applications.name, name="name"),
    path("applications/<uuid:uid>/doubt", applications.doubt, name="doubt"),
    path("applications/<uuid:uid>/keep", applications.keep, name="keep"),
    path("applications/<uuid:uid>/withdraw", applications.withdraw, name="withdraw"),
]
