"""Programs of ours as processes of their own, on the test database."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings
from django.db import connection


def environment() -> dict[str, str]:
    """The environment in which a program finds this test's servers."""
    values = connection.settings_dict
    # A socket's folder stands in the path, as in the addresses of `apps.core.embedded`.
    host, folder = ("", f"/{values['HOST']}") if values["HOST"].startswith("/") else (values["HOST"], "")
    url = f"postgres://{values['USER']}:{values['PASSWORD']}@{host}:{values['PORT']}{folder}/{values['NAME']}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": url,
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "RAPPORT_SECRETS_KEYS": ",".join(settings.SECRETS_KEYS),
        "RAPPORT_VAPID_PRIVATE_KEY": settings.RAPPORT_VAPID_PRIVATE_KEY,
    }


def start(*arguments: str, variables: dict[str, str] | None = None, **options) -> subprocess.Popen[str]:
    """Run `python -m ARGUMENTS`, with `variables` added to its environment."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=settings.BASE_DIR,
        env={**environment(), **(variables or {})},
        text=True,
        **options,
    )
