"""`manage.py send_mail`: send what is queued and due, once."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.core import clock
from apps.core.models import OutgoingMail
from apps.core.services.outbox import send_due


class Command(BaseCommand):
    help = "Send the mails that are due, as the workers do; safe beside them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"tried": send_due(now=clock.now())}
        counts["queued"] = OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED).count()
        if options["json"]:
            self.stdout.write(json.dumps(counts))
        else:
            self.stdout.write(f"{counts['tried']} tried, {counts['queued']} still queued.")
