"""`manage.py demo_customers`: customers of the demo who answer what they get; started by `manage.py demo`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from apps.activities.demo.loading import DOMAIN
from apps.messaging.demo.customers import answer_for_ever


class Command(BaseCommand):
    help = "Answer letters that lie in the demo's Maildirs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--smtp-port", type=int, required=True)

    def handle(self, *args: Any, folder: Path, smtp_port: int, **options: Any) -> None:
        answer_for_ever(folder, smtp_port, DOMAIN)
