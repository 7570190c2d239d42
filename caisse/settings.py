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


def database(url: str) -> dict[str, Any]:
    """Django's entry for `url`: "" is the SQLite file of the caisse, else postgresql://…"""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HOME / "caisse.sqlite3"),
            "TEST": {"NAME": str(HOME / "test.sqlite3")},
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


HOME = Path(text("CAISSE_HOME", "var")).resolve()
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
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "caisse.kernel",
    "caisse.ledger",
    "caisse.bylaws",
    "caisse.people",
    "caisse.funding",
    "caisse.contributions",
    "caisse.merchants",
    "caisse.month",
    "caisse.payments",
    "caisse.accounting",
    "caisse.demo",
    "caisse.site",
]
AUTH_USER_MODEL = "people.Login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # of argon2-cffi
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "ENQUEUE_ON_COMMIT": False}}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "caisse.site.middleware.SecurityHeaders",
]
ROOT_URLCONF = "caisse.site.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = text("CAISSE_TIME_ZONE", "Europe/Paris")
clock.set_zone(TIME_ZONE)

SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = not INSECURE
SECURE_HSTS_SECONDS = 0 if INSECURE else 31_536_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    # Its tracebacks could hold a name; kernel.work logs which reaction failed, and how.
    "loggers": {name: {"level": "CRITICAL"} for name in ("django_tasks", "django_tasks_db")},
    "root": {"handlers": ["stderr"], "level": text("CAISSE_LOG", "WARNING")},
}
