"""What customers do when contacts announce something."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from apps.contacts.signals import entities_created, entities_trashed, entities_updated
from apps.crm.services.assigning import on_entities_created, on_persona_given
from apps.crm.services.house_events import CREATED, TRASHED, UPDATED, tell_of_contacts
from apps.crm.signals import persona_given


def connect() -> None:
    """Called once, when the app is ready."""
    entities_created.connect(_assign, dispatch_uid="crm.assign_new")
    persona_given.connect(_assign_persona, dispatch_uid="crm.assign_persona")
    entities_created.connect(_told_created, dispatch_uid="crm.tell_created")
    entities_updated.connect(_told_updated, dispatch_uid="crm.tell_updated")
    entities_trashed.connect(_told_trashed, dispatch_uid="crm.tell_trashed")


def _assign(sender: object, **facts: object) -> None:
    on_entities_created(**facts)  # type: ignore[arg-type]  # as signals.py says


def _assign_persona(sender: object, **facts: object) -> None:
    on_persona_given(**facts)  # type: ignore[arg-type]  # as signals.py says


def _told_created(sender: object, *, ids: Collection[int], now: datetime, **_facts: object) -> None:
    tell_of_contacts(CREATED, ids, now=now)


def _told_updated(sender: object, *, ids: Collection[int], now: datetime, **_facts: object) -> None:
    tell_of_contacts(UPDATED, ids, now=now)


def _told_trashed(sender: object, *, ids: Collection[int], now: datetime, **_facts: object) -> None:
    tell_of_contacts(TRASHED, ids, now=now)
