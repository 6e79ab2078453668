from django.urls import URLPattern, path

from anlan.organizations import guide_views, views

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
]
