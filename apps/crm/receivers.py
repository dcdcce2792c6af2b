"""What customers do when contacts announce something."""

from __future__ import annotations

from typing import Any

from apps.contacts.signals import entities_created, entities_trashed, entities_updated
from apps.crm.rules import triggers
from apps.crm.services.assigning import on_entities_created, on_persona_given
from apps.crm.services.contact_events import announce_handed_over, announce_stage
from apps.crm.services.house_events import CREATED, TRASHED, UPDATED, tell_of_contacts
from apps.crm.services.rule_queue import note
from apps.crm.signals import contacts_handed_over, journey_moved, persona_given


def connect() -> None:
    """Called once, when the app is ready. Who looks after a contact is settled before the rules ask."""
    entities_created.connect(_assign, dispatch_uid="crm.assign_new")
    persona_given.connect(_assign_persona, dispatch_uid="crm.assign_persona")
    entities_created.connect(_made, dispatch_uid="crm.made")
    entities_updated.connect(_changed, dispatch_uid="crm.changed")
    entities_trashed.connect(_trashed, dispatch_uid="crm.trashed")
    persona_given.connect(_persona, dispatch_uid="crm.rules_persona")
    journey_moved.connect(_moved, dispatch_uid="crm.moved")
    contacts_handed_over.connect(_handed_over, dispatch_uid="crm.handed_over")


# Facts are as signals.py says.
def _assign(sender: object, **facts: Any) -> None:
    on_entities_created(**facts)


def _assign_persona(sender: object, **facts: Any) -> None:
    on_persona_given(**facts)


def _made(sender: object, **facts: Any) -> None:
    tell_of_contacts(CREATED, facts["ids"], now=facts["now"])
    note(triggers.MADE, facts["ids"], now=facts["now"], cause=facts["operation"])


def _changed(sender: object, **facts: Any) -> None:
    tell_of_contacts(UPDATED, facts["ids"], now=facts["now"])
    note(triggers.CHANGED, facts["ids"], now=facts["now"], cause=facts["operation"])


def _trashed(sender: object, **facts: Any) -> None:
    tell_of_contacts(TRASHED, facts["ids"], now=facts["now"])


def _persona(sender: object, **facts: Any) -> None:
    note(triggers.PERSONA, facts["ids"], now=facts["now"])


def _moved(sender: object, **facts: Any) -> None:
    ids, now = [entity.pk for entity in facts["entities"]], facts["now"]
    announce_stage(ids, facts["left"], facts["stage"], now)
    note(triggers.ENTERED, ids, now=now, facts={"stage": facts["stage"].pk})
    if facts["left"] is not None:
        note(triggers.LEFT, ids, now=now, facts={"stage": facts["left"].pk})


def _handed_over(sender: object, **facts: Any) -> None:
    announce_handed_over(facts["ids"], facts["hand_over"], facts["now"])
    note(triggers.HANDED_OVER, facts["ids"], now=facts["now"])
