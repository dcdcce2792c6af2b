"""Runs a connection, as a worker does, and stands still at a step, to be killed there:
`python -m tests.sync.connection_worker ID STEP`, with "claimed" or "sent".
"""

from __future__ import annotations

import sys
import time
from typing import Any

if __name__ == "__main__":
    import django

    django.setup()
    from apps.sync.services.connections import pushing, rounds

    connection_id, step = int(sys.argv[1]), sys.argv[2]
    doors: Any = pushing
    put, write = doors._put, doors._write

    def stand_still_before(act):
        def stopped(*args, **kwargs):
            sys.stdout.write(f"{step}\n")
            sys.stdout.flush()
            time.sleep(600)
            return act(*args, **kwargs)

        return stopped

    if step == "claimed":
        doors._put = stand_still_before(put)
    else:
        doors._write = stand_still_before(write)
    rounds.run(connection_id)
