"""Sources: made, changed, paused and resumed by administrators; what they own is theirs alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.permissions import is_admin
from apps.accounts.services.audit import record_event
from apps.core import secrets
from apps.crm.models import FieldOwner, Plant
from apps.sync.mapping_checks import check_mapping
from apps.sync.models import Source
from apps.sync.services.freshness import tell_freshness
from apps.sync.services.waking import wake

SETTINGS = {
    Source.Kind.PUSH: frozenset[str](),
    Source.Kind.PULL: frozenset({"tables"}),
    Source.Kind.DROP: frozenset({"folder"}),
}


@dataclass(frozen=True, kw_only=True)
class SourceInput:
    """What an administrator says of a source. `database_url` None leaves the kept one as it is."""

    code: str
    title: str
    plant: Plant
    kind: str
    groups: Sequence[str]
    mapping: dict[str, Any]
    settings: dict[str, Any]
    database_url: str | None = None
    poll_every: timedelta = timedelta(seconds=5)
    max_bytes: int = 5 * 1024 * 1024
    max_batches_a_minute: int = 1200
    rejection_share: float = 0.2
    breaker_window: int = 500
    late_after: timedelta = timedelta(minutes=10)
    silent_after: timedelta = timedelta(minutes=30)


@transaction.atomic
def create_source(*, actor: User | None, data: SourceInput, now: datetime) -> Source:
    """Make a source; `actor` None is the house itself. Raises PermissionDenied, ValidationError by field."""
    _may(actor)
    if Source.objects.filter(code=data.code).exists():
        raise ValidationError({"code": _("There is a source with this code.")})
    source = Source(code=data.code, created_at=now)
    _write(source, data)
    record_event(actor=actor, verb="source.created", now=now, record=source)
    return source


@transaction.atomic
def change_source(*, actor: User | None, source: Source, data: SourceInput, now: datetime) -> Source:
    """Change all but the code and the plant, which what came already is filed under. Raises as `create_source`."""
    _may(actor)
    locked = Source.objects.select_for_update(of=("self",)).select_related("plant").get(pk=source.pk)
    if (data.code, data.plant) != (locked.code, locked.plant):
        raise ValidationError({"code": _("Code and plant of a source stay as they are.")})
    _write(locked, data)
    record_event(actor=actor, verb="source.changed", now=now, record=locked)
    return locked


def pause_source(*, actor: User, source: Source, now: datetime) -> None:
    """Let what it sends wait; a second call changes nothing."""
    _turn(actor, source, [Source.State.ACTIVE], Source.State.PAUSED, "source.paused", now)


def resume_source(*, actor: User | None, source: Source, now: datetime) -> None:
    """Go on with what waits, of a source that was paused or has stopped by itself."""
    _turn(actor, source, [Source.State.PAUSED, Source.State.STOPPED], Source.State.ACTIVE, "source.resumed", now)


@transaction.atomic
def _turn(actor: User | None, source: Source, before: Sequence[str], state: str, verb: str, now: datetime) -> None:
    _may(actor)
    values: dict[str, Any] = {"state": state}
    if state == Source.State.ACTIVE:
        values |= {"stopped_because": "", "next_poll_at": None}
    if not Source.objects.filter(pk=source.pk, state__in=before).update(**values):
        return
    if state == Source.State.ACTIVE:  # what was rejected before no longer counts against it
        Source.objects.filter(pk=source.pk, stopped_at__isnull=False).update(stopped_at=now)
        wake(source.pk)
    tell_freshness(Source.objects.select_related("plant").get(pk=source.pk))
    record_event(actor=actor, verb=verb, now=now, record=source)


def _may(actor: User | None) -> None:
    if actor is not None and not is_admin(actor):
        raise PermissionDenied


def _write(source: Source, data: SourceInput) -> None:
    if errors := problems_of(data):
        raise ValidationError(errors)
    for name in (
        *("title", "plant", "kind", "mapping", "settings", "poll_every", "max_bytes", "max_batches_a_minute"),
        *("rejection_share", "breaker_window", "late_after", "silent_after"),
    ):
        setattr(source, name, getattr(data, name))
    source.groups = list(data.groups)
    source.next_poll_at = None  # what was in the way may be mended
    if data.database_url is not None:
        source.database_url = secrets.encrypt(data.database_url)
    if source.pk:
        source.version += 1
    source.save()
    _own(source)
    tell_freshness(source)


def _own(source: Source) -> None:
    """Its groups are its alone: a second owner can't be saved."""
    FieldOwner.objects.filter(source=source.code).exclude(group__in=source.groups).delete()
    try:
        with transaction.atomic():
            for group in source.groups:
                FieldOwner.objects.get_or_create(plant=source.plant, group=group, source=source.code)
    except IntegrityError as error:
        raise ValidationError({"groups": _("Another source has just taken one of these.")}) from error


def problems_of(data: SourceInput) -> dict[str, list[str]]:
    """What stands against it, by field."""
    errors: dict[str, list[str]] = {}
    if found := check_mapping(data.mapping):
        errors["mapping"] = found
    if unknown := set(data.groups) - set(FieldOwner.Group.values):
        errors["groups"] = [_("There is no group %(names)s.") % {"names": ", ".join(sorted(unknown))}]
    taken = FieldOwner.objects.filter(plant=data.plant, group__in=data.groups).exclude(source=data.code)
    if owners := dict(taken.values_list("group", "source")):
        words = ", ".join(f"{FieldOwner.Group(group).label}: {owner}" for group, owner in sorted(owners.items()))
        errors["groups"] = [_("Another source of this plant owns these: %(owners)s.") % {"owners": words}]
    if data.kind not in Source.Kind.values:
        errors["kind"] = [_("There is no such kind of source.")]
    else:
        errors |= _check_settings(data)
    if not 0 < data.max_bytes <= settings.RAPPORT_FEED_LIMIT:
        most = settings.RAPPORT_FEED_LIMIT
        errors["max_bytes"] = [_("Between 1 and %(most)s bytes.") % {"most": most}]
    if not 0 < data.rejection_share <= 1:
        errors["rejection_share"] = [_("A share lies above 0 and is at most 1.")]
    return errors


def _check_settings(data: SourceInput) -> dict[str, list[str]]:
    known = SETTINGS[Source.Kind(data.kind)]
    wrong = [_("There is no place for %(name)s.") % {"name": name} for name in sorted(data.settings.keys() - known)]
    if data.kind == Source.Kind.PULL:
        tables = data.settings.get("tables")
        if not isinstance(tables, dict) or not tables or not all(map(_is_table, tables.values())):
            wrong.append(_('"tables" names each table with its cursor: {"orders": {"cursor": ["row_id"]}}.'))
    if data.kind == Source.Kind.DROP and not str(data.settings.get("folder", "")).strip():
        wrong.append(_('"folder" names the folder in which files are dropped.'))
    return {"settings": wrong} if wrong else {}


def _is_table(value: Any) -> bool:
    """`cursor` names the columns that only grow, the last of them unique."""
    cursor = value.get("cursor") if isinstance(value, dict) else None
    return isinstance(cursor, list) and bool(cursor) and all(isinstance(name, str) and name for name in cursor)
