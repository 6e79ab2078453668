"""How one comes in: sessions, lock-out, second factor, single sign-on. Lists, read by settings."""

from anlan.lib.environment import Environment

env = Environment()

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "anlan.foundation.access.strength.HouseValidator"}]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "desks:home"
LOGOUT_REDIRECT_URL = "accounts:login"
# The other doors beside the password form: (key in the template, URL name).
ANLAN_DOORS = {
    "learner": "identity:login_phone",
    "register": "organizations:register",
    "tip": "tips:file",
}
ANLAN_LEAVE_EVERYWHERE = "identity:leave_everywhere"
SESSION_ENGINE = "anlan.foundation.accounts.sessions"

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says when it ends
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "anlan.foundation.access.views.doors.locked_out"
AXES_ENABLE_ADMIN = False

ACCOUNT_ADAPTER = "anlan.foundation.access.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/key", "reauthenticate": "30/5m/user"}
MFA_ADAPTER = "anlan.foundation.access.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # half a minute of a wrong clock to either side
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # a whole office may share an address
SOCIALACCOUNT_ADAPTER = "anlan.foundation.access.adapters.SocialAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_QUERY_EMAIL = False

# The city's identity provider (OpenID Connect); empty: none.
ANLAN_SSO_ISSUER = env.text("ANLAN_SSO_ISSUER", "")
ANLAN_SSO_NAME = env.text("ANLAN_SSO_NAME", "统一身份认证")
ANLAN_SSO_CLIENT = env.text("ANLAN_SSO_CLIENT", "anlan")
ANLAN_SSO_SECRET_FILE = env.text("ANLAN_SSO_SECRET_FILE", "")
ANLAN_SSO_CLAIM = env.text("ANLAN_SSO_CLAIM", "preferred_username")  # is the user name here
ANLAN_SSO_USERINFO = env.flag("ANLAN_SSO_USERINFO", False)
