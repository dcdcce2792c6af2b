"""A dealer's receivers of events: the owner's doors to the engine in `core`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.accounts.permissions import is_admin
from apps.accounts.services.audit import record_event
from apps.core.database_roles import as_house
from apps.core.models import WebhookEndpoint
from apps.core.services.webhooks import endpoints, events
from apps.crm.permissions.people import can_manage_people
from apps.crm.services.dealer_feed.audiences import HOUSE, dealer_of
from apps.crm.services.dealer_feed.noting import note_opened

if TYPE_CHECKING:
    from apps.accounts.models import User

T = TypeVar("T")


@transaction.atomic
def make_receiver(
    *, actor: User, audience: str, name: str, url: str, types: Sequence[str], sees_money: bool, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """Returns it with the secret of its signatures, shown once. Raises PermissionDenied, ValidationError."""

    def make() -> tuple[WebhookEndpoint, str]:
        if dealer_id := dealer_of(audience):
            note_opened(dealer_id, now=now)
        return endpoints.make_endpoint(
            audience=audience, name=name, url=url, types=types, sees_money=sees_money, actor=actor, now=now
        )

    made, secret = _as_owner(actor, audience, make)
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
    sees_money: bool,
    now: datetime,
) -> None:
    """Raises PermissionDenied, ValidationError."""

    def change() -> None:
        endpoints.change_endpoint(endpoint, name=name, url=url, types=types, sees_money=sees_money)

    _as_owner(actor, endpoint.audience, change)
    _audit(actor, "webhook.changed", endpoint, now)


@transaction.atomic
def renew_secret(*, actor: User, endpoint: WebhookEndpoint, now: datetime) -> str:
    secret = _as_owner(actor, endpoint.audience, lambda: endpoints.renew_secret(endpoint))
    _audit(actor, "webhook.secret_renewed", endpoint, now)
    return secret


@transaction.atomic
def remove_receiver(*, actor: User, endpoint: WebhookEndpoint, now: datetime) -> None:
    _as_owner(actor, endpoint.audience, lambda: endpoints.remove(endpoint, now=now))
    _audit(actor, "webhook.removed", endpoint, now)


def pause_receiver(*, actor: User, endpoint: WebhookEndpoint) -> None:
    """Its events wait. Raises PermissionDenied, as all of these."""
    _as_owner(actor, endpoint.audience, lambda: endpoints.pause(endpoint))


def try_now(*, actor: User, endpoint: WebhookEndpoint, now: datetime) -> int:
    """Go on with all that waits; how many events that is."""
    return _as_owner(actor, endpoint.audience, lambda: endpoints.try_now(endpoint, now=now))


def send_test(*, actor: User, endpoint: WebhookEndpoint, now: datetime) -> None:
    _as_owner(actor, endpoint.audience, lambda: events.send_test(endpoint, now=now))


def send_again(*, actor: User, endpoint: WebhookEndpoint, deliveries: Collection[int], now: datetime) -> int:
    return _as_owner(actor, endpoint.audience, lambda: events.send_again(deliveries, endpoint=endpoint, now=now))


def replay(*, actor: User, endpoint: WebhookEndpoint, since: datetime, now: datetime) -> int:
    """All events from `since` on once more; how many that is."""
    return _as_owner(actor, endpoint.audience, lambda: events.replay(endpoint, since=since, now=now))


def may_manage(actor: User, audience: str) -> bool:
    """A dealer's are its owners', the house's the administrators'."""
    dealer_id = dealer_of(audience)
    if dealer_id is not None:
        return can_manage_people(actor, dealer_id)
    return audience == HOUSE and is_admin(actor)


def _as_owner(actor: User, audience: str, act: Callable[[], T]) -> T:
    if not may_manage(actor, audience):
        raise PermissionDenied
    with transaction.atomic(), as_house():
        return act()


def _audit(actor: User, verb: str, endpoint: WebhookEndpoint, now: datetime) -> None:
    with as_house():
        record_event(actor=actor, verb=verb, now=now, record=endpoint, details={"money": endpoint.sees_money})
