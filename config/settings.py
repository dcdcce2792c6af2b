"""All settings, from the environment (see the table in README.md)."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from apps.core.embedded import celery_redis_url, ensure_servers

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("RAPPORT_DEBUG", default=False)
VAR = Path(env.str("RAPPORT_VAR", default=str(BASE_DIR / "var"))).absolute()
TESTING = "pytest" in sys.modules

# --- servers ---------------------------------------------------------------------------------------------------------
_database_url = env.str("DATABASE_URL", default="")
_owner_url = env.str("DATABASE_OWNER_URL", default=_database_url)
_redis_url = env.str("REDIS_URL", default="")
# Linters and `--help` need no servers; RAPPORT_NO_SERVERS keeps them from being started.
if (not _database_url or not _redis_url) and not env.bool("RAPPORT_NO_SERVERS", default=False):
    _endpoints = ensure_servers(VAR)
    _owner_url = _owner_url or _endpoints.database_owner_url
    _database_url = _database_url or _endpoints.database_url
    _redis_url = _redis_url or _endpoints.redis_url
_database_url = _database_url or "postgres://rapport_web@localhost/rapport"
_owner_url = _owner_url or _database_url
_redis_url = _redis_url or "redis://localhost:6379/0"

# Whoever changes tables is the owner; requests and workers are not (DECISIONS: roles from day one).
# The tests make their tables as the owner, then switch each connection's role to the web's.
_OWNER_COMMANDS = {"migrate", "flush", "createcachetable", "sqlmigrate", "dbshell", "maintain", "squashmigrations"}
AS_OWNER = (
    TESTING or (len(sys.argv) > 1 and sys.argv[1] in _OWNER_COMMANDS) or env.bool("RAPPORT_AS_OWNER", default=False)
)
DATABASES = {
    "default": {
        **env.db_url_config(_owner_url if AS_OWNER else _database_url),
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("DATABASE_POOLED", default=False),
    }
}
DATABASE_OWNER = env.db_url_config(_owner_url)  # for indexes built at run time by the maintenance worker
DATABASE_WEB_ROLE = env.str("DATABASE_WEB_ROLE", default="rapport_web")
DATABASE_PORTAL_ROLE = env.str("DATABASE_PORTAL_ROLE", default="rapport_portal")  # see core.database_roles
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = _redis_url
# Whatever we keep in Redis begins with it, so that two houses, or two runs of the tests, may share one server.
# Each process of the tests has names of its own, whatever it inherited from the one that started it.
REDIS_PREFIX = f"test-{os.getpid()}:" if TESTING else env.str("RAPPORT_REDIS_PREFIX", default="rapport:")
_cache = {"LOCATION": REDIS_URL, "KEY_PREFIX": f"{REDIS_PREFIX}c"}
CACHES = {
    "default": {"BACKEND": "apps.core.caches.RedisCache", **_cache},
    "sessions": {"BACKEND": "apps.core.caches.SessionCache", **_cache},
}

# --- applications ----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "apps.core",
    "apps.accounts",
    "apps.contacts",
    "apps.activities",
    "apps.messaging",
    "apps.crm",
    "apps.projects",
    "apps.sync",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_countries",
    "django_htmx",
    "django_prose_editor",
    "template_partials",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.core.middleware.request_id",
    "apps.core.middleware.without_nul",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.reader_preferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.accounts.middleware.session_seen",
    "apps.crm.middleware.portal_role",
    "apps.projects.middleware.guest_role",
    "apps.core.middleware.Refusals",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
_loaders = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.core.context.frame",
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "apps.core.templatetags.components",
                "apps.accounts.templatetags.formats",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _loaders if DEBUG else [("django.template.loaders.cached.Loader", _loaders)],
                )
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # templates/django/forms stand before Django's own

# --- people ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["apps.accounts.backends.HouseBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests only: Argon2 costs 50 ms a user
    if TESTING
    else [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second factor is told by mail
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/300s/key"}
MFA_ADAPTER = "apps.accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "apps.accounts.mfa_forms.AddPasskeyForm",
    "edit_webauthn": "apps.accounts.mfa_forms.EditPasskeyForm",
}
MFA_TOTP_ISSUER = "Rapport"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or TESTING or env.bool("RAPPORT_INSECURE_ORIGIN", default=False)
USERSESSIONS_ADAPTER = "apps.accounts.adapter.SessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = True  # by accounts.middleware.session_seen, once a minute

# --- security --------------------------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", default="")
# Fernet keys for stored secrets, newest first; older ones still decrypt (`manage.py rotate_secrets`).
SECRETS_KEYS: list[str] = env.list("RAPPORT_SECRETS_KEYS", default=[])
_vapid_key = ""
if not SECRET_KEY or not SECRETS_KEYS:
    # Development, demo and tests keep keys of their own beside their data; production must name its keys.
    from apps.core.embedded.keys import local_keys, local_vapid_key

    _keys = local_keys(VAR)
    _vapid_key = local_vapid_key(VAR)
    SECRET_KEY = SECRET_KEY or _keys.secret_key
    SECRETS_KEYS = SECRETS_KEYS or [_keys.fernet_key]
# Web push signs with it: 32 bytes in base64url. Without a key there is no push. The subject is how to reach us.
RAPPORT_VAPID_PRIVATE_KEY = env.str("RAPPORT_VAPID_PRIVATE_KEY", default=_vapid_key)
RAPPORT_VAPID_SUBJECT = env.str("RAPPORT_VAPID_SUBJECT", default="mailto:rapport@localhost")
# Hosts that users name may lie in these private networks; in no other ones.
RAPPORT_PRIVATE_NETWORKS: list[str] = env.list("RAPPORT_PRIVATE_NETWORKS", default=[])
# Where connections reach Mailchimp, by the data centre that a key names, and Google Analytics ("region1." for the EU).
RAPPORT_MAILCHIMP_URL = env.str("RAPPORT_MAILCHIMP_URL", default="https://{centre}.api.mailchimp.com")
RAPPORT_GA4_URL = env.str("RAPPORT_GA4_URL", default="https://www.google-analytics.com")
# Mailboxes sign in with Google and Microsoft where these clients are registered there; else the buttons are absent.
RAPPORT_GOOGLE_CLIENT_ID = env.str("RAPPORT_GOOGLE_CLIENT_ID", default="")
RAPPORT_GOOGLE_CLIENT_SECRET = env.str("RAPPORT_GOOGLE_CLIENT_SECRET", default="")
RAPPORT_GOOGLE_AUTH_URL = env.str("RAPPORT_GOOGLE_AUTH_URL", default="https://accounts.google.com/o/oauth2/v2/auth")
RAPPORT_GOOGLE_TOKEN_URL = env.str("RAPPORT_GOOGLE_TOKEN_URL", default="https://oauth2.googleapis.com/token")
RAPPORT_MICROSOFT_CLIENT_ID = env.str("RAPPORT_MICROSOFT_CLIENT_ID", default="")
RAPPORT_MICROSOFT_CLIENT_SECRET = env.str("RAPPORT_MICROSOFT_CLIENT_SECRET", default="")
_microsoft = "https://login.microsoftonline.com/common/oauth2/v2.0"
RAPPORT_MICROSOFT_AUTH_URL = env.str("RAPPORT_MICROSOFT_AUTH_URL", default=f"{_microsoft}/authorize")
RAPPORT_MICROSOFT_TOKEN_URL = env.str("RAPPORT_MICROSOFT_TOKEN_URL", default=f"{_microsoft}/token")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("RAPPORT_HTTPS", default=False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# How many proxies stand in front: so many entries from the end of X-Forwarded-For is the client's address.
RAPPORT_PROXIES = env.int("RAPPORT_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = RAPPORT_PROXIES
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_CACHE_ALIAS = "sessions"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a selection of ten thousand rows is posted as ids
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
RAPPORT_API_RATE = env.int("RAPPORT_API_RATE", default=600)  # requests a minute and user
RAPPORT_HOOK_RATE = env.int("RAPPORT_HOOK_RATE", default=60)  # messages a minute and incoming webhook
# Whether the pages that messages name are asked for their titles; off where the house reaches no net.
RAPPORT_LINK_TITLES = env.bool("RAPPORT_LINK_TITLES", default=True)
RAPPORT_NOTICES_KEPT_DAYS = env.int("RAPPORT_NOTICES_KEPT_DAYS", default=400)  # in whole months, read or not
RAPPORT_RULE_LOG_KEPT_DAYS = env.int("RAPPORT_RULE_LOG_KEPT_DAYS", default=400)  # what automation rules did
# Bytes that no batch of a plant may exceed, whatever its source is allowed; read by nobody before they are refused.
RAPPORT_FEED_LIMIT = env.int("RAPPORT_FEED_LIMIT", default=20 * 1024 * 1024)
# Where file drops and SQLite databases of plants may lie: an administrator's word opens no file anywhere else.
RAPPORT_FEED_FOLDERS: list[str] = env.list("RAPPORT_FEED_FOLDERS", default=[str(VAR / "simulator")])
RAPPORT_UPLOAD_LIMIT = env.int("RAPPORT_UPLOAD_LIMIT", default=512 * 1024 * 1024)
# Bytes that the files of one mail may have in all.
RAPPORT_MAIL_ATTACHMENT_LIMIT = env.int("RAPPORT_MAIL_ATTACHMENT_LIMIT", default=25 * 1024 * 1024)
# Asked about each attached file: "package.module.function" or a command line (apps/messaging/services/virus_scan.py).
RAPPORT_VIRUS_SCAN = env.str("RAPPORT_VIRUS_SCAN", default="")

# --- languages, times, places ----------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("RAPPORT_LANGUAGE", default="en")
LANGUAGES = [("en", _("English")), ("uk", _("Ukrainian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
RAPPORT_TIME_ZONE = env.str("RAPPORT_TIME_ZONE", default="Europe/Kyiv")
RAPPORT_COUNTRY = env.str("RAPPORT_COUNTRY", default="UA")
# Where the house is reached, for links in mails that no request asked for ("https://rapport.example/").
RAPPORT_SITE_URL = env.str("RAPPORT_SITE_URL", default="")
# Whether a mailing may hold a picture that tells when it was opened; each campaign says for itself whether it does.
RAPPORT_TRACK_OPENS = env.bool("RAPPORT_TRACK_OPENS", default=False)
# Where mail programs that can't open a link write to leave a mailing; an account of Rapport reads what comes there.
RAPPORT_UNSUBSCRIBE_ADDRESS = env.str("RAPPORT_UNSUBSCRIBE_ADDRESS", default="")
RAPPORT_NAME = env.str("RAPPORT_NAME", default="Rapport")
# The promise to dealers: working days until a claim is decided, by its kind; "other" stands for kinds not named.
RAPPORT_CLAIM_DAYS: dict[str, int] = {
    "other": 5,
    "damage": 3,
    "missing": 2,
    **env.dict("RAPPORT_CLAIM_DAYS", default={}, cast={"value": int}),
}
# The plant's brand; pictures are paths of static files.
RAPPORT_BRAND_MAIN = env.str("RAPPORT_BRAND_MAIN", default="#1f5fbf")
RAPPORT_BRAND_ACCENT = env.str("RAPPORT_BRAND_ACCENT", default="#c2410c")
RAPPORT_BRAND_LOGO = env.str("RAPPORT_BRAND_LOGO", default="img/logo.svg")
RAPPORT_BRAND_PICTURE = env.str("RAPPORT_BRAND_PICTURE", default="img/house.svg")

# --- files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR / "static")))
_modules = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *[
        (f"vendor/{name}", _modules / path)
        for name, path in [
            ("tabler/css", "@tabler/core/dist/css"),
            ("tabler/js", "@tabler/core/dist/js"),
            ("tabler/img", "@tabler/core/dist/img"),  # its stylesheets name them, so hashing needs them
            ("tom-select", "tom-select/dist"),
            ("sortablejs", "sortablejs"),
            ("fullcalendar", "fullcalendar"),
            ("echarts", "echarts/dist"),
            ("temporal-polyfill", "temporal-polyfill"),
        ]
        if (_modules / path).is_dir()
    ],
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if env.bool("RAPPORT_HASHED_STATIC", default=False)
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = True
# Tests begin with a new client, and so with new middleware, that would first look at two thousand files.
WHITENOISE_AUTOREFRESH = DEBUG or TESTING
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR / "media")))
MEDIA_URL = "/media/"  # never served from there: files go through their owner's door

# --- mail ------------------------------------------------------------------------------------------------------------
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 20
RAPPORT_MAIL_TIMEOUT = env.float("RAPPORT_MAIL_TIMEOUT", default=30)  # seconds that an account's server may be silent
# Bytes; of a larger message only the header is fetched.
RAPPORT_MAIL_LARGEST = env.int("RAPPORT_MAIL_LARGEST", default=50 * 1024 * 1024)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Rapport <rapport@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Signs mailings from this domain (RFC 6376): a private key of RSA or Ed25519 in PEM, here ("\\n" between its lines) or
# in a file. Without a domain nothing is signed, and the server of EMAIL_HOST must do it.
RAPPORT_DKIM_DOMAIN = env.str("RAPPORT_DKIM_DOMAIN", default="")
RAPPORT_DKIM_SELECTOR = env.str("RAPPORT_DKIM_SELECTOR", default="rapport")
RAPPORT_DKIM_KEY = env.str("RAPPORT_DKIM_KEY", default="")
RAPPORT_DKIM_KEY_FILE = env.str("RAPPORT_DKIM_KEY_FILE", default="")
ADMINS = [("", address) for address in env.list("RAPPORT_ADMINS", default=[])]
# Site mail of allauth and Django goes through the outbox in core, never straight to SMTP.
EMAIL_BACKEND = "apps.core.mail.OutboxBackend"

# --- jobs ------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = celery_redis_url(REDIS_URL, 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 50 * 60
# A request doesn't wait for a broker that is away: the row is there, the sweep finds it.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": REDIS_PREFIX,
    "visibility_timeout": 3600,
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.1,
}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    # What must not wait behind imports: a minute is what a reminder may be late.
    "apps.activities.jobs.send_reminders": {"queue": "timely"},
    "apps.activities.jobs.send_pushes": {"queue": "timely"},
    "apps.core.jobs.sweep_outbox": {"queue": "timely"},
    "apps.core.jobs.send_outgoing_mail": {"queue": "mail"},
    "apps.core.jobs.sweep_webhooks": {"queue": "timely"},
    "apps.crm.jobs.number_changes": {"queue": "timely"},
    "apps.core.jobs.send_webhooks": {"queue": "mail"},
    "apps.messaging.jobs.sync_account": {"queue": "sync"},
    "apps.messaging.jobs.measure_account": {"queue": "sync"},
    "apps.sync.jobs.apply_source": {"queue": "feed"},
    "apps.sync.jobs.sweep_sources": {"queue": "feed"},
    "apps.sync.jobs.poll_sources": {"queue": "feed"},
    "apps.sync.jobs.poll_source": {"queue": "feed"},
    "apps.sync.jobs.run_connections": {"queue": "timely"},
    "apps.sync.jobs.run_connection": {"queue": "sync"},
    "apps.projects.jobs.fetch_link_titles": {"queue": "sync"},
    "apps.core.jobs.maintain": {"queue": "maintenance"},
    "apps.contacts.jobs.build_field_indexes": {"queue": "maintenance"},
}
CELERY_BEAT_SCHEDULE = {
    "sweep-outbox": {"task": "apps.core.jobs.sweep_outbox", "schedule": timedelta(seconds=15)},
    "sweep-webhooks": {"task": "apps.core.jobs.sweep_webhooks", "schedule": timedelta(seconds=15)},
    "sweep-operations": {"task": "apps.core.jobs.sweep_operations", "schedule": timedelta(seconds=15)},
    "send-reminders": {"task": "apps.activities.jobs.send_reminders", "schedule": timedelta(seconds=15)},
    "send-digests": {"task": "apps.activities.jobs.send_digests", "schedule": timedelta(minutes=1)},
    "send-pushes": {"task": "apps.activities.jobs.send_pushes", "schedule": timedelta(minutes=1)},
    "build-field-indexes": {"task": "apps.contacts.jobs.build_field_indexes", "schedule": timedelta(minutes=5)},
    "forget-old-cards": {"task": "apps.sync.jobs.forget_old_cards", "schedule": timedelta(hours=24)},
    "refresh-current-copies": {"task": "apps.contacts.jobs.refresh_current_copies", "schedule": timedelta(hours=6)},
    "settle-imports": {"task": "apps.contacts.jobs.settle_waiting_imports", "schedule": timedelta(hours=6)},
    "compare-contacts": {"task": "apps.contacts.jobs.compare_waiting", "schedule": timedelta(seconds=20)},
    "extend-series": {"task": "apps.activities.jobs.extend_series", "schedule": timedelta(hours=6)},
    "sync-mail": {"task": "apps.messaging.jobs.sync_accounts", "schedule": timedelta(minutes=1)},
    "measure-mail": {"task": "apps.messaging.jobs.measure_accounts", "schedule": timedelta(minutes=20)},
    "post-record-news": {"task": "apps.projects.jobs.post_record_news", "schedule": timedelta(minutes=1)},
    "heartbeat": {"task": "apps.core.jobs.heartbeat", "schedule": timedelta(seconds=10)},
    "queue-prepared-mail": {"task": "apps.messaging.jobs.queue_prepared", "schedule": timedelta(seconds=15)},
    "send-merges": {"task": "apps.messaging.jobs.send_merges", "schedule": timedelta(seconds=10)},
    "poll-sources": {"task": "apps.sync.jobs.poll_sources", "schedule": timedelta(seconds=2)},
    "sweep-sources": {"task": "apps.sync.jobs.sweep_sources", "schedule": timedelta(seconds=5)},
    "run-connections": {"task": "apps.sync.jobs.run_connections", "schedule": timedelta(seconds=15)},
    "purge-drafts": {"task": "apps.messaging.jobs.purge_drafts", "schedule": timedelta(hours=12)},
    "escalate-claims": {"task": "apps.crm.jobs.escalate_claims", "schedule": timedelta(minutes=5)},
    "work-out-promises": {"task": "apps.crm.jobs.work_out_changed_promises", "schedule": timedelta(seconds=5)},
    "tend-promises": {"task": "apps.crm.jobs.tend_promises", "schedule": timedelta(minutes=5)},
    "number-changes": {"task": "apps.crm.jobs.number_changes", "schedule": timedelta(seconds=15)},
    "tell-news": {"task": "apps.crm.jobs.tell_news", "schedule": timedelta(minutes=5)},
    "refresh-managers": {"task": "apps.crm.jobs.refresh_managers", "schedule": timedelta(hours=6)},
    "run-sequences": {"task": "apps.crm.jobs.run_sequences", "schedule": timedelta(minutes=5)},
    "tell-hand-overs": {"task": "apps.crm.jobs.tell_hand_overs", "schedule": timedelta(minutes=20)},
    "run-rules": {"task": "apps.crm.jobs.run_rules", "schedule": timedelta(seconds=15)},
    "note-dates": {"task": "apps.crm.jobs.note_dates", "schedule": timedelta(minutes=30)},
    "run-campaigns": {"task": "apps.crm.jobs.run_campaigns", "schedule": timedelta(seconds=10)},
    "note-unanswered": {"task": "apps.crm.jobs.note_unanswered", "schedule": timedelta(minutes=30)},
    "clear-rule-log": {"task": "apps.crm.jobs.clear_rule_log", "schedule": timedelta(hours=12)},
    "fetch-link-titles": {"task": "apps.projects.jobs.fetch_link_titles", "schedule": timedelta(minutes=1)},
    "end-guests": {"task": "apps.projects.jobs.end_guests", "schedule": timedelta(seconds=15)},
    "send-reports": {"task": "apps.core.jobs.send_reports", "schedule": timedelta(minutes=1)},
    "sweep-brought-files": {"task": "apps.projects.jobs.sweep_brought_files", "schedule": timedelta(hours=12)},
    "maintain": {"task": "apps.core.jobs.maintain", "schedule": timedelta(hours=12)},
}

# --- logs ------------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.str("RAPPORT_LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "apps.core.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "urllib3": {"level": "INFO"},  # below, it tells of addresses, and some bear keys
    },
}
