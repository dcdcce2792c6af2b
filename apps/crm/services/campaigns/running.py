"""All that campaigns do by themselves, round by round."""

from __future__ import annotations

from datetime import datetime

from apps.crm.services.campaigns.deciding import decide_due
from apps.crm.services.campaigns.noting import note_due
from apps.crm.services.campaigns.sending import make_due
from apps.crm.services.campaigns.starting import start_due


def run_campaigns(*, now: datetime) -> None:
    """Begin what is due, decide, make mails, write the history; safe to run twice, and beside itself."""
    start_due(now=now)
    decide_due(now=now)
    make_due(now=now)
    note_due(now=now)
