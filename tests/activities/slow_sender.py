"""A sender that stands still in the middle of its fourth portion, to be killed there."""

from __future__ import annotations

import sys
import time

if __name__ == "__main__":
    import django

    django.setup()
    from apps.activities.services.reminding import send_due
    from apps.core import clock
    from apps.core.models import OutgoingMail
    from apps.core.services import outbox

    queue_message = outbox.queue_message

    def slowly(**given) -> OutgoingMail:
        mail = queue_message(**given)
        if OutgoingMail.objects.count() == 70:
            sys.stdout.write("half-way\n")
            sys.stdout.flush()
            time.sleep(600)
        return mail

    outbox.queue_message = slowly
    send_due(now=clock.now(), portion=20)
