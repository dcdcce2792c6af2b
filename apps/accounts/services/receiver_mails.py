"""Mails to the owners of a receiver of events that takes none (docs/adr/0017)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from apps.accounts.preferences import reading_as
from apps.core.services.outbox import queue_mail

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.models import WebhookEndpoint


def mail_of_trouble(endpoint: WebhookEndpoint, people: Iterable[User], path: str, now: datetime) -> None:
    """Once for each state and moment, in the language of each; `path` is the page where it is put right."""
    link = urljoin(settings.RAPPORT_SITE_URL, path)
    for person in people:
        with reading_as(person):
            subject, text = _words(endpoint)
            body = f"{text}\n\n{_('Its page, with a log and “try now”:')} {link}\n"
        key = f"webhook:{endpoint.pk}:{endpoint.state}:{now.isoformat()}:{person.pk}"
        queue_mail(to=person.email, subject=subject, body=body, dedupe_key=key, now=now)


def _words(endpoint: WebhookEndpoint) -> tuple[str, str]:
    named = {"name": endpoint.name, "trouble": endpoint.trouble}
    if endpoint.state == endpoint.State.DISABLED:
        text = _("The last failure: %(trouble)s. Nothing is sent to it any more; what it missed can be sent again.")
        return _("%(name)s was switched off") % named, text % named
    if endpoint.is_misconfigured:
        text = _("It answered: %(trouble)s. Somebody has to put it right; events wait for three days.")
    else:
        text = _("The last failure: %(trouble)s. Events wait for three days and are tried again by themselves.")
    return _("%(name)s does not take events") % named, text % named
