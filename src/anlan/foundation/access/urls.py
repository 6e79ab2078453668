from django.urls import path

from anlan.foundation.access.views import accounts, doors, matrix, own

app_name = "accounts"
urlpatterns = [
    path("login", doors.login, name="login"),
    path("logout", doors.logout, name="logout"),
    path("pulse", doors.pulse, name="pulse"),
    path("reset", doors.reset, name="reset"),
    path("unlock", doors.unlock, name="unlock"),
    path("unlock/code", doors.unlock_code, name="unlock_code"),
    path("security/", own.security, name="security"),
    path("security/password", own.password, name="password"),
    path("security/phone", own.phone, name="phone"),
    path("security/phone/code", own.phone_code, name="phone_code"),
    path("sessions/", own.session_list, name="sessions"),
    path("sessions/<slug:mark>/end", own.end_session, name="end_session"),
    path("people/", accounts.people, name="people"),
    path("people/open", accounts.open_account, name="open"),
    path("people/<uuid:uid>/", accounts.account, name="account"),
    path("people/<uuid:uid>/give", accounts.give, name="give"),
    path("people/<uuid:uid>/roles/<int:number>/end", accounts.end, name="end_role"),
    path("people/<uuid:uid>/<slug:act>", accounts.act, name="act"),
    path("roles/", accounts.roles_page, name="roles"),
    path("roles/<uuid:uid>", accounts.decide, name="decide"),
    path("matrix", matrix.show, name="matrix"),
]
