"""Takes what is due of sequences, as a worker does, and stands still at a step, to be killed there:
`python -m tests.crm.sequence_worker STEP`, with "drafted", "queued", "kept" or "counted".
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

if __name__ == "__main__":
    import django

    django.setup()
    from apps.core import clock
    from apps.crm.models import SequenceMail
    from apps.crm.services.sequences import run_sequences, taking
    from apps.messaging.services import automatic_mails, sending

    drafts: Any = automatic_mails
    envelopes: Any = sending

    step, moment = sys.argv[1], datetime.fromisoformat(sys.argv[2])
    clock.now = lambda: moment

    def standing_after(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def stand(*args: Any, **kwargs: Any) -> Any:
            result = work(*args, **kwargs)
            if name == step:
                sys.stdout.write(f"{step}\n")
                sys.stdout.flush()
                time.sleep(600)
            return result

        return stand

    drafts.begin_draft = standing_after("drafted", drafts.begin_draft)
    envelopes.queue_envelope = standing_after("queued", envelopes.queue_envelope)
    kept: Any = SequenceMail.objects
    kept.create = standing_after("kept", kept.create)
    taking._go_on = standing_after("counted", taking._go_on)
    run_sequences(now=moment)
