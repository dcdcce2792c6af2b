"""What administrators are told at once, by mail through the outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.preferences import reading_as
from apps.core.services.outbox import queue_mail
from apps.sync.models import Source


def tell_admins(source: Source, *, key: str, now: datetime, words: Callable[[], tuple[str, str]]) -> None:
    """Queue a mail to each administrator, in their language: `words` gives subject and text when asked.

    The same `key` is told once to each of them.
    """
    link = urljoin(settings.RAPPORT_SITE_URL, reverse("sync:source", args=[source.code]))
    mail_admins(key=key, now=now, words=words, link=link)


def mail_admins(*, key: str, now: datetime, words: Callable[[], tuple[str, str]], link: str) -> None:
    """The same about any page, which `link` leads to."""
    for admin in User.objects.filter(groups__name="admin", is_active=True).select_related("preferences"):
        with reading_as(admin):
            subject, text = words()
            body = f"{text}\n\n{_('Its page:')} {link}\n"
        queue_mail(to=admin.email, subject=subject, body=body, dedupe_key=f"{key}:{admin.pk}", now=now)
