"""Site mail's way out: Django and allauth write to the outbox, a worker sends from it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from apps.core import clock
from apps.core.models import OutgoingMail
from apps.core.services import outbox


class OutboxBackend(BaseEmailBackend):
    """Django's e-mail backend that queues: what a rolled back transaction wanted to send is never sent."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        now = clock.now()
        queued = [outbox.queue_message(message=message, now=now) for message in email_messages if message.recipients()]
        return len(queued)


def site_connection(mail: OutgoingMail) -> smtplib.SMTP:
    """The transport "site": the SMTP server of the settings. Raises smtplib's errors and OSError."""
    if settings.EMAIL_USE_SSL:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.EMAIL_HOST,
            settings.EMAIL_PORT,
            timeout=settings.EMAIL_TIMEOUT,
            context=ssl.create_default_context(),
        )
    else:
        connection = smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT)
    try:
        if settings.EMAIL_USE_TLS:
            connection.starttls(context=ssl.create_default_context())
        connection.ehlo_or_helo_if_needed()
        if settings.EMAIL_HOST_USER:
            connection.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except (smtplib.SMTPException, OSError):
        connection.close()
        raise
    return connection
