"""`manage.py import_mail PATH... --account ADDRESS`: mail in, from .eml files, mboxes, Maildirs and folders."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from apps.core import clock
from apps.messaging.services.importing import Report, import_mail, receiving_account


class Command(BaseCommand):
    help = "Imports mail into a mailbox, which is made where there is none. Exit code 2: a path could not be read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument("--account", required=True, metavar="ADDRESS", help="the mailbox that it came to")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        try:
            validate_email(options["account"])
        except ValidationError as error:
            raise CommandError(f"{options['account']} is no e-mail address.") from error
        account = receiving_account(address=options["account"], now=now)
        report = import_mail(account=account, paths=options["paths"], now=now, on_portion=self._progress)
        if self.stderr.isatty():
            self.stderr.write("")
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            counts = ("read", "stored", "duplicates", "broken")
            self.stdout.write(" ".join(f"{name} {getattr(report, name)}" for name in counts))
        for path, reason in report.unreadable:
            self.stderr.write(f"{path}: {reason}")
        if report.unreadable:
            sys.exit(2)

    def _progress(self, report: Report) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{report.read:,} read", ending="")
            self.stderr.flush()
