"""The rows that migrations made: kept aside once, and put back after each test that really committed."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.db.backends.utils import CursorWrapper

KEPT = "kept"  # the schema of the copies, beside the one in which everything lives


def keep_rows() -> None:
    """Copy what fresh tables hold, as their owner; a database that is used again has its copies already.

    Where no test asks for a database there is none of the tests' own: the ordinary one is left alone.
    """
    if not str(connection.settings_dict["NAME"]).startswith(TEST_DATABASE_PREFIX):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {KEPT}")
        for table in _changed(cursor, _tables(), _kept(cursor)):
            cursor.execute(f'CREATE TABLE {KEPT}."{table}" AS TABLE "{table}"')


def put_rows_back() -> None:
    """Make every table what it was after the migrations, as their owner.

    Emptying all of them as Django does it, by TRUNCATE, writes hundreds of files anew however little a test touched,
    and takes the rows of the house with it. Locked first: whoever is still writing is waited for, as TRUNCATE would.
    """
    tables = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"LOCK TABLE {', '.join(map(connection.ops.quote_name, tables))} IN SHARE ROW EXCLUSIVE MODE")
        kept = _kept(cursor)
        changed = _changed(cursor, tables, kept)
        for table in changed:  # foreign keys are looked at when all is done
            cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608  our own name
        for table in changed & kept:
            cursor.execute(f'INSERT INTO "{table}" TABLE {KEPT}."{table}"')


def _tables() -> list[str]:
    return connection.introspection.django_table_names(only_existing=True, include_views=False)


def _kept(cursor: CursorWrapper) -> set[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [KEPT])
    return {table for (table,) in cursor.fetchall()}


def _changed(cursor: CursorWrapper, tables: list[str], kept: set[str]) -> set[str]:
    """Those whose rows are not the kept ones; a table without a copy was empty."""
    cursor.execute(" UNION ALL ".join(_question(table, table in kept) for table in tables))
    return {table for (table,) in cursor.fetchall()}


def _question(table: str, is_kept: bool) -> str:
    now, then = (f'(SELECT row::text FROM {schema}."{table}" row)' for schema in ("public", KEPT))  # noqa: S608  as above
    differs = f"EXISTS ({now} EXCEPT {then}) OR EXISTS ({then} EXCEPT {now})" if is_kept else f"EXISTS {now}"
    return f"SELECT '{table}' WHERE {differs}"
