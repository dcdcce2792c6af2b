"""Workers of the house on the measured database, as processes that can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection


class Workers:
    """Each worker is one process, as the pool "solo" has it: whoever kills it kills what it does."""

    def __init__(self, log: Path, variables: dict[str, str]) -> None:
        self._log, self._environment = log.open("w"), {**_environment(), **variables}
        self._all: list[subprocess.Popen[bytes]] = []

    def start(self, *queues: str) -> subprocess.Popen[bytes]:
        name = f"bench{len(self._all)}@%h"
        program = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "WARNING"]
        options = ["--queues", ",".join(queues), "--hostname", name, "--without-gossip", "--without-mingle"]
        worker = subprocess.Popen(  # noqa: S603  our own
            [*program, *options], env=self._environment, stdout=self._log, stderr=self._log, cwd=settings.BASE_DIR
        )
        self._all.append(worker)
        return worker

    def stop(self) -> None:
        for worker in self._all:
            worker.terminate()
        for worker in self._all:
            try:
                worker.wait(300)  # it ends what it is at
            except subprocess.TimeoutExpired:
                worker.kill()
        self._log.close()


@contextmanager
def workers(log: Path, **variables: str) -> Iterator[Workers]:
    """Ended when the block is left. `variables` are added to their environment."""
    found = Workers(log, variables)
    try:
        yield found
    finally:
        found.stop()


def _environment() -> dict[str, str]:
    """They connect as the owner of the measured database, and are the web's role in it, as here."""
    values = connection.settings_dict
    host, folder = ("", f"/{values['HOST']}") if values["HOST"].startswith("/") else (values["HOST"], "")
    url = f"postgres://{values['USER']}:{values['PASSWORD']}@{host}:{values['PORT']}{folder}/{values['NAME']}"
    own = {"DATABASE_URL": url, "DATABASE_OWNER_URL": url, "REDIS_URL": settings.REDIS_URL}
    role = {"PGOPTIONS": f"-c role={settings.DATABASE_WEB_ROLE}"}
    kept = {name: value for name, value in os.environ.items() if name != "RAPPORT_AS_OWNER"}
    return {**kept, "DJANGO_SETTINGS_MODULE": "config.settings", **own, **role}
