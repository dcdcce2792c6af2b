"""What belongs into the DNS so that others can check the signatures of mailings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core.dkim import UnreadableKey, dns_record


class Command(BaseCommand):
    help = "Print the TXT record of the DKIM key."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.RAPPORT_DKIM_DOMAIN:
            raise CommandError("RAPPORT_DKIM_DOMAIN is empty: Rapport signs nothing.")
        try:
            name, text = dns_record()
        except UnreadableKey as error:
            raise CommandError("The DKIM key can't be read.") from error
        self.stdout.write(f'{name}. IN TXT "{text}"')
