"""`manage.py demo`: the whole of Rapport on one port, with the demo company in it."""

import os
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, get_commands
from django.core.management.base import BaseCommand

from apps.core.embedded import ensure_servers, keeper_lives, leave_servers
from apps.core.embedded.mailboxes import imap_command
from apps.core.embedded.supervisor import Program, Supervisor

LOGINS = (
    *("admin", "manager", "sales", "claims", "content", "finance", "project"),
    *("dealer", "dealer-employee", "dealer2", "guest"),
)
DOMAIN = "demo.rapport.example"
SLOW = 45.0  # seconds after which the demo says where to look
PASSWORD = "demo-rapport-1"  # noqa: S105  printed for everybody who starts the demo


class Command(BaseCommand):
    help = "Start web, live events, worker, beat and a mail sink on this machine, with a demo company."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the pages; 0 takes a free one")

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        web, mail = self._listen(port), self._listen(0)
        self.address = f"http://localhost:{web.getsockname()[1]}"
        self.announced = self.excused = False
        self.began = time.monotonic()
        os.chdir(settings.BASE_DIR)  # where Celery finds `config`
        os.environ |= {
            "RAPPORT_VAR": str(settings.VAR),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mail.getsockname()[1]),
            "RAPPORT_INSECURE_ORIGIN": "1",  # passkeys on http://localhost
            "RAPPORT_SITE_URL": self.address,
            "RAPPORT_PRIVATE_NETWORKS": "127.0.0.0/8",  # where the demo's mailboxes are
        }
        imap_port = _free_port()
        supervisor = Supervisor(_programs(settings.VAR, web, mail, imap_port), logs=settings.VAR / "log", say=self._say)
        try:
            self._prepare(["migrate", "--verbosity", "0"])
            ports = ["--smtp-port", str(mail.getsockname()[1]), "--imap-port", str(imap_port)]
            loading = (["load_demo", "--mail", str(settings.VAR / "mail"), *ports], ["load_dealers"])
            self._prepare(*(command for command in loading if command[0] in get_commands()))
            later = (["load_relations"], ["load_projects"])  # who looks after whom, and talks, once they are there
            self._prepare(*(command for command in later if command[0] in get_commands()))
            supervisor.run(each_second=self._each_second)
        except KeyboardInterrupt:  # before the supervisor took over
            sys.exit(130)
        finally:
            self._say("Stopping the servers.")
            leave_servers(settings.VAR)

    def _listen(self, port: int) -> socket.socket:
        """Open the socket here: it outlives the process that serves it, so a restart refuses nobody."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(f"Port {port} is taken. Choose another: make demo PORT={port + 1}") from error
        listener.listen(2048)
        return listener

    def _prepare(self, *commands: list[str]) -> None:
        """Run commands of `manage.py` side by side until all have ended."""
        manage = str(settings.BASE_DIR / "manage.py")
        running = [subprocess.Popen([sys.executable, manage, *command]) for command in commands]  # noqa: S603
        for command, process in zip(commands, running, strict=True):
            if process.wait():
                for other in running:
                    other.terminate()
                raise CommandError(f"manage.py {command[0]} failed.")

    def _each_second(self) -> None:
        embedded = not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
        if embedded and not keeper_lives(settings.VAR):
            self._say("The keeper of the database is gone; starting it again.")
            ensure_servers(settings.VAR)
        if not self.announced and self._is_ready():
            self.announced = True
            accounts = "\n".join(f"  {login}@{DOMAIN}" for login in LOGINS)
            self._say(f"\nRapport runs at {self.address}\n\nSign in with the password {PASSWORD} as\n{accounts}\n")
            self._say(f"A dealer's program downloads with the key rapd_{PASSWORD}: docs/howto/dealer-feed.md\n")
            self._say(f"Mail is in {settings.VAR / 'mail'}, logs are in {settings.VAR / 'log'}. Ctrl-C ends all of it.")
        elif not self.announced and not self.excused and time.monotonic() - self.began > SLOW:
            self.excused = True
            self._say(f"{self.address} is not ready yet. What holds it up is in {settings.VAR / 'log'}.")

    def _is_ready(self) -> bool:
        connection = HTTPConnection(self.address.removeprefix("http://"), timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _say(self, text: str) -> None:
        with suppress(OSError):  # the terminal may be gone before we are
            self.stdout.write(text)
            self.stdout.flush()


def _free_port() -> int:
    """A port for the IMAP server, which takes no open socket."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _programs(var: Path, web: socket.socket, mail: socket.socket, imap_port: int) -> list[Program]:
    """Return what the demo consists of: pages stop first, then jobs, and the mail that they send last."""
    python = [sys.executable, "-m"]
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    smtp_port = str(mail.getsockname()[1])
    celery = [*python, "celery", "-A", "config"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    return [
        Program(
            name="web",
            command=[*python, "apps.core.embedded.webserver", str(web.fileno()), "config.asgi:application"],
            descriptors=(web.fileno(),),
            rolling=True,
        ),
        Program(name="beat", command=[*celery, "beat", f"--schedule={var / 'beat'}", "--pidfile="], stage=1),
        Program(
            name="worker",
            command=[
                *worker,
                "--concurrency",
                "2",
                "--queues",
                "default,documents,sync",
                "--hostname",
                "worker@%h",
            ],
            stage=1,
        ),
        Program(
            name="timely",  # reminders and mail: nothing that takes long holds them up
            command=[*worker, "--concurrency", "2", "--queues", "timely,mail", "--hostname", "timely@%h"],
            stage=1,
            begins_after=5.0,
        ),
        Program(
            name="feed",  # what the plants send
            command=[*worker, "--concurrency", "2", "--queues", "feed", "--hostname", "feed@%h"],
            stage=1,
        ),
        Program(
            name="maintenance",  # the owner's work: indexes, partitions
            command=[*worker, "--pool", "solo", "--queues", "maintenance", "--hostname", "maintenance@%h"],
            environment={"RAPPORT_AS_OWNER": "1"},
            stage=1,
        ),
        Program(
            name="mail",
            command=[*python, "apps.core.embedded.mailsink", str(mail.fileno()), str(var / "mail")],
            descriptors=(mail.fileno(),),
            stage=2,
        ),
        Program(name="imap", command=imap_command(var / "mail", imap_port), stage=2),
        *(
            Program(name=command.replace("_", "-"), command=[*manage, command, *options], stage=1, begins_after=pause)
            for command, options, pause in (
                ("watch_mail", [], 10.0),
                ("demo_customers", [str(var / "mail"), "--smtp-port", smtp_port], 15.0),
                ("simulate_plant", ["--url", f"http://localhost:{web.getsockname()[1]}", "--rate", "3"], 12.0),
            )
            if command in get_commands()  # they come from higher floors
        ),
    ]
