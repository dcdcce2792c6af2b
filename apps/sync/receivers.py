"""What connections do when contacts, customers and orders announce something: they write rows of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.contacts.signals import (
    entities_created,
    entities_purging,
    entities_restored,
    entities_trashed,
    entities_updated,
)
from apps.core import clock
from apps.core.contributions import AnalyticsFact, analytics_facts
from apps.crm.signals import contacts_handed_over, journey_moved, persona_given
from apps.sync.services.connections.enqueuing import note_contacts
from apps.sync.services.connections.noting import note_fact

_OF_CONTACTS = (
    *(entities_created, entities_updated, entities_trashed, entities_restored, entities_purging),
    *(persona_given, contacts_handed_over),
)


def connect() -> None:
    """Called once, when the app is ready; all others are by then."""
    for signal in _OF_CONTACTS:
        signal.connect(_contacts, dispatch_uid="sync.contacts")
    journey_moved.connect(_moved, dispatch_uid="sync.moved")
    for name, fact in analytics_facts.items():
        fact.signal.connect(_noting(name, fact), weak=False, dispatch_uid=f"sync.analytics.{name}")


def _contacts(sender: object, **facts: Any) -> None:
    note_contacts(facts["ids"], now=facts.get("now") or clock.now())


def _moved(sender: object, **facts: Any) -> None:
    note_contacts([entity.pk for entity in facts["entities"]], now=facts["now"])


def _noting(name: str, fact: AnalyticsFact) -> Callable[..., None]:
    def note(sender: object, **facts: Any) -> None:
        note_fact(name, fact, facts)

    return note
