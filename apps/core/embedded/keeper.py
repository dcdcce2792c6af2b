"""The keeper: a detached process that owns the servers of one folder, for as long as a command needs them.

Run by the launcher: `python -m apps.core.embedded.keeper VAR LOCK`, where LOCK is the descriptor of the keeper's lock,
taken by the launcher and inherited. It is ours from then on, and tells the others that a keeper lives.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from secrets import token_hex

from apps.core.embedded import locks
from apps.core.embedded.addresses import Endpoints, postgres_url, write_private
from apps.core.embedded.errors import EmbeddedError
from apps.core.embedded.places import Place
from apps.core.embedded.postgres_server import DATABASE, OWNER, SUPERUSER, WEB, PostgresServer
from apps.core.embedded.redis_server import RedisServer

LINGER = 2.0  # seconds without any command after which the servers stop
RESTART_PAUSE = 1.0  # seconds between two starts of a server that keeps dying
LOG_LIMIT = 10 * 2**20
Server = PostgresServer | RedisServer


class Keeper:
    """Starts the servers, starts again what dies, and stops when nobody is left."""

    def __init__(self, var: Path) -> None:
        self.place = Place.prepare(var)
        self.passwords = _passwords(self.place.control / "passwords.json")
        log = _open_log(self.place.control / "servers.log").open("ab")
        self.postgres = PostgresServer(
            self.place, self.passwords, log, fast=bool(os.environ.get("RAPPORT_EMBEDDED_FAST"))
        )
        self.redis = RedisServer(self.place, log)
        self.servers: tuple[Server, ...] = (self.postgres, self.redis)
        self.started = dict.fromkeys(self.servers, 0.0)
        self.users = locks.open_lock(self.place.control / "users.lock")
        self.told_to_stop = False

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        try:
            self._watch()
        finally:
            (self.place.control / "endpoints.json").unlink(missing_ok=True)
            self.redis.stop()
            self.postgres.stop()

    def _watch(self) -> None:
        ready = False
        idle_since: float | None = None
        while not self.told_to_stop:
            for server in self.servers:
                self._start_if_dead(server, first=not ready)
            if not ready and all(server.is_ready() for server in self.servers):
                self.postgres.make_roles()
                self._endpoints().save(self.place.control / "endpoints.json")
                ready = True
            if not locks.try_take(self.users):
                idle_since = None
            elif idle_since is None:
                idle_since = time.monotonic()
                locks.drop(self.users)
            elif time.monotonic() - idle_since < LINGER:
                locks.drop(self.users)
            else:
                return  # with the lock: a command that comes now waits until all is down
            time.sleep(0.2 if ready else 0.02)

    def _start_if_dead(self, server: Server, *, first: bool) -> None:
        if server.process is not None:
            code = server.process.poll()
            if code is None:
                return
            if first:
                raise EmbeddedError(f"{server.name} ended with code {code} while starting.")
            say(f"{server.name} ended with code {code}; starting it again")
            time.sleep(max(0.0, self.started[server] + RESTART_PAUSE - time.monotonic()))
        self.started[server] = time.monotonic()
        server.start()

    def _endpoints(self) -> Endpoints:
        def url(role: str) -> str:
            return postgres_url(folder=self.place.sockets, user=role, password=self.passwords[role], database=DATABASE)

        return Endpoints(
            database_url=url(WEB),
            database_owner_url=url(OWNER),
            redis_url=f"unix://{self.redis.socket}?db=0",
            socket_folder=str(self.place.sockets),
        )

    def _on_stop(self, *_: object) -> None:
        self.told_to_stop = True


def say(text: str) -> None:
    """Add a line to the keeper's log."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} keeper: {text}\n")
    sys.stderr.flush()


def detach(log: Path) -> None:
    """Leave the command that started us: own session, no terminal, no pipe of its held open."""
    if os.fork():
        os._exit(0)
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    err = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(null, 0)
    os.dup2(err, 1)
    os.dup2(err, 2)
    os.close(null)
    os.close(err)


def _open_log(path: Path) -> Path:
    """Return `path`, emptied when it has grown past the limit."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.unlink()
    path.touch(mode=0o600)
    return path


def _passwords(path: Path) -> dict[str, str]:
    if not path.exists():
        write_private(path, json.dumps({role: token_hex(24) for role in (SUPERUSER, OWNER, WEB)}))
    passwords: dict[str, str] = json.loads(path.read_text())
    return passwords


def main(var: Path, lock: int) -> None:
    os.set_inheritable(lock, False)
    detach(_open_log(var / "embedded" / "keeper.log"))
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)  # for people; what counts is the lock
    try:
        Keeper(var).run()
    except EmbeddedError as error:
        write_private(var / "embedded" / "refusal", str(error))
        say(str(error))
        sys.exit(1)
    finally:
        os.close(lock)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
