"""Settings: lists and dotted paths, no logic. Every variable is read by the typed reader."""

from pathlib import Path

from csp.constants import NONE, SELF

from anlan.config.entrance import *  # noqa: F403
from anlan.config.outside import *  # noqa: F403
from anlan.config.rooms import ANLAN_CLASS_LINKS as ANLAN_CLASS_LINKS
from anlan.config.rooms import ANLAN_INTAKE as ANLAN_INTAKE
from anlan.config.rooms import ANLAN_PERSONAL_DATA as ANLAN_PERSONAL_DATA
from anlan.config.rooms import ANLAN_PROCTORS as ANLAN_PROCTORS
from anlan.config.rooms import ANLAN_SCOPES as ANLAN_SCOPES
from anlan.config.rooms import ANLAN_SENTENCES as ANLAN_SENTENCES
from anlan.config.rooms import ANLAN_STORED_FACES as ANLAN_STORED_FACES
from anlan.config.rooms import ANLAN_TAUGHT as ANLAN_TAUGHT
from anlan.config.rooms import INSTALLED_APPS as INSTALLED_APPS
from anlan.lib.environment import Environment
from anlan.lib.secret import load_secret

env = Environment()

PACKAGE = Path(__file__).resolve().parent.parent
VAR = env.folder("ANLAN_VAR", Path.cwd() / "var")
DIST = PACKAGE / "dist"

