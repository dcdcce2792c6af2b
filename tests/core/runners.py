"""A background operation for tests: makes teams by tens, and can stand still half-way to be killed there.

Run as a program it does what a worker does: `python -m tests.core.runners OPERATION_ID`.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from apps.core import clock

STANDING_STILL = "standing still"


def make_teams(operation, progress) -> dict[str, Any]:
    from apps.accounts.models import Team

    count = operation.parameters["count"]
    progress.total(count)
    made = Team.objects.filter(name__startswith=f"{operation.pk}-").count()
    progress.at(made)
    while made < count:
        with progress.portion(now=clock.now()) as recorder:
            for number in range(made, min(made + 10, count)):
                recorder.created(Team.objects.create(name=f"{operation.pk}-{number}"))
        progress.advance(10)
        made += 10
        if operation.attempts == 1 and made == operation.parameters.get("stands_still_at"):
            sys.stdout.write(f"{STANDING_STILL}\n")
            sys.stdout.flush()
            time.sleep(600)
    return {"made": count}


if __name__ == "__main__":
    import django

    django.setup()
    from apps.core.contributions import operation_runners
    from apps.core.services import operations

    operation_runners.register("test.teams", make_teams)
    operations.run(operation_id=int(sys.argv[1]), now=clock.now())
