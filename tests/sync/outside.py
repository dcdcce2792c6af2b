"""Connections and what they tell of, for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection as database

from apps.accounts.models import User
from apps.contacts.listing import KEY as CONTACTS
from apps.contacts.models import Entity, Folder
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput
from apps.core.kept import forget_now
from apps.core.models import SavedView
from apps.sync.models import Connection
from apps.sync.services.connections.options import AnalyticsOptions, MailchimpOptions
from apps.sync.services.connections.setup import ConnectionInput, make_connection, switch_on
from tests.conftest import NOW
from tests.contacts.factories import default_folder
from tests.sync.ga4_server import MEASUREMENT_ID, SECRET
from tests.sync.mailchimp_server import KEY, LIST


def a_view(owner: User, name: str = "Newsletter", /, **filters: list[str]) -> SavedView:
    """A saved view of contacts; by default those who have an e-mail address."""
    query = {"filters": filters or {"has_email": ["yes"]}}
    return SavedView.objects.create(
        list_key=CONTACTS, owner=owner, name=name, is_shared=True, query=query, created_at=NOW
    )


def an_audience(owner: User, *, view: SavedView | None = None, on: bool = True, **fields: Any) -> Connection:
    view = view or a_view(owner)
    values = {"fields": {"first_name": "FNAME", "last_name": "LNAME"}, "audience": LIST, "choice": f"view:{view.pk}"}
    options = MailchimpOptions(**values | fields)
    return _made(owner, ConnectionInput(name="Newsletter", secret=KEY, options=options), on)


def an_analytics(owner: User, *, on: bool = True, **fields: Any) -> Connection:
    values = {"events": ("contact_made",), "measurement_id": MEASUREMENT_ID} | fields
    return _made(owner, ConnectionInput(name="Website", secret=SECRET, options=AnalyticsOptions(**values)), on)


def a_contact(actor: User, first: str, address: str, *, folder: Folder | None = None, now: datetime = NOW) -> Entity:
    """By the service, so that its facts are told."""
    folder = folder or default_folder()
    emails = [EmailInput(address=address)] if address else []
    data = EntityInput(first_name=first, last_name="Koval", folder_id=folder.pk, emails=emails)
    return create_entity(actor=actor, data=data, now=now)


def elsewhere(act: Callable[[], Any]) -> None:
    """In the thread of a server, whose connection to the database nobody else closes."""
    try:
        act()
    finally:
        database.close()


def _made(owner: User, data: ConnectionInput, on: bool) -> Connection:
    made = make_connection(actor=owner, data=data, now=NOW)
    if on:
        switch_on(actor=owner, connection=made, now=NOW)
    forget_now()
    made.refresh_from_db()
    return made
