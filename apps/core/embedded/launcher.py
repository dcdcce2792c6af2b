"""How a command joins the servers of its folder, or brings them up."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2

from apps.core.embedded import locks
from apps.core.embedded.addresses import Endpoints
from apps.core.embedded.errors import EmbeddedError
from apps.core.embedded.places import control_folder
from apps.core.embedded.redis_server import answers_ping

PATIENCE = 600.0  # seconds: a crash recovery may be long, and a keeper that lives is still at it
_ROOT = Path(__file__).resolve().parents[3]

_held: dict[Path, int] = {}  # by folder: the descriptor whose shared lock keeps the servers up


def ensure_servers(var: Path) -> Endpoints:
    """Join the servers that run for the folder `var`, or start them, and return their addresses once both answer.

    They stay up until this process (and every other that called this) has ended, however it ends. A repeat is cheap
    and mends: it starts the keeper again where it was killed. Raises EmbeddedError with a sentence for people.
    """
    var = var.resolve()
    control = control_folder(var)
    if var not in _held:
        descriptor = locks.open_lock(control / "users.lock")
        locks.share(descriptor)
        _held[var] = descriptor
    starting = locks.open_lock(control / "start.lock")
    locks.take(starting)  # one at a time: nobody reads addresses that a dead keeper left
    try:
        return _wait_for_keeper(var, control)
    finally:
        os.close(starting)


def keeper_lives(var: Path) -> bool:
    """Whether somebody keeps the servers of `var`; a long-lived command calls `ensure_servers` again when not."""
    keeper = locks.open_lock(control_folder(var.resolve()) / "keeper.lock")
    try:
        return not locks.try_take(keeper)
    finally:
        os.close(keeper)


def leave_servers(var: Path, *, patience: float = 15.0) -> None:
    """Give up this process's hold. If it was the last one, stop the servers now and wait until they are down."""
    var = var.resolve()
    descriptor = _held.pop(var, None)
    if descriptor is None:
        return
    try:
        if locks.try_take(descriptor) and keeper_lives(var):  # alone: whoever comes now waits for us
            os.kill(int((var / "embedded" / "keeper.lock").read_text()), signal.SIGTERM)
            deadline = time.monotonic() + patience
            while keeper_lives(var) and time.monotonic() < deadline:
                time.sleep(0.05)
    finally:
        os.close(descriptor)


def _wait_for_keeper(var: Path, control: Path) -> Endpoints:
    deadline = time.monotonic() + PATIENCE
    keeper = locks.open_lock(control / "keeper.lock")
    starts = 0
    try:
        while time.monotonic() < deadline:
            if locks.try_take(keeper):  # no keeper lives
                if starts == 2:
                    raise EmbeddedError(_why(control))
                starts += 1
                for leftover in ("endpoints.json", "refusal"):
                    (control / leftover).unlink(missing_ok=True)
                _start_keeper(var, keeper)
                os.close(keeper)  # the keeper's copy holds the lock now
                keeper = locks.open_lock(control / "keeper.lock")
            endpoints = Endpoints.load(control / "endpoints.json")
            if endpoints is not None and _answer(endpoints):
                return endpoints
            time.sleep(0.02)
    finally:
        os.close(keeper)
    raise EmbeddedError(f"The embedded servers did not answer within {PATIENCE:.0f} seconds. " + _why(control))


def _start_keeper(var: Path, lock: int) -> None:
    """Start the keeper. The call returns once it has detached."""
    subprocess.run(
        [sys.executable, "-m", "apps.core.embedded.keeper", str(var), str(lock)],
        cwd=_ROOT,
        pass_fds=[lock],
        check=True,
        stdin=subprocess.DEVNULL,
    )


def _answer(endpoints: Endpoints) -> bool:
    if not answers_ping(Path(endpoints.redis_url.removeprefix("unix://").partition("?")[0])):
        return False
    _, _, rest = endpoints.database_url.partition("://")
    role, _, _ = rest.partition("@")
    user, _, password = role.partition(":")
    database = rest.rpartition("/")[2]
    try:
        psycopg2.connect(
            host=endpoints.socket_folder, port=5432, user=user, password=password, dbname=database, connect_timeout=5
        ).close()
    except psycopg2.OperationalError:
        return False
    return True


def _why(control: Path) -> str:
    refusal = control / "refusal"
    reason = refusal.read_text() if refusal.exists() else "The embedded servers could not be started."
    tail = [line for name in ("keeper.log", "servers.log") for line in _last_lines(control / name)]
    return "\n".join([reason, f"The last lines of the logs in {control}:", *tail])


def _last_lines(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines()[-8:] if path.exists() else []
