"""manage.py purge_trash"""

from typing import Any

from django.core.management.base import BaseCommand

from apps.contacts.services.trash import purge_trash
from apps.core import clock


class Command(BaseCommand):
    help = "Remove for good the contacts that have lain in the trash for 30 days."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = purge_trash(now=clock.now())
        self.stdout.write(f"{removed} contacts removed")
