"""The action log's words: records, fields and values as people read them. Secrets are never among them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, ForeignKey, Model
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.formatting import exact_text
from apps.accounts.models import User
from apps.accounts.preferences import current_preferences
from apps.activities.models import Activity
from apps.activities.selectors.kind_fields import FIELDS, value_changes
from apps.contacts.models import Entity, Folder
from apps.contacts.selectors.events import field_title, is_bookkeeping
from apps.core.contributions import encrypted_columns, verbs

if TYPE_CHECKING:
    from apps.core.models import Change

_LONGEST = 500
HIDDEN = "•••"
_SECRET_NAMES = ("password", "secret", "token", "digest", "private")
CONTACTS = "contacts."
_HISTORY = "activities."
_SETTINGS = ("activities.activitykind", "activities.activitycategory", "activities.activitycategorypermission")
# Copies of what stands in the record itself, and what follows from its contacts.
_COPIES = {"activities.activity": frozenset({"facts", "audience", "readers", "verb"})}
_RECORDS = {
    "accounts.team": gettext_lazy("Team"),
    "accounts.user": gettext_lazy("User"),
    "activities.activity": gettext_lazy("History entry"),
    "activities.activityentity": gettext_lazy("Whom an entry is about"),
    "activities.attendee": gettext_lazy("Guest of a meeting"),
    "activities.call": gettext_lazy("Call"),
    "activities.meeting": gettext_lazy("Meeting"),
    "activities.series": gettext_lazy("Series of meetings"),
    "activities.task": gettext_lazy("Task"),
    "activities.taskassignee": gettext_lazy("Who has a task"),
    "activities.taskitem": gettext_lazy("Step of a checklist"),
    "contacts.attachment": gettext_lazy("File"),
    "contacts.category": gettext_lazy("Category"),
    "contacts.emailaddress": gettext_lazy("E-mail address"),
    "contacts.entity": gettext_lazy("Contact"),
    "contacts.entitycategory": gettext_lazy("Category of a contact"),
    "contacts.fielddefinition": gettext_lazy("Own field"),
    "contacts.folder": gettext_lazy("Folder"),
    "contacts.link": gettext_lazy("Link"),
    "contacts.participant": gettext_lazy("Participant"),
    "contacts.phonenumber": gettext_lazy("Phone number"),
    "contacts.relationship": gettext_lazy("Relationship"),
    "contacts.relationshiptype": gettext_lazy("Relationship type"),
    "contacts.unit": gettext_lazy("Place or department"),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    key: str
    title: str
    before: str
    after: str


def record_title(record_type: str) -> Any:
    return _RECORDS.get(record_type, record_type)


def verb_title(verb: str) -> Any:
    return verbs.get(verb) or verb.replace(".", " ").replace("_", " ")


def changes_in(change: Change, names: Names, *, kind: str = "") -> list[FieldChange]:
    """The fields of one change; of what is new or gone those that hold something. `kind` is that of its entry."""
    shown = _own_fields_in(change, kind) if change.record_type == "activities.activity" else []
    for key, pair in change.diff.items():
        before, after = pair
        if is_bookkeeping(key) or key in _COPIES.get(change.record_type, ()) or (before in _EMPTY and after in _EMPTY):
            continue
        if is_secret(change.record_type, key):
            old, new = (HIDDEN if value else "" for value in pair)
        else:
            old, new = (names.text(change.record_type, key, value) for value in pair)
        shown.append(FieldChange(key, str(field_title(key)), old, new))
    return shown


def _own_fields_in(change: Change, kind: str) -> list[FieldChange]:
    """The one thing among an entry's facts that is no copy."""
    before, after = change.diff.get("facts") or (None, None)
    return [FieldChange(f"{FIELDS}.{key}", *texts) for key, *texts in value_changes(kind, before or {}, after or {})]


def is_secret(record_type: str, key: str) -> bool:
    column = encrypted_columns.get(f"{record_type}.{key}")
    return column is not None or any(word in key.lower() for word in _SECRET_NAMES)


def contact_of(change: Change) -> int | None:
    """The contact that a change belongs to; subjects of other apps' records are records of theirs."""
    return change.subject_id if change.record_type.startswith(CONTACTS) else None


def entry_of(change: Change) -> int | None:
    """The entry of the history that a change is about; 0 where it can't be told, which nobody sees."""
    if not change.record_type.startswith(_HISTORY) or change.record_type in _SETTINGS:
        return None
    model = _model(change.record_type)
    if model is not None and _is_entry(model):
        return change.record_id
    return change.subject_id or 0


def _is_entry(model: Any) -> bool:
    """Activity itself, or the table of a kind, which shares the key of its entry."""
    if not isinstance(model, type) or not issubclass(model, Model):
        return False
    return model is Activity or model._meta.pk.related_model is Activity


@lru_cache(maxsize=256)
def _model(record_type: str) -> type[Model] | None:
    try:
        return apps.get_model(record_type)
    except (LookupError, ValueError):
        return None


_EMPTY: tuple[Any, ...] = (None, "", [], {}, False)


class Names:
    """What ids in changes stand for, as far as `user` sees it; one query for each kind of record."""

    def __init__(self, user: User, changes: Sequence[Change]) -> None:
        wanted: dict[type[Model], set[int]] = {User: set(), Folder: set(), Entity: set()}
        for change in changes:
            for key, pair in change.diff.items():
                model = _target(change.record_type, key)
                if model in wanted:
                    wanted[model].update(value for value in pair if isinstance(value, int))
        found: dict[type[Model], dict[int, str]] = {}
        if ids := wanted[User]:
            found[User] = {each.pk: str(each) for each in User.objects.filter(pk__in=ids)}
        if ids := wanted[Folder]:
            found[Folder] = dict(Folder.objects.filter(pk__in=ids).values_list("pk", "name"))
        if ids := wanted[Entity]:
            seen = Entity.objects.visible_to(user).filter(pk__in=ids).order_by()
            found[Entity] = dict(seen.values_list("pk", "display_name"))
        self._found = found

    def text(self, record_type: str, key: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        model = _target(record_type, key)
        if model is not None and isinstance(value, int):
            return self._found.get(model, {}).get(value) or f"№ {value}"
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(_column(record_type, key), DateTimeField):
            moment = parse_datetime(str(value))
            return exact_text(current_preferences(), moment) if moment else str(value)
        if isinstance(value, list | dict):
            return Truncator(json.dumps(value, ensure_ascii=False)).chars(_LONGEST)
        return Truncator(str(value)).chars(_LONGEST)


@lru_cache(maxsize=1024)
def _column(record_type: str, key: str) -> Any:
    """The column that a field of a change was; None for fields that there were once."""
    model = _model(record_type)
    try:
        return model._meta.get_field(key) if model else None
    except FieldDoesNotExist:
        return None


@lru_cache(maxsize=1024)
def _target(record_type: str, key: str) -> type[Model] | None:
    """The model that a field refers to; None for plain values and for fields that there were once."""
    column = _column(record_type, key)
    if isinstance(column, ForeignKey) and isinstance(column.related_model, type):
        target: type[Model] = column.related_model
        return target
    return None
