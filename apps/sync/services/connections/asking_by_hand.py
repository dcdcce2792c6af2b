"""What administrators ask of a connection: a test, a full round with a bar, refused rows once more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_admin
from apps.core import clock, secrets
from apps.core.contributions import analytics_facts
from apps.core.models import Operation
from apps.core.services.operations import Progress, start
from apps.core.services.operations.progress import OperationFailed
from apps.sync.connectors.asking import OutsideTrouble
from apps.sync.connectors.ga4 import mapping as ga4
from apps.sync.connectors.ga4.client import Client as Analytics
from apps.sync.connectors.mailchimp.client import Client as Mailchimp
from apps.sync.models import AnalyticsEvent, AudienceMember, Connection, ConnectionRun
from apps.sync.services.connections import enqueuing, options
from apps.sync.services.connections.noting import client_of
from apps.sync.services.connections.rounds import run
from apps.sync.services.connections.tally import Tally
from apps.sync.services.connections.waking import wake

if TYPE_CHECKING:
    from apps.accounts.models import User

RUN = "connection.run"


@dataclass(frozen=True, slots=True)
class Tested:
    """`words` are what was found; `is_good` where nothing stands against it."""

    is_good: bool
    words: str


def test(*, actor: User, connection: Connection, now: datetime) -> Tested:
    """Ask the other side without changing anything there; in the log either way. Raises PermissionDenied."""
    _may(actor)
    try:
        secret = secrets.decrypt(connection.secret)
        found = _try(connection, secret, now)
    except OutsideTrouble as trouble:
        found = Tested(False, str(trouble))
    except secrets.Undecryptable:
        found = Tested(False, _("Its key can't be read any more: enter it anew."))
    words = "" if found.is_good else found.words
    ConnectionRun.objects.create(
        connection=connection, why=ConnectionRun.Why.TEST, began_at=now, ended_at=clock.now(), trouble=words
    )
    return found


def start_run(*, actor: User, connection: Connection, now: datetime) -> Operation:
    """Look at all of it in the background, with a bar. Raises PermissionDenied."""
    _may(actor)
    parameters = {"connection": connection.pk}
    return start(actor=actor, verb=RUN, parameters=parameters, now=now, undoable=False, queue="sync")


def run_by_hand(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The runner: killed in between, it begins anew and finds what was sent already unchanged."""
    connection = Connection.objects.filter(pk=operation.parameters["connection"]).first()
    if connection is None or connection.state != Connection.State.ON:
        raise OperationFailed(_("This connection isn't switched on."))

    def step(tally: Tally) -> None:
        progress.check_cancelled()
        done = progress.done + tally.total - tally.heard
        progress.total(done + _waiting(connection))
        progress.at(done)

    tally = run(connection.pk, why=ConnectionRun.Why.BY_HAND, on_step=step, shift=float("inf"))
    if tally is None:
        raise OperationFailed(_("A round is under way just now: what waits goes along with it."))
    connection.refresh_from_db()
    if connection.trouble:
        raise OperationFailed(connection.trouble[:500])
    return {"sent": tally.sent, "unchanged": tally.unchanged, "refused": tally.refused, "gone": tally.gone}


@transaction.atomic
def replay(*, actor: User, connection: Connection, ids: Collection[int], now: datetime) -> int:
    """Try refused ones again, whatever they look like; how many. Raises PermissionDenied."""
    _may(actor)
    if connection.kind == Connection.Kind.MAILCHIMP:
        count = enqueuing.replay(connection, ids, now=now)
    else:
        refused = connection.events.filter(pk__in=ids, state=AnalyticsEvent.State.REFUSED)
        count = refused.update(state=AnalyticsEvent.State.QUEUED, trouble="", settled_at=None)
    transaction.on_commit(wake)
    return count


def dismiss(*, actor: User, connection: Connection, ids: Collection[int]) -> int:
    """Leave refused ones as they are; how many. Raises PermissionDenied."""
    _may(actor)
    if connection.kind == Connection.Kind.MAILCHIMP:
        members = connection.members.filter(pk__in=ids, state=AudienceMember.State.REFUSED)
        return members.update(state=AudienceMember.State.DISMISSED)
    events = connection.events.filter(pk__in=ids, state=AnalyticsEvent.State.REFUSED)
    return events.update(state=AnalyticsEvent.State.DISMISSED)


def _waiting(connection: Connection) -> int:
    if connection.kind == Connection.Kind.GA4:
        return connection.events.waiting().count()
    return connection.members.due(clock.now()).count()


def _try(connection: Connection, secret: str, now: datetime) -> Tested:
    if connection.kind == Connection.Kind.MAILCHIMP:
        return _try_mailchimp(options.mailchimp(connection.options), secret)
    chosen = options.analytics(connection.options)
    names = chosen.events or tuple(name for name, _fact in analytics_facts.items())
    events = [ga4.event(name, {"kind": "test"}, now) for name in names[: ga4.MOST_EVENTS]]
    told = Analytics(chosen.measurement_id, secret).problems(ga4.payload(client_of(connection.pk), "", events))
    if told:
        return Tested(False, "; ".join(told))
    return Tested(True, _("Google's validation server finds nothing wrong. It doesn't look at the secret."))


def _try_mailchimp(chosen: options.MailchimpOptions, secret: str) -> Tested:
    found = Mailchimp(secret).audience(chosen.audience)
    if unknown := sorted(set(chosen.fields.values()) - found.tags):
        words = _("The audience %(name)s has no merge field %(tags)s: make it there, or leave it out here.")
        return Tested(False, words % {"name": found.name, "tags": ", ".join(unknown)})
    words = _("It works: the audience %(name)s has %(count)s subscribed members.")
    return Tested(True, words % {"name": found.name, "count": found.members})


def _may(actor: User) -> None:
    if not is_admin(actor):
        raise PermissionDenied
