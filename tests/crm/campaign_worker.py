"""Runs campaigns as a worker does, and stands still at a step, to be killed there:
`python -m tests.crm.campaign_worker STEP`, with "mails-made" or "rows-written", before anything is committed.
"""

from __future__ import annotations

import sys
import time

if __name__ == "__main__":
    import django

    django.setup()
    from apps.core import clock
    from apps.crm.services.campaigns import run_campaigns, sending

    step = sys.argv[1]

    def stand_still() -> None:
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()
        time.sleep(600)

    room = vars(sending)
    queue_envelopes, update_rows = room["queue_envelopes"], room["update_rows"]

    def queue_and_stay(*arguments, **named):
        made = queue_envelopes(*arguments, **named)
        if step == "mails-made":
            stand_still()
        return made

    def write_and_stay(*arguments):
        count = update_rows(*arguments)
        stand_still()
        return count

    room |= {"queue_envelopes": queue_and_stay, "update_rows": write_and_stay}
    run_campaigns(now=clock.now())
