"""Sends what reminders are due, as a worker does: `python -m tests.activities.sender`."""

from __future__ import annotations

if __name__ == "__main__":
    import django

    django.setup()
    from apps.activities.services.reminding import send_due
    from apps.core import clock

    send_due(now=clock.now(), portion=20)
