"""What was changed about a contact, from its changes: who, when, which fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.contacts.models import Entity
from apps.core.contributions import verbs
from apps.core.models import Change, Operation

EVENTS = 100
# Bookkeeping that says nothing to a reader.
_SILENT = frozenset(
    {"id", "version", "modified_at", "modified_by", "sort_name", "name_key", "search_text", "is_restricted", "position"}
    | {"e164", "digits", "digits_reversed", "primary_email", "primary_phone"}
)
# The fields that are called otherwise on the page than in the database, or that are spelt out for translation.
_TITLES = {
    "address": gettext_lazy("Address"),
    "anniversary": gettext_lazy("Anniversary"),
    "attributes": gettext_lazy("Own fields"),
    "birthday": gettext_lazy("Birthday"),
    "categories": gettext_lazy("Categories"),
    "city": gettext_lazy("City"),
    "country": gettext_lazy("Country"),
    "country_name": gettext_lazy("Country"),
    "department": gettext_lazy("Department"),
    "description": gettext_lazy("Description"),
    "display_name": gettext_lazy("Name"),
    "extension": gettext_lazy("Extension"),
    "first_name": gettext_lazy("First name"),
    "folder": gettext_lazy("Folder"),
    "house_number": gettext_lazy("House number"),
    "industry": gettext_lazy("Industry"),
    "is_primary": gettext_lazy("Main"),
    "job_title": gettext_lazy("Job title"),
    "kind": gettext_lazy("Kind"),
    "label": gettext_lazy("Label"),
    "language": gettext_lazy("Language"),
    "last_name": gettext_lazy("Last name"),
    "legal_name": gettext_lazy("Legal name"),
    "middle_name": gettext_lazy("Middle name"),
    "name": gettext_lazy("Name"),
    "nickname": gettext_lazy("Nickname"),
    "notes": gettext_lazy("Notes"),
    "organisation": gettext_lazy("Organisation"),
    "organisation_type": gettext_lazy("Type"),
    "owner": gettext_lazy("Owner"),
    "parent": gettext_lazy("Part of"),
    "password": gettext_lazy("Password"),
    "photo": gettext_lazy("Photo"),
    "plain_text_only": gettext_lazy("Plain text only"),
    "po_box": gettext_lazy("P. O. box"),
    "postcode": gettext_lazy("Postcode"),
    "prefix": gettext_lazy("Prefix"),
    "primary_email": gettext_lazy("E-mail address"),
    "primary_phone": gettext_lazy("Phone number"),
    "public_key": gettext_lazy("Public key"),
    "raw": gettext_lazy("Phone number"),
    "region": gettext_lazy("Region"),
    "registration_number": gettext_lazy("Registration number"),
    "role": gettext_lazy("Role"),
    "street": gettext_lazy("Street"),
    "street2": gettext_lazy("Address, second line"),
    "suffix": gettext_lazy("Suffix"),
    "time_zone": gettext_lazy("Time zone"),
    "trashed_at": gettext_lazy("In the trash"),
    "unit": gettext_lazy("Place or department"),
    "url": gettext_lazy("Web address"),
    "username": gettext_lazy("Login name"),
    "valid_from": gettext_lazy("From"),
    "valid_to": gettext_lazy("Until"),
    "vat_number": gettext_lazy("VAT number"),
}


def field_title(name: str) -> Any:
    """What a field of a contact, or of what belongs to it, is called on pages."""
    return _TITLES.get(name) or name.replace("_", " ")


def is_bookkeeping(name: str) -> bool:
    """Whether a field follows from others, or says nothing to a reader."""
    return name in _SILENT


@dataclass(frozen=True, slots=True)
class Event:
    title: str
    fields: str
    actor: str
    at: datetime


def events_of(entity: Entity) -> list[Event]:
    """The latest operations that touched the contact, newest first; two queries."""
    changes = list(
        # Other apps' aggregates bear keys of their own as subjects.
        Change.objects.filter(subject_id=entity.pk, record_type__startswith="contacts.")
        .order_by("-changed_at", "-id")
        .values_list("operation_id", "kind", "diff", "changed_at")[: EVENTS * 5]
    )
    operations = {
        operation.pk: operation
        for operation in Operation.objects.filter(pk__in={row[0] for row in changes}).select_related("actor")
    }
    touched: dict[int, set[str]] = {}
    moments: dict[int, datetime] = {}
    for operation_id, kind, diff, changed_at in changes:
        moments.setdefault(operation_id, changed_at)
        names = touched.setdefault(operation_id, set())
        if kind == Change.Kind.UPDATED:
            names.update(diff.keys() - _SILENT)
    events = []
    for operation_id, names in list(touched.items())[:EVENTS]:
        operation = operations.get(operation_id)
        title = verbs.get(operation.verb) if operation else None
        events.append(
            Event(
                title=str(title or _("Changed")),
                fields=", ".join(sorted({str(field_title(name)) for name in names})),
                actor=str(operation.actor) if operation and operation.actor else "",
                at=moments[operation_id],
            )
        )
    return events
