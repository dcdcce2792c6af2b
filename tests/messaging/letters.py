"""Small mails for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

NOON = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)


def letter(
    number: int = 1, *, subject: str = "", text: str = "", message_id: str = "", sender: str = "", **headers
) -> bytes:
    """The `number`th mail of a customer, a minute after the one before."""
    message = EmailMessage()
    message["From"] = sender or "Kim Customer <kim@customer.example>"
    message["To"] = "sales@example.com"
    message["Subject"] = subject or f"Question {number}"
    message["Date"] = format_datetime(NOON + timedelta(minutes=number))
    message["Message-ID"] = message_id or f"<{number}@customer.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text or f"How long does it take to make window {number}?")
    return message.as_bytes()
