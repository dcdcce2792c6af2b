"""What administrators hear of a connection that fails."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.sync.models import Connection
from apps.sync.services.alarms import mail_admins


def tell_of_failing(connection: Connection, trouble: str, *, is_stopped: bool, now: datetime) -> None:
    def words() -> tuple[str, str]:
        if is_stopped:
            subject, text = _("%(name)s has stopped"), _("What waits for it is kept. Somebody has to put it right.")
        else:
            subject, text = _("%(name)s can't be reached"), _("It is tried again; nothing is lost meanwhile.")
        return subject % {"name": connection.name}, f"{text}\n\n{trouble}"

    link = urljoin(settings.RAPPORT_SITE_URL, reverse("sync:connection", args=[connection.pk]))
    mail_admins(key=f"connection:{connection.pk}:{now.isoformat()}", now=now, words=words, link=link)
