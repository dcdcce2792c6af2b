"""What may leave the house, and the trace that it leaves in the audit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from apps.accounts.permissions import is_staff_member
from apps.accounts.services.audit import record_event
from apps.contacts.models import Entity, Participant
from apps.contacts.services.exports.files import ExportFormat, write_cards

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet


def export_scope(user: User) -> EntityQuerySet:
    """All that `user` may take out."""
    return Entity.objects.exportable_by(user).live()


def company_scope(user: User, company: Entity) -> EntityQuerySet:
    """An organisation and whoever is tied to it, as far as `user` may take them out."""
    tied = Participant.objects.filter(relationship__participants__entity=company).values("entity")
    return export_scope(user).filter(Q(pk=company.pk) | Q(pk__in=tied))


def export_contacts(
    *, actor: User, entities: EntityQuerySet, to: ExportFormat, now: datetime, scope: str
) -> Iterator[bytes]:
    """The file of `entities` in portions; that it was asked for is in the audit before the first of them.

    `entities` is cut to what the actor may export; `scope` ("selection", "folder:3", "all") goes into the audit.
    Raises PermissionDenied for whoever may export nothing at all.
    """
    if not is_staff_member(actor):
        raise PermissionDenied
    allowed = entities.filter(pk__in=export_scope(actor).values("pk")).live()
    count = allowed.count()
    record_event(
        actor=actor, verb="contacts.exported", now=now, details={"format": to.key, "scope": scope, "count": count}
    )
    return write_cards(allowed, reader=actor, to=to)
