"""The addresses that django-allauth asks for by its own names; each leads to a view of ours."""

from django.urls import path

from anlan.foundation.access.views import doors, own, second, sso

urlpatterns = [
    path("login", doors.login, name="account_login"),
    path("second", second.second_step, name="mfa_authenticate"),
    path("passkey", second.passkey, name="mfa_login_webauthn"),
    path("confirm", second.confirm, name="account_reauthenticate"),
    path("confirm/code", second.confirm_code, name="mfa_reauthenticate"),
    path("confirm/key", second.confirm_key, name="mfa_reauthenticate_webauthn"),
    path("security/", own.security, name="mfa_index"),
    path("security/", own.security, name="mfa_list_webauthn"),
    path("security/app", second.set_up_app, name="mfa_activate_totp"),
    path("security/app/off", second.take_away_app, name="mfa_deactivate_totp"),
    path("security/codes", second.codes, name="mfa_view_recovery_codes"),
    path("security/codes/new", second.new_codes, name="mfa_generate_recovery_codes"),
    path("security/key", second.add_key, name="mfa_add_webauthn"),
    path("security/key/<int:pk>/off", second.remove_key, name="mfa_remove_webauthn"),
    path("<slug:provider_id>/login", sso.login, name="openid_connect_login"),
    path("<slug:provider_id>/callback", sso.callback, name="openid_connect_callback"),
]
