"""`manage.py load_dealers`: the demo's two plants, their dealers and orders; started by `manage.py demo`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.core import clock
from apps.crm.demo.campaigns import load_campaigns
from apps.crm.demo.claims import file_claims
from apps.crm.demo.delivery_day import drive_today
from apps.crm.demo.journeys import load_journeys
from apps.crm.demo.opportunities import load_opportunities
from apps.crm.demo.people import open_portal
from apps.crm.services.promises.tending import tend_promises
from apps.sync.demo import load_connection
from apps.sync.simulator.loading import load_plants


class Command(BaseCommand):
    help = "Fill an empty house with two plants, their dealers and orders; does nothing where they are there already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dealers", type=int, default=200)
        parser.add_argument("--orders", type=int, default=5000)
        parser.add_argument("--password", default="demo-rapport-1")
        parser.add_argument("--seed", type=int, default=20261102)

    def handle(self, *args: Any, dealers: int, orders: int, password: str, seed: int, **options: Any) -> None:
        now = clock.now()
        if load_plants(dealers=dealers, orders=orders, seed=seed, var=Path(settings.VAR), now=now):
            open_portal(password=password, now=now)
            tend_promises(now=clock.now())
            file_claims(now=now)
            drive_today(now=now)
            self.stdout.write(f"Two plants have opened, with {dealers} dealers and {orders} orders.")
        if count := load_journeys(now=now):
            self.stdout.write(f"{count} contacts are on their way.")
        if count := load_opportunities(now=now):
            self.stdout.write(f"{count} opportunities stand on their board.")
        load_connection(now=now)
        if load_campaigns(now=now):
            self.stdout.write("Two campaigns were sent, and one is being written.")
