"""Check that nothing in the audit was altered, removed or cut off."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.services.audit import verify_chain


class Command(BaseCommand):
    help = "Walk the audit's hash chain; exits with 1 at the first event that doesn't fit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor",
            metavar="ID:HASH",
            help="an event noted earlier (every one's id and hash are in the logs): shows that the end wasn't cut off",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        anchor = None
        if options["anchor"]:
            number, _colon, noted = options["anchor"].partition(":")
            if not number.isdecimal() or len(noted) != 64:
                raise CommandError("--anchor wants an id, a colon and a hash of 64 digits")
            anchor = (int(number), noted)
        report = verify_chain(anchor=anchor)
        if not report.ok:
            where = f" at event {report.broken_at}" if report.broken_at else ""
            raise CommandError(f"The chain breaks{where} after {report.checked} good events: {report.reason}.")
        self.stdout.write(f"{report.checked} events, unbroken. Last: {report.head_id}:{report.head_hash}")
