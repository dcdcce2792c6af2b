"""One mailbox synced by a process of its own: `python -m bench.mail_sync ACCOUNT_ID` prints how it went, as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main(account_id: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    import logging

    logging.disable(logging.WARNING)
    from apps.core import clock
    from apps.messaging.models import MailAccount
    from apps.messaging.services.meter import measure
    from apps.messaging.services.syncing import sync_account

    account = MailAccount.objects.get(pk=account_id)
    told: dict[str, float] = {}
    began, used = time.perf_counter(), time.process_time()
    counts = sync_account(account, now=clock.now())
    told["seconds"], told["processor"] = time.perf_counter() - began, time.process_time() - used
    told["stored"] = counts.stored
    told["peak_mib"] = _peak_mib()
    sync_account(account, now=clock.now())  # takes over what the server itself did to mail just read
    began = time.perf_counter()
    sync_account(account, now=clock.now())
    told["again_ms"] = (time.perf_counter() - began) * 1000
    began = time.perf_counter()
    found = measure(account, now=clock.now())
    told["meter_seconds"] = time.perf_counter() - began
    told["missing"] = sum(len(each.missing) for each in found)
    print(json.dumps(told))


def _peak_mib() -> float:
    """The most memory that this process had. Not getrusage's: that counts what the process held that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
