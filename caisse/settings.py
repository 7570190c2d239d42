"""Settings of one caisse, from CAISSE_* environment variables; a wrong value stops the start."""

import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from caisse.kernel import clock


def text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that `<name>_FILE` names, or the default."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str) -> bool:
    """True for 1, false for 0 or nothing; anything else stops the start."""
    value = text(name, "0")
    if value not in {"0", "1", ""}:
        raise ImproperlyConfigured(f"{name} is 0 or 1, not {value!r}")
    return value == "1"


def number(name: str, default: int) -> int:
    """A whole number, 0 or more; anything else stops the start."""
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is a whole number, not {value!r}")
    return int(value)


def database(url: str) -> dict[str, Any]:
    """Django's entry for `url`: "" is the SQLite file of the caisse, else postgresql://…"""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HOME / "caisse.sqlite3"),
            "TEST": {"NAME": str(HOME / "test.sqlite3")},
            "CONN_MAX_AGE": 20,  # opening it costs more than a payment
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
                "PRAGMA foreign_keys=ON;PRAGMA cache_size=-20000;PRAGMA wal_autocheckpoint=4000;"
                "PRAGMA journal_size_limit=27103364;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("CAISSE_DATABASE must read postgresql://user@host:port/name")
    query = dict(parse_qsl(parts.query))
    # Our statements are short; compiling one costs up to half a second, the first time it is met
    query.setdefault("options", "-c jit=off")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "OPTIONS": query,
    }


def secret_key() -> str:
    """CAISSE_SECRET_KEY, else the caisse's own file, made at first start, readable by us only."""
    key = text("CAISSE_SECRET_KEY")
    path = HOME / "secret_key"
    if not key:
        if not path.exists():
            HOME.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        key = path.read_text(encoding="utf-8").strip()
    if len(key) < 32:
        raise ImproperlyConfigured("CAISSE_SECRET_KEY needs 32 characters or more")
    return key


def mail(url: str) -> dict[str, Any]:
    """Django's settings of e-mail for `url`: "" writes letters to the folder `mail` of the home."""
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": HOME / "mail",
        }
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("CAISSE_EMAIL must read smtp://user:password@host:port")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
        "EMAIL_TIMEOUT": 15,
    }


HOME = Path(text("CAISSE_HOME", "var")).resolve()
KEYS = text("CAISSE_KEYS")  # the folder of keys: `keys` in HOME when nobody says
HOME.mkdir(parents=True, exist_ok=True)
INSECURE = flag("CAISSE_INSECURE")
SECRET_KEY = secret_key()
DEBUG = False
TESTING = "pytest" in sys.modules

ALLOWED_HOSTS = [host for host in text("CAISSE_HOSTS", "localhost,127.0.0.1").split(",") if host]
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("CAISSE_HOSTS names hosts; « * » is not one")

DATABASES = {"default": database(text("CAISSE_DATABASE"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",  # the widgets' own templates, for kernel.forms.Renderer
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "caisse.kernel",
    "caisse.ledger",
    "caisse.bylaws",
    "caisse.people",
    "caisse.messages",
    "caisse.funding",
    "caisse.contributions",
    "caisse.merchants",
    "caisse.month",
    "caisse.payments",
    "caisse.accounting",
    "caisse.demo",
    "caisse.site",  # before allauth: its templates stand in for allauth's
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
AUTH_USER_MODEL = "people.Login"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # of argon2-cffi
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
    )
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "ENQUEUE_ON_COMMIT": False}}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "caisse.site.packed.Packed",
    "caisse.site.middleware.SecurityHeaders",
    "caisse.site.middleware.Sessions",
    "caisse.site.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "caisse.site.middleware.Doors",
]
ROOT_URLCONF = "caisse.site.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "caisse.site.surroundings.house",
            ]
        },
    }
]
FORM_RENDERER = "caisse.kernel.forms.Renderer"
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True

