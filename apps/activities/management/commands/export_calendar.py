"""`manage.py export_calendar --user EMAIL --output FILE [--json]`: what the user may read of their own calendar."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import User
from apps.activities.services import feeds
from apps.core import clock


class Command(BaseCommand):
    help = "Write a user's calendar to a file, as iCalendar or as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument("--output", required=True, metavar="FILE", type=Path)
        parser.add_argument("--json", action="store_true", help="JSON instead of iCalendar")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["user"].lower()).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']}.")
        now = clock.now()
        output: Path = options["output"]
        items = feeds.calendar_items(user=user, now=now)
        if options["json"]:
            text = json.dumps(feeds.plain_items(items), ensure_ascii=False, indent=1).encode()
        else:
            text = feeds.calendar_file(user=user, now=now, name=str(user))
        try:
            output.write_bytes(text)
        except OSError as error:
            raise CommandError(f"{output} can't be written: {error.strerror}.") from error
        self.stdout.write(f"{len(items)} entries written to {output}")
