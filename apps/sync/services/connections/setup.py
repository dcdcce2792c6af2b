"""Connections made, changed, switched on and off and removed by administrators. Off until one switches them on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_admin
from apps.accounts.services.audit import record_event
from apps.core import secrets
from apps.core.contributions import analytics_facts
from apps.core.kept import forget_kept
from apps.sync.connectors.ga4.mapping import is_measurement_id
from apps.sync.connectors.mailchimp.client import centre_of
from apps.sync.connectors.mailchimp.mapping import is_merge_tag
from apps.sync.models import Connection
from apps.sync.services.connections.audience import offered
from apps.sync.services.connections.options import AnalyticsOptions, MailchimpOptions
from apps.sync.services.connections.waking import wake

if TYPE_CHECKING:
    from apps.accounts.models import User

_AUDIENCE = re.compile(r"[0-9A-Za-z]{4,40}")
_ANALYTICS_SECRET = re.compile(r"[\x21-\x7e]{8,200}")
MOST = 20


@dataclass(frozen=True, kw_only=True)
class ConnectionInput:
    """`secret` "" leaves the kept one as it is; `seen` is the version that whoever changes it had before them."""

    name: str
    secret: str
    options: MailchimpOptions | AnalyticsOptions
    seen: int | None = None

    @property
    def kind(self) -> str:
        is_mailchimp = isinstance(self.options, MailchimpOptions)
        return Connection.Kind.MAILCHIMP if is_mailchimp else Connection.Kind.GA4


@transaction.atomic
def make_connection(*, actor: User, data: ConnectionInput, now: datetime) -> Connection:
    """Switched off. Raises PermissionDenied, ValidationError by field."""
    _may(actor)
    if Connection.objects.count() >= MOST:
        raise ValidationError(_("There are %(most)s connections already.") % {"most": MOST})
    if not data.secret:
        raise ValidationError({"secret": _("A key is needed.")})
    connection = Connection(kind=data.kind, created_at=now)
    _write(connection, actor, data)
    record_event(actor=actor, verb="connection.created", now=now, record=connection)
    return connection


@transaction.atomic
def change_connection(*, actor: User, connection: Connection, data: ConnectionInput, now: datetime) -> Connection:
    """What is sent from now on follows it. With another audience it begins anew; the old one is left as it is.

    Raises as `make_connection`.
    """
    _may(actor)
    locked = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
    if locked.kind != data.kind:
        raise ValidationError(_("A connection stays of its kind."))
    if data.seen is not None and data.seen != locked.version:
        raise ValidationError(_("Somebody else has changed this connection in the meantime. Open it anew."))
    is_elsewhere = locked.kind == Connection.Kind.MAILCHIMP and (
        locked.options.get("audience") != data.options.as_json()["audience"]
    )
    locked.version += 1
    locked.looked_at = None
    locked.busy_until = None  # a round that is under way goes by what was before: it writes nothing any more
    if is_elsewhere:
        locked.cursor = {}
        locked.members.all().delete()
    _write(locked, actor, data)
    record_event(actor=actor, verb="connection.changed", now=now, record=locked)
    return locked


@transaction.atomic
def switch_on(*, actor: User, connection: Connection, now: datetime) -> None:
    """Begin, or go on after it stopped by itself: all of its contacts are compared. On already: nothing happens."""
    _may(actor)
    off = Connection.objects.filter(pk=connection.pk).exclude(state=Connection.State.ON)
    values = {"failures": 0, "trouble": "", "rests_until": None, "told_at": None, "looked_at": None, "busy_until": None}
    if off.update(state=Connection.State.ON, last_run_at=None, **values):
        forget_kept()
        transaction.on_commit(wake)
        record_event(actor=actor, verb="connection.switched_on", now=now, record=connection)


@transaction.atomic
def switch_off(*, actor: User, connection: Connection, now: datetime) -> None:
    """Nothing leaves any more; what happens meanwhile isn't noted. A second call changes nothing."""
    _may(actor)
    rows = Connection.objects.filter(pk=connection.pk).exclude(state=Connection.State.OFF)
    if rows.update(state=Connection.State.OFF, busy_until=None, rests_until=None):
        forget_kept()
        record_event(actor=actor, verb="connection.switched_off", now=now, record=connection)


@transaction.atomic
def remove_connection(*, actor: User, connection: Connection, now: datetime) -> None:
    """With its key, its log and what waits; at the other side all stays as it is."""
    _may(actor)
    forget_kept()
    connection.members.all().delete()
    connection.events.all().delete()
    record_event(actor=actor, verb="connection.removed", now=now, record=connection)
    connection.delete()


def _may(actor: User) -> None:
    if not is_admin(actor):
        raise PermissionDenied


def _write(connection: Connection, actor: User, data: ConnectionInput) -> None:
    if errors := problems_of(actor, data):
        raise ValidationError(errors)
    connection.name, connection.owner = data.name.strip(), actor
    connection.options = data.options.as_json()
    if data.secret:
        connection.secret = secrets.encrypt(data.secret.strip())
    connection.save()
    forget_kept()


def problems_of(actor: User, data: ConnectionInput) -> dict[str, list[str]]:
    """What stands against it, by field."""
    if isinstance(data.options, MailchimpOptions):
        return _mailchimp_problems(actor, data, data.options)
    errors: dict[str, list[str]] = {}
    if not is_measurement_id(data.options.measurement_id):
        errors["measurement_id"] = [_("It begins with G- and stands in Analytics beside the data stream.")]
    if data.secret and not _ANALYTICS_SECRET.fullmatch(data.secret.strip()):
        errors["secret"] = [_("This doesn't look like a secret of the Measurement Protocol.")]
    known = {name for name, _fact in analytics_facts.items()}
    if not data.options.events or set(data.options.events) - known:
        errors["events"] = [_("Choose at least one event.")]
    return errors


def _mailchimp_problems(actor: User, data: ConnectionInput, options: MailchimpOptions) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if data.secret and not centre_of(data.secret):
        errors["secret"] = [_("A key of Mailchimp ends in its data centre, such as -us21.")]
    if not _AUDIENCE.fullmatch(options.audience):
        errors["audience"] = [_("The audience's ID has letters and digits alone.")]
    if options.choice not in dict(offered(actor)):
        errors["choice"] = [_("There is no such choice.")]
    tags = list(options.fields.values())
    for key, tag in options.fields.items():
        if not is_merge_tag(tag):
            errors[f"field_{key}"] = [_("A merge tag has up to ten capital letters, digits and _, and isn't EMAIL.")]
        elif tags.count(tag) > 1:
            errors[f"field_{key}"] = [_("Two fields can't have the same merge tag.")]
    return errors
