"""A copy of Rapport as the launcher sees it, for tests that start servers of their own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
import redis

from apps.core.embedded import Endpoints, keeper_lives
from apps.core.embedded.places import Place
from apps.core.embedded.processes import working_in

ROOT = Path(__file__).resolve().parents[2]
COMMAND = """
import sys
from pathlib import Path
from apps.core.embedded import ensure_servers
ensure_servers(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
"""


class Copy:
    """One copy of Rapport as the launcher sees it: a folder, and the commands that use its servers."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.commands: list[subprocess.Popen[bytes]] = []

    def start_command(self) -> subprocess.Popen[bytes]:
        command = subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(self.var)],
            cwd=ROOT,
            env=os.environ | {"RAPPORT_EMBEDDED_FAST": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.commands.append(command)
        assert command.stdout is not None
        assert command.stdout.readline() == b"ready\n"
        return command

    @property
    def endpoints(self) -> Endpoints:
        endpoints = Endpoints.load(self.var / "embedded" / "endpoints.json")
        assert endpoints is not None
        return endpoints

    @property
    def place(self) -> Place:
        return Place.prepare(self.var)

    @property
    def keeper(self) -> int:
        return int((self.var / "embedded" / "keeper.lock").read_text())

    @property
    def postmaster(self) -> int:
        return int((self.place.data / "postmaster.pid").read_text().splitlines()[0])

    def servers(self) -> list[int]:
        return working_in(self.place.data, "postgres") + working_in(self.place.sockets, "redis-server")

    def keeper_lives(self) -> bool:
        return keeper_lives(self.var)

    def query(self, statement: str, *, owner: bool = False, database: str | None = None) -> list[tuple[object, ...]]:
        url = self.endpoints.database_owner_url if owner else self.endpoints.database_url
        role, _, _ = url.removeprefix("postgres://").partition("@")
        user, _, password = role.partition(":")
        connection = psycopg2.connect(
            host=self.endpoints.socket_folder, user=user, password=password, dbname=database or "rapport"
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def end(self) -> None:
        for command in self.commands:
            command.kill()
            command.communicate()
        if self.keeper_lives():
            os.kill(self.keeper, signal.SIGTERM)
        eventually(lambda: not self.keeper_lives())
        place = self.place
        shutil.rmtree(place.sockets)
        if place.home != self.var:
            shutil.rmtree(place.home)
        shutil.rmtree(self.var)


def eventually(condition: Callable[[], bool], *, patience: float = 30.0) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def answers(copy: Copy) -> bool:
    try:
        return copy.query("SELECT 1") == [(1,)] and redis.Redis.from_url(copy.endpoints.redis_url).ping() is True
    except (psycopg2.OperationalError, redis.ConnectionError):
        return False