# Ways in (django-allauth): a password or a code by e-mail, passkeys, a second factor. Nobody signs
# up by himself: a person joins, then gets a code (people.operations.ways_in).
LOGIN_URL, LOGIN_REDIRECT_URL = "door", "home"
ACCOUNT_ADAPTER = "caisse.site.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD, ACCOUNT_USER_MODEL_EMAIL_FIELD = "identifier", None
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "glance"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or key is told to its owner
ACCOUNT_FORMS = {
    "login": "caisse.site.pages.door_forms.Password",
    "set_password": "caisse.site.pages.door_forms.NewPassword",
    "change_password": "caisse.site.pages.door_forms.OtherPassword",
    "reset_password": "caisse.site.pages.door_forms.LostPassword",
    "reset_password_from_key": "caisse.site.pages.door_forms.ReplacedPassword",
    "request_login_code": "caisse.site.pages.door_forms.AskedCode",
    "confirm_login_code": "caisse.site.pages.door_forms.ReceivedCode",
    "reauthenticate": "caisse.site.pages.door_forms.SamePassword",
}
ACCOUNT_RATE_LIMITS = {"access_code": "10/m/ip,60/h/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(text("CAISSE_PROXIES", "0"))
MFA_ADAPTER = "caisse.site.adapter.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = INSECURE
MFA_TOTP_ISSUER = "Caisse"
MFA_FORMS = {
    "authenticate": "caisse.site.pages.door_forms.KeyCode",
    "reauthenticate": "caisse.site.pages.door_forms.SameKeyCode",
    "activate_totp": "caisse.site.pages.door_forms.Application",
    "add_webauthn": "caisse.site.pages.door_forms.NewKey",
    "edit_webauthn": "caisse.site.pages.door_forms.KeyName",
}

EMAIL_FROM = text("CAISSE_EMAIL_FROM", "caisse@localhost")
DEFAULT_FROM_EMAIL = EMAIL_FROM
# a copy to learn on (caisse training): its letters stay in a folder, its door asks for no code
TRAINING = (HOME / "training.json").exists()
globals().update(mail("" if TRAINING else text("CAISSE_EMAIL")))

# Who carries SMS and calls, the country of numbers that begin with 0, how many may leave in a month
FILES = "caisse.messages.carriers.FileCarrier"
CARRIER = FILES if TRAINING else text("CAISSE_CARRIER", FILES)
PHONE_COUNTRY = text("CAISSE_PHONE_COUNTRY", "33").lstrip("+")
CARRIED_MOST = number("CAISSE_CARRIED_MOST", 1_000)
# The makers of browsers through whom Web Push goes; the caisse asks nobody else for anything
PUSH_HOSTS = [
    host
    for host in text(
        "CAISSE_PUSH_HOSTS",
        "fcm.googleapis.com,updates.push.services.mozilla.com,web.push.apple.com,"
        "*.push.apple.com,*.notify.windows.com",
    ).split(",")
    if host and not TRAINING
]

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = text("CAISSE_TIME_ZONE", "Europe/Paris")
clock.set_zone(TIME_ZONE)

# "no-referrer" would make browsers send `Origin: null` with our own forms, which CSRF refuses
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = not INSECURE
# the prefix binds a cookie to this very host over https; browsers refuse it over http
SESSION_COOKIE_NAME = "session" if INSECURE else "__Host-session"
CSRF_COOKIE_NAME = "csrf" if INSECURE else "__Host-csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_FAILURE_VIEW = "caisse.site.pages.refusals.form_too_old"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256_000  # of a form; a file has its own limit where it is read
FILE_UPLOAD_MAX_MEMORY_SIZE = 12_000_000
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 0 if INSECURE else 31_536_000
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # the other names of the domain are not ours to bind to https …
    "security.W021",  # … nor to put on the browsers' list
    "security.W008",  # whoever ends TLS in front of us sends http to https
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    # Its tracebacks could hold a name; kernel.work logs which reaction failed, and how.
    "loggers": {name: {"level": "CRITICAL"} for name in ("django_tasks", "django_tasks_db")},
    "root": {"handlers": ["stderr"], "level": text("CAISSE_LOG", "WARNING")},
}
