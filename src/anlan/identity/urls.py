from django.urls import URLPattern, path

from anlan.identity import login_views, roster_views, views

app_name = "identity"
urlpatterns: list[URLPattern] = [
    path("", views.people, name="people"),
    path("me/", views.me, name="me"),
    path("me/leave-everywhere", views.leave_everywhere, name="leave_everywhere"),
    path("login/", login_views.phone, name="login_phone"),
    path("login/code", login_views.code, name="login_code"),
    path("of/<uuid:uid>/", views.roster, name="roster"),
    path("of/<uuid:uid>/export.xlsx", views.roster_export, name="roster_export"),
    path("of/<uuid:uid>/upload", roster_views.upload, name="upload_roster"),
    path("rosters/template.xlsx", roster_views.template, name="roster_template"),
    path("rosters/<uuid:uid>/", roster_views.follow, name="upload"),
    path("rosters/<uuid:uid>/columns", roster_views.columns, name="upload_columns"),
    path("rosters/<uuid:uid>/preview", roster_views.preview, name="upload_preview"),
    path("rosters/<uuid:uid>/discard", roster_views.discard, name="upload_discard"),
    path("rosters/<uuid:uid>/annotated.xlsx", roster_views.annotated, name="upload_annotated"),
    path("<uuid:uid>/", views.person, name="person"),
    path("<uuid:uid>/reveal", views.reveal, name="reveal"),
    path("<uuid:uid>/phone", views.change_phone, name="change_phone"),
    path("<uuid:uid>/leave", views.leave, name="leave"),
]
