"""`manage.py load_demo`: the demo company."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from apps.activities.demo.loading import load_demo
from apps.core import clock
from apps.messaging.demo.mailboxes import Servers, open_mailboxes


class Command(BaseCommand):
    help = "Fill an empty database with the demo company; does nothing where it is there already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--contacts", type=int, default=2000)
        parser.add_argument("--password", default="demo-rapport-1")
        parser.add_argument("--mail", type=Path, help="where the Maildirs lie; without it nobody has a mailbox")
        parser.add_argument("--smtp-port", type=int, default=0)
        parser.add_argument("--imap-port", type=int, default=0)

    def handle(
        self,
        *args: Any,
        contacts: int,
        password: str,
        mail: Path | None,
        smtp_port: int,
        imap_port: int,
        **options: Any,
    ) -> None:
        now = clock.now()
        if load_demo(total=contacts, password=password, now=now):
            self.stdout.write(f"The demo company has moved in with {contacts} contacts.")
        if mail is not None:
            open_mailboxes(Servers(smtp_port, imap_port, mail, password), now=now)
