"""The model of the tests' databases: migrated once, then copied for each process of each run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper

PREFIX = "model_of_tests_"
BEING_MADE = 2_026_110_2  # the advisory lock of whoever looks for the model or makes it


def model_database() -> str:
    """Return the name of a database that has all migrations; a repeat, in any process, finds the same one.

    To migrate takes half a minute, to copy takes a second. Its name tells which migrations it has: an edited one
    leads to a new model, and older models are dropped.
    """
    name = PREFIX + _fingerprint()
    with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]  # as Django's own commands
        cursor.execute("SELECT pg_advisory_lock(%s)", [BEING_MADE])  # until this connection is closed
        models = _models(cursor)
        if name not in models:
            for other in models:
                cursor.execute(f'DROP DATABASE "{other}"')
            _make(cursor, name)
    return name


def _models(cursor: CursorWrapper) -> list[str]:
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    return [name for (name,) in cursor.fetchall()]


def _make(cursor: CursorWrapper, name: str) -> None:
    draft = f"{PREFIX}draft"  # renamed when whole, so that a kill in the middle leaves nothing half made
    cursor.execute(f'CREATE DATABASE "{draft}"')
    ordinary = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = draft
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = ordinary
    cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')


def _fingerprint() -> str:
    """What the tables depend on: the migrations' texts, and the settings that they read."""
    digest = hashlib.sha256(f"{django.__version__} {settings.LANGUAGE_CODE} {settings.RAPPORT_COUNTRY}".encode())
    for app in apps.get_app_configs():
        for file in sorted(Path(app.path).glob("migrations/*.py")):
            digest.update(f"{app.label} {file.name}".encode() + file.read_bytes())
    return digest.hexdigest()[:16]
