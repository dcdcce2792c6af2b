"""Addresses of databases: which are let in, and how each is opened so that nothing in it can be changed."""

from __future__ import annotations

import time
from sqlite3 import Connection as SqliteConnection
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from apps.core.hosts import ForbiddenHost, checked_addresses
from apps.sync.connectors.places import allowed_path
from apps.sync.connectors.trouble import SourceTrouble

SECONDS = 20  # that one statement may take
_CONNECT = 5  # seconds to be connected in
_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}
# Others reach for files and sockets of this machine (`host`, `service`, `sslkey`), or for another host than the one
# that was looked at (`hostaddr`).
_OPTIONS = frozenset({"sslmode", "charset", "client_encoding", "application_name", "driver", "encrypt"})
_STEPS = 100_000  # of SQLite's machine between two looks at the clock


def open_engine(text: str) -> Engine:
    """An engine for one reading: connects when used, keeps nothing. Raises SourceTrouble."""
    url = _parsed(text)
    try:
        url.get_dialect()
        return _sqlite(url) if url.get_backend_name() == "sqlite" else _network(url)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        words = f"This house has no driver for databases of the kind {url.drivername!r}."
        raise SourceTrouble(words, is_permanent=True) from error


def _parsed(text: str) -> URL:
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError) as error:
        # The address has a password in it: what is wrong with it is never quoted.
        raise SourceTrouble("The database's address can't be read.", is_permanent=True) from error
    if url.drivername == "postgres":
        url = url.set(drivername="postgresql")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg2")
    if unknown := url.query.keys() - _OPTIONS:
        words = f"The database's address has options that are not let in: {', '.join(sorted(unknown))}."
        raise SourceTrouble(words, is_permanent=True)
    return url


def _sqlite(url: URL) -> Engine:
    if url.drivername not in ("sqlite", "sqlite+pysqlite") or not url.database or url.host:
        raise SourceTrouble("The address of an SQLite file is sqlite:///folder/name.sqlite3.", is_permanent=True)
    path = allowed_path(url.database)
    engine = _engine(
        URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"}),
        {"timeout": _CONNECT},
    )
    event.listen(engine, "connect", _careful_sqlite)
    return engine


def _careful_sqlite(connection: SqliteConnection, _record: Any) -> None:
    until = time.monotonic() + SECONDS
    connection.execute("PRAGMA query_only = ON")
    connection.text_factory = lambda raw: raw.decode(errors="replace")  # one bad letter must not hold up the rest
    connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)


def _network(url: URL) -> Engine:
    backend = url.get_backend_name()
    if not url.host or url.host.startswith(("/", "@")):
        raise SourceTrouble("The database's address names no host.", is_permanent=True)
    address = _checked(url.host, url.port or _PORTS.get(backend, 0))
    if backend == "postgresql" and url.get_driver_name() == "psycopg2":
        # To the very address that was looked at; the name stays for the certificate.
        engine = _engine(url, {"hostaddr": address, "connect_timeout": _CONNECT})
        event.listen(engine, "begin", _careful_postgres)
        return engine
    arguments: dict[str, Any] = {}
    if backend in ("mysql", "mariadb"):
        arguments = {"connect_timeout": _CONNECT, "read_timeout": SECONDS}
    return _engine(url.set(host=address), arguments)


def _careful_postgres(connection: Connection) -> None:
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {SECONDS * 1000}")


def _checked(host: str, port: int) -> str:
    try:
        return checked_addresses(host, port)[0]
    except ForbiddenHost as error:
        words = f"The host {host} lies in a private network that isn't among those that are allowed."
        raise SourceTrouble(words, is_permanent=True) from error
    except (OSError, UnicodeError) as error:
        raise SourceTrouble(f"The host {host} can't be found.") from error


def _engine(url: URL, arguments: dict[str, Any]) -> Engine:
    return create_engine(url, connect_args=arguments, poolclass=NullPool, hide_parameters=True)
