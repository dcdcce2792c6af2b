"""What customers do when contacts announce something."""

from __future__ import annotations

from apps.contacts.signals import entities_created
from apps.crm.services.assigning import on_entities_created, on_persona_given
from apps.crm.signals import persona_given


def connect() -> None:
    """Called once, when the app is ready."""
    entities_created.connect(_assign, dispatch_uid="crm.assign_new")
    persona_given.connect(_assign_persona, dispatch_uid="crm.assign_persona")


def _assign(sender: object, **facts: object) -> None:
    on_entities_created(**facts)  # type: ignore[arg-type]  # as signals.py says


def _assign_persona(sender: object, **facts: object) -> None:
    on_persona_given(**facts)  # type: ignore[arg-type]  # as signals.py says
