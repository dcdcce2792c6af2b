"""Receivers of events: made, changed, paused, tried again, removed. Who may do so is for the caller to ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import secrets
from apps.core.hosts import ForbiddenHost, checked_addresses, is_public
from apps.core.models import WebhookDelivery, WebhookEndpoint
from apps.core.services.webhooks.events import wake
from apps.core.services.webhooks.signing import new_secret

if TYPE_CHECKING:
    from apps.accounts.models import User

State = WebhookEndpoint.State
MOST = 5  # of one audience


@transaction.atomic
def make_endpoint(
    *,
    audience: str,
    name: str,
    url: str,
    types: Sequence[str],
    sees_money: bool,
    actor: User | None,
    now: datetime,
    sees_text: bool = False,
) -> tuple[WebhookEndpoint, str]:
    """Returns it with its secret, which isn't shown again. Raises ValidationError."""
    if WebhookEndpoint.objects.of(audience).count() >= MOST:
        raise ValidationError({"url": _("There are %(most)s receivers already.") % {"most": MOST}})
    secret = new_secret()
    endpoint = WebhookEndpoint.objects.create(
        audience=audience,
        name=name.strip(),
        url=checked_url(url),
        secret=secrets.encrypt(secret),
        types=list(types),
        sees_money=sees_money,
        sees_text=sees_text,
        made_by=actor,
        created_at=now,
    )
    return endpoint, secret


def change_endpoint(
    endpoint: WebhookEndpoint,
    *,
    name: str,
    url: str,
    types: Sequence[str],
    sees_money: bool,
    sees_text: bool = False,
) -> None:
    """What is sent from now on follows it, also what waits already. Raises ValidationError."""
    endpoint.name, endpoint.types, endpoint.sees_money = name.strip(), list(types), sees_money
    endpoint.url, endpoint.sees_text = checked_url(url), sees_text
    endpoint.save(update_fields=["name", "url", "types", "sees_money", "sees_text"])


def renew_secret(endpoint: WebhookEndpoint) -> str:
    """Sign with another secret from the next event on; returns it, this once."""
    secret = new_secret()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(secret=secrets.encrypt(secret))
    return secret


def pause(endpoint: WebhookEndpoint) -> None:
    """Events wait until it is tried again."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(state=State.PAUSED)


@transaction.atomic
def try_now(endpoint: WebhookEndpoint, *, now: datetime) -> int:
    """Switch it on and send all that waits at once; how many events that is."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(state=State.ACTIVE, rests_until=None, told_at=None)
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookDelivery.State.QUEUED)
    count = waiting.update(not_before=now, queued_at=now)
    wake()
    return count


def remove(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Nothing is sent to it any more; its log stays for a while."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(removed_at=now, state=State.DISABLED)


def checked_url(url: str) -> str:
    """An address that events may be sent to: https, or http within networks that administrators allow.

    It is looked up again for each event, so this is only to say so early. Raises ValidationError.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise ValidationError({"url": _("An address that begins with https://, without a name or password in it.")})
    try:
        found = checked_addresses(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    except ForbiddenHost as error:
        raise ValidationError({"url": _("This address lies in a private network.")}) from error
    except (OSError, ValueError) as error:
        raise ValidationError({"url": _("This host can't be found.")}) from error
    if parts.scheme == "http" and any(map(is_public, found)):
        raise ValidationError({"url": _("On its way through the net an event needs https://.")})
    return parts.geturl()
