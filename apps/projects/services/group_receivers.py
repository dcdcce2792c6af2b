"""Receivers of a group's events: the doors of who manages it to the engine in `core` (docs/adr/0017)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.services.audit import record_event
from apps.core.models import WebhookEndpoint
from apps.core.services.webhooks import endpoints, events
from apps.projects.models import Group
from apps.projects.permissions import can_manage
from apps.projects.services.group_events import audience_of, group_of
from apps.projects.services.members import member_of


@transaction.atomic
def make_receiver(
    *, actor: User, group: Group, name: str, url: str, types: Sequence[str], sees_text: bool, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """Returns it with the secret of its signatures, shown once. Raises PermissionDenied, ValidationError."""
    if not can_manage(group, member_of(actor, group)):
        raise PermissionDenied
    made, secret = endpoints.make_endpoint(
        audience=audience_of(group.pk),
        name=name,
        url=url,
        types=types,
        sees_money=False,
        sees_text=sees_text,
        actor=actor,
        now=now,
    )
    _audit(actor, "webhook.created", made, now)
    return made, secret


@transaction.atomic
def change_receiver(
    *,
    actor: User,
    endpoint: WebhookEndpoint,
    name: str,
    url: str,
    types: Sequence[str],
    sees_text: bool,
    now: datetime,
) -> None:
    """What waits already follows it too. Raises PermissionDenied, ValidationError."""
    _check(actor, endpoint)
    endpoints.change_endpoint(endpoint, name=name, url=url, types=types, sees_money=False, sees_text=sees_text)
    _audit(actor, "webhook.changed", endpoint, now)


@transaction.atomic
def renew_secret(*, actor: User, endpoint: WebhookEndpoint, now: datetime) -> str:
    """Returns the new secret, this once. Raises PermissionDenied, as all of these."""
    _check(actor, endpoint)
    secret = endpoints.renew_secret(endpoint)
    _audit(actor, "webhook.secret_renewed", endpoint, now)
    return secret


@transaction.atomic
def remove_receiver(*, actor: User, endpoint: WebhookEndpoint, now: datetime) -> None:
    """Nothing is sent to it from now on."""
    _check(actor, endpoint)
    endpoints.remove(endpoint, now=now)
    _audit(actor, "webhook.removed", endpoint, now)


def pause_receiver(*, actor: User, endpoint: WebhookEndpoint) -> None:
    """Its events wait."""
    _check(actor, endpoint)
    endpoints.pause(endpoint)


def try_now(*, actor: User, endpoint: WebhookEndpoint, now: datetime) -> int:
    """Go on with all that waits; how many events that is."""
    _check(actor, endpoint)
    return endpoints.try_now(endpoint, now=now)


def send_test(*, actor: User, endpoint: WebhookEndpoint, now: datetime) -> None:
    _check(actor, endpoint)
    events.send_test(endpoint, now=now)


def page_of(endpoint: WebhookEndpoint) -> str:
    return reverse("projects:receiver", args=[group_of(endpoint.audience), endpoint.pk])


def _check(actor: User, endpoint: WebhookEndpoint) -> None:
    group = Group.objects.filter(pk=group_of(endpoint.audience) or 0).first()
    if group is None or not can_manage(group, member_of(actor, group)):
        raise PermissionDenied


def _audit(actor: User, verb: str, endpoint: WebhookEndpoint, now: datetime) -> None:
    record_event(actor=actor, verb=verb, now=now, record=endpoint, details={"text": endpoint.sees_text})
