"""The measured database: one per size beside the folder's own, filled once, used again."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg2 import sql

from apps.accounts.models import Preferences, User
from apps.contacts.models import Folder
from apps.contacts.models.rights import forget_rights
from apps.core import clock
from bench.data import load
from bench.figures import say

_USER = "bench@example.com"
_FILLED = "filled 1"  # another number for another population
FOLDERS = 10


@dataclass(frozen=True, slots=True)
class House:
    """`user` sees half of the folders and so half of the contacts."""

    user: User
    count: int


def open_house(count: int, *, fresh: bool = False) -> House:
    """Connect to the database with `count` contacts, as the web's role; fill it where it isn't there."""
    name = f"rapport_bench_{count}"
    if not _move_into(name, fresh=fresh):
        say(f"filling {name}")
        load(count=count, owner=_user(), folders=_folders(), say=say)
        _mark(name)
    return _as_web(count)


def open_empty_house(name: str) -> House:
    """A new database without contacts, in place of the one that bore the name; copied from one that is kept."""
    empty = "rapport_bench_empty"
    if not _move_into(empty, fresh=False):
        _mark(empty)
    connection.close()
    _execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    _execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(empty)))
    _connect_to(name)
    return _as_web(0)


def _move_into(name: str, *, fresh: bool) -> bool:
    """True: a filled one was there."""
    filled = _make(name, fresh=fresh)
    _connect_to(name)
    call_command("migrate", verbosity=0)
    return filled


def _mark(name: str) -> None:
    _execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(_FILLED)))


def _connect_to(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _as_web(count: int) -> House:
    forget_rights()
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.DATABASE_WEB_ROLE}")
    return House(_user(), count)


def _make(name: str, *, fresh: bool) -> bool:
    """Make the database unless a filled one is there; True if it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        row = cursor.fetchone()
    if row is not None and row[0] == _FILLED and not fresh:
        return True
    _execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    _execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return False


def _execute(statement: sql.Composable) -> None:
    config = settings.DATABASE_OWNER
    owner = psycopg2.connect(
        **config.get("OPTIONS", {}),
        host=config["HOST"] or None,
        port=config["PORT"] or None,
        user=config["USER"] or None,
        password=config["PASSWORD"] or None,
        dbname=config["NAME"],
    )
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute(statement)
    owner.close()


def _user() -> User:
    found = User.objects.filter(email=_USER).first()
    if found is None:
        from django.contrib.auth.models import Group

        found = User.objects.create_user(_USER, None, name="Bench", created_at=clock.now())
        found.groups.add(Group.objects.get_or_create(name="sales")[0])
        Preferences.objects.create(user=found)
    return found


def _folders() -> list[Folder]:
    return [
        Folder.objects.get_or_create(name=f"Folder {number}", kind=("public", "restricted")[number % 2])[0]
        for number in range(FOLDERS)
    ]
