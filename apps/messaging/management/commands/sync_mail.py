"""`manage.py sync_mail`: fetch the mail of all accounts, or of one, now."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core import clock
from apps.messaging.models import MailAccount
from apps.messaging.services.problems import MailServerProblem
from apps.messaging.services.syncing import SyncUnderWay, sync_account


class Command(BaseCommand):
    help = "Fetches mail from the servers. Exit code 2: a mailbox could not be fetched."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", metavar="ADDRESS", help="only this mailbox")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, account: str | None, **options: Any) -> None:
        accounts = MailAccount.objects.active().exclude(imap_host="").order_by("address")
        if account:
            accounts = accounts.filter(address=account.strip().lower())
            if not accounts.exists():
                raise CommandError(f"There is no mailbox {account} that is fetched from a server.")
        told = []
        for each in accounts:
            told.append(_sync(each))
            if not options["json"]:
                self.stdout.write(" ".join(f"{key} {value}" for key, value in told[-1].items()))
        if options["json"]:
            self.stdout.write(json.dumps({"accounts": told}, ensure_ascii=False))
        if any("error" in each for each in told):
            sys.exit(2)


def _sync(account: MailAccount) -> dict[str, Any]:
    try:
        return {"account": account.address, **asdict(sync_account(account, now=clock.now()))}
    except MailServerProblem as problem:
        return {"account": account.address, "error": problem.words}
    except SyncUnderWay:
        return {"account": account.address, "error": "It is being fetched already."}
