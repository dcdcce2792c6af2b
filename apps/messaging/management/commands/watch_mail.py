"""`manage.py watch_mail`: IDLE on all watched mailboxes, until told to stop."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.core import clock
from apps.messaging.services.watching import Pace, Watch


class Command(BaseCommand):
    help = "Waits for new mail in every watched mailbox (IMAP IDLE) and fetches it at once. SIGTERM ends it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--log", metavar="FILE", help="write each line of the protocol there, without passwords")
        parser.add_argument(
            "--renew", type=float, metavar="SECONDS", help="renew each IDLE after this time, not 9 to 25 minutes"
        )

    def handle(self, *args: Any, log: str | None, renew: float | None, **options: Any) -> None:
        pace = Pace(renew_after=(renew, renew)) if renew else Pace()
        watch = Watch(pace=pace, say=_Log(Path(log)) if log else None)

        def stop(number: int, frame: FrameType | None) -> None:
            watch.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        watch.run()


class _Log:
    """Lines of all accounts in one file, each with its moment and account."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()

    def __call__(self, account_id: int, line: str) -> None:
        with self._lock:
            self._file.write(f"{clock.now().isoformat(timespec='milliseconds')} {account_id} {line}\n")
