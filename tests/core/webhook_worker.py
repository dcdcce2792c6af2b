"""Sends events, as a worker does, and stands still at a step, to be killed there:
`python -m tests.core.webhook_worker STEP`, with "claimed" or "sent".
"""

from __future__ import annotations

import sys
import time
from typing import Any

if __name__ == "__main__":
    import django

    django.setup()
    from apps.core import clock
    from apps.core.services.webhooks import sending

    step = sys.argv[1]

    def stand_still() -> None:
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()
        time.sleep(600)

    # No app knows the audiences of this test: what they hear is made here.
    class Audiences:
        def get(self, _key):
            return self

        def render(self, _endpoint, event):
            return dict(event.subject)

    doors: Any = sending
    post, settle = doors.post, doors._settle
    doors.webhook_audiences = Audiences()

    def stand_still_before(act):
        def stopped(*args, **kwargs):
            stand_still()
            return act(*args, **kwargs)

        return stopped

    if step == "claimed":
        doors.post = stand_still_before(post)
    else:
        doors._settle = stand_still_before(settle)
    sending.send_due(now=clock.now())