DEBUG = env.flag("ANLAN_DEBUG", False)
SECRET_KEY = load_secret(VAR / "secrets" / "django.key")
ALLOWED_HOSTS = env.names("ANLAN_HOSTS", ["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.names("ANLAN_ORIGINS", [])

# What this installation is called, and where an outsider reaches it (QR codes, certificates).
ANLAN_CITY = env.text("ANLAN_CITY", "济南市")
ANLAN_PLATFORM = env.text("ANLAN_PLATFORM", "安澜 · 工伤预防")
ANLAN_PUBLIC_URL = env.text("ANLAN_PUBLIC_URL", "http://127.0.0.1:8000")
ANLAN_DEMONSTRATION = env.flag("ANLAN_DEMONSTRATION", False)
ANLAN_SECOND_FACTOR = not ANLAN_DEMONSTRATION  # its printed passwords must stay enough
ANLAN_KEYRING = VAR / "secrets" / "keyring.json"
ANLAN_LOG_ORIGIN = env.text("ANLAN_LOG_ORIGIN", "anlan-log")
ANLAN_LOG_KEY = VAR / "secrets" / "log.key"
ANLAN_KITS_KEY = VAR / "secrets" / "kits.key"  # signs offline packages; Ed25519
ANLAN_LOG_FOLDER = VAR / "log"
ANLAN_LOG_ALG = env.one_of("ANLAN_LOG_ALG", "sha256", {"sha256", "sm3"})
ANLAN_LOG_SIGNATURE = env.one_of("ANLAN_LOG_SIGNATURE", "ed25519", {"ed25519", "sm2"})
ANLAN_TSA_URL = env.text("ANLAN_TSA_URL", "")  # empty: no time stamps
ANLAN_TSA_CERTS = env.text("ANLAN_TSA_CERTS", "")  # PEM file with the authority's root
ANLAN_PART_CIPHER = env.text("ANLAN_PART_CIPHER", "AES-256-GCM")  # or SM4-GCM
# Who signs certificates: made at set-up, or the city's own PKCS #12 file.
ANLAN_ISSUER = VAR / "secrets" / "issuer"
ANLAN_ISSUER_P12 = env.text("ANLAN_ISSUER_P12", "")
ANLAN_ISSUER_PASSWORD = env.text("ANLAN_ISSUER_PASSWORD", "")
ANLAN_SIGNER = "anlan.archives.signing.sign_pdf"
ANLAN_DISTRIBUTION = VAR / "distribution"  # the columnar copy of the injury cases
ANLAN_INTAKE_FOLDER = VAR / "intake"  # what the site's processes tell of their hot paths
ANLAN_FILES = VAR / "files"
ANLAN_LIVE = VAR / "live"  # what comes in while it is recorded; for site and `anlan record` alike
ANLAN_FFMPEG = env.text("ANLAN_FFMPEG", "")  # another ffmpeg than the one that was installed
ANLAN_RTMP = env.text("ANLAN_RTMP", "127.0.0.1:19350-19359")  # where pushed streams are taken
ANLAN_STORAGE = env.text("ANLAN_STORAGE", "")  # s3://bucket/prefix; empty: the folder above
ANLAN_S3_ENDPOINT = env.text("ANLAN_S3_ENDPOINT", "")  # keys: the standard AWS variables
ANLAN_S3_ADDRESSING = env.text("ANLAN_S3_ADDRESSING", "")  # path or virtual
ANLAN_PLACES = {
    "": "anlan.foundation.files.folder.FolderPlace",
    "s3": "anlan.foundation.files.s3.S3Place",
}
ANLAN_CACHE = env.folder("ANLAN_CACHE", VAR / "cache")
ANLAN_CACHE_GB = env.number("ANLAN_CACHE_GB", 20, least=1, most=100_000)
ANLAN_EXPORTS = env.text("ANLAN_EXPORTS", str(VAR / "exports"))  # a folder or s3://bucket/prefix
ANLAN_SMS_ADAPTER = env.text("ANLAN_SMS_ADAPTER", "anlan.foundation.notices.sms.FileAdapter")
ANLAN_SMS_FOLDER = VAR / "sms"
ANLAN_SMS_URL = env.text("ANLAN_SMS_URL", "")  # of WebhookAdapter, with the file of its secret
ANLAN_SMS_SECRET_FILE = env.text("ANLAN_SMS_SECRET_FILE", "")
ANLAN_EYES = "anlan.vision.eyes.Eyes"  # the processes that look at faces and papers
# Whose class managers look when a face is not enough: asked with the ledger subject of the check.
ANLAN_CHECK_HOST = "anlan.classes.hosts.host_of"
# Scanned addresses beside whose log-in somebody at the desk may let the visitor in.
ANLAN_DESK_DOORS = {"classes:sign": "classes:desk_login"}
# How two browsers of a video check find each other beyond one network: stun:host:port, turn:…
ANLAN_ICE_SERVERS = env.addresses("ANLAN_ICE_SERVERS", {"stun", "stuns", "turn", "turns"})
ANLAN_TURN_SECRET_FILE = env.text("ANLAN_TURN_SECRET_FILE", "")  # coturn's static-auth-secret
ANLAN_MENU = "anlan.config.menu.menu_for"
ANLAN_TABS = "anlan.config.menu.tabs_for"
ANLAN_MENU_SECONDS = 20  # so old a number in the menu may be, unless its reader did something
ANLAN_ROLE_LABEL = "anlan.config.menu.role_label"
ANLAN_SCHEDULE = "anlan.config.schedule.SCHEDULE"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "anlan.foundation.access.middleware.SeenMiddleware",
    "anlan.foundation.intake.middleware.PassMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "anlan.foundation.ui.uploads.UploadLimitMiddleware",
    "anlan.foundation.ui.middleware.RefusalMiddleware",
    "anlan.foundation.ui.waiting.DeedMiddleware",
    "anlan.foundation.ui.wrong_door.WrongDoorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "anlan.foundation.ui.context.house",
            ],
            "builtins": ["anlan.foundation.ui.templatetags.house"],
        },
    }
]

ROOT_URLCONF = "anlan.config.urls"
WSGI_APPLICATION = "anlan.config.wsgi.application"
DATABASES = {"default": env.database("DATABASE_URL", VAR / "anlan.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ANLAN_PUBLIC_URL.startswith("https://")

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = DIST  # the build hook writes there what whitenoise serves
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[A-Z0-9]{8}\."
WHITENOISE_MANIFEST_STRICT = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
ANLAN_UPLOAD_LIMITS = {  # MB a request, by longest path prefix
    "/": 25,
    "/classes": 600,
    "/courses": 200,
    "/exemplars": 100,
    "/files/uploads/*": 1 << 20,
    "/hazards": 100,
    "/organizations": 16,
    "/people/insured": 60,
    "/supervision": 60,
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "script-src": [SELF],
        "style-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("ANLAN_LOG", "WARNING")},
}
