"""What contacts does when others announce something."""

from __future__ import annotations

from typing import Any

from apps.accounts.signals import user_created
from apps.contacts.services.consent import settle
from apps.contacts.services.duplicates.finding import enqueue
from apps.contacts.services.users import on_user_created
from apps.contacts.signals import entities_created, entities_restored, entities_updated


def connect() -> None:
    """Called once, when the app is ready."""
    user_created.connect(on_user_created)
    entities_created.connect(_settle, dispatch_uid="contacts.settle_new")
    entities_updated.connect(_settle, dispatch_uid="contacts.settle_changed")
    for fact in (entities_created, entities_updated, entities_restored):
        fact.connect(_compare, dispatch_uid="contacts.compare")


def _compare(sender: object, **facts: Any) -> None:
    enqueue(facts["ids"], now=facts["now"])


def _settle(sender: object, **facts: Any) -> None:
    settle(facts["ids"])
