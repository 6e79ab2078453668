from django.urls import URLPattern, path

from anlan.organizations import guide_views, licence_views, views

app_name = "organizations"
urlpatterns: list[URLPattern] = [
    path("", views.ledger, name="ledger"),
    path("export.xlsx", views.export, name="export"),
    path("mine/", views.mine, name="mine"),
    path("register/", guide_views.account, name="register"),
    path("register/organization", guide_views.organization, name="register_organization"),
    path("register/keep", guide_views.keep, name="register_keep"),
    path("register/check", guide_views.check, name="register_check"),
    path("<uuid:uid>/", views.record, name="record"),
    path("<uuid:uid>/edit", views.edit, name="edit"),
    path("<uuid:uid>/approve", views.approve, name="approve"),
    path("<uuid:uid>/return", views.send_back, name="return"),
    path("<uuid:uid>/licence", licence_views.state, name="licence"),
    path("<uuid:uid>/licence/photograph", licence_views.photograph, name="licence_photograph"),
    path("<uuid:uid>/licence/drop", licence_views.drop, name="licence_drop"),
    path("<uuid:uid>/licence/show", licence_views.show, name="licence_show"),
    path("<uuid:uid>/licence/compared", licence_views.compared, name="licence_compared"),
]
