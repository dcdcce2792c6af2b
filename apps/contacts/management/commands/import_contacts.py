"""`manage.py import_contacts FILE...`: contacts in, from files and folders of any known format."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.contacts.models import Import
from apps.contacts.services.imports.actors import NoSuchUser, command_actor
from apps.contacts.services.imports.context import Choices, Counts
from apps.contacts.services.imports.inline import Report, import_paths
from apps.contacts.services.imports.sources import FORMATS
from apps.core import clock

_POLICIES = [policy.value for policy in Import.Duplicates if policy != Import.Duplicates.ASK]
_TELL_EVERY = 10_000  # records


class Command(BaseCommand):
    _told = 0
    help = "Imports contacts from files, or from all such files in folders. Exit code 2: a file could not be read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--format", choices=["auto", *FORMATS], default="auto")
        parser.add_argument("--folder", default="", metavar="NAME", help="put all of them there")
        parser.add_argument("--duplicates", choices=_POLICIES, default=Import.Duplicates.SKIP.value)
        parser.add_argument("--overwrite", action="store_true", help="with --duplicates update: replace what differs")
        parser.add_argument("--region", default="", help="whose phone numbers lack a country, such as UA")
        parser.add_argument("--dry-run", action="store_true", help="count, and write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--as", dest="actor", default="", metavar="EMAIL", help="on whose behalf")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        choices = Choices(
            duplicates=options["duplicates"],
            overwrite=options["overwrite"],
            region=options["region"].upper(),
            dry_run=options["dry_run"],
        )
        try:
            report = import_paths(
                actor=command_actor(email=options["actor"], now=now),
                paths=options["files"],
                choices=choices,
                now=now,
                format="" if options["format"] == "auto" else options["format"],
                folder_name=options["folder"],
                on_portion=self._progress,
            )
        except NoSuchUser as error:
            raise CommandError(str(error)) from error
        except PermissionDenied as error:
            raise CommandError(f"There is no folder {options['folder']} to put contacts into.") from error
        self._progress_ends()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report), ensure_ascii=False))
        else:
            self._print(report)
        for name, reason in report.unreadable:
            self.stderr.write(f"{name}: {reason}")
        if report.unreadable:
            sys.exit(2)

    def _progress(self, name: str, counts: Counts) -> None:
        """A line that counts up at a terminal, a line now and then in a log."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{counts.read:,} read · {name[-60:]:60}", ending="")
            self.stderr.flush()
        elif counts.read - self._told >= _TELL_EVERY:
            self._told = counts.read
            self.stderr.write(f"{counts.read:,} read · {name}")

    def _progress_ends(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("")

    def _print(self, report: Report) -> None:
        self.stdout.write(" ".join(f"{name} {number}" for name, number in report.counts.as_dict().items()))
        for each in report.rejections:
            place = f", line {each.line}" if each.line else ""
            self.stdout.write(f"{each.file}: record {each.index}{place}: {each.reason}")


def _as_json(report: Report) -> dict[str, Any]:
    rejections = [{"file": each.file, "index": each.index, "reason": each.reason} for each in report.rejections]
    unreadable = [{"file": name, "reason": reason} for name, reason in report.unreadable]
    return {**report.counts.as_dict(), "rejections": rejections, "unreadable": unreadable}
