"""Own fields of the kinds that administrators make, and the values that entries bear in `facts["fields"]` by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.accounts.formatting import date_text
from apps.accounts.preferences import current_preferences
from apps.contacts.models import FieldDefinition
from apps.contacts.phones import dial_address, show_number
from apps.contacts.selectors.fields import definitions_for
from apps.contacts.values import show_value

if TYPE_CHECKING:
    from apps.activities.models import Activity

FIELDS = "fields"  # where an entry's facts bear them
TARGETS = "activity:"
Type = FieldDefinition.Type


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One value as its reader sees it; `href` is where it leads: a web address, a mail, a call."""

    label: str
    text: str
    href: str


def target_of(kind: str) -> str:
    """The target of the fields of the kind with this key (FieldDefinition.target)."""
    return f"{TARGETS}{kind}"


def fields_of_kind(kind: str) -> list[FieldDefinition]:
    """The fields in use of a kind, in their order; kept, and not to be changed."""
    return definitions_for(target_of(kind))


def values_of(activity: Activity) -> dict[str, Any]:
    """What an entry's own fields hold, by key; those of retired fields too."""
    values: dict[str, Any] = activity.facts.get(FIELDS) or {}
    return values


def shown_values(activity: Activity) -> list[ShownValue]:
    """The filled fields of an entry in their order; those retired are shown nowhere. Asks the database nothing."""
    values = values_of(activity)
    return shown_of(fields_of_kind(activity.kind), values) if values else []


def shown_of(definitions: Iterable[FieldDefinition], values: Mapping[str, Any]) -> list[ShownValue]:
    """The filled ones among these fields, of whatever record; `definitions` bear their choices."""
    return [
        ShownValue(each.label, _text(each, values[each.key]), _href(each, values[each.key]))
        for each in definitions
        if values.get(each.key) is not None
    ]


def value_changes(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Which own fields differ between two facts of an entry: key, label, and both values as text."""
    old, new = before.get(FIELDS) or {}, after.get(FIELDS) or {}
    known = {each.key: each for each in fields_of_kind(kind)}
    found = []
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            texts = (_text_of(known.get(key), values.get(key)) for values in (old, new))
            found.append((key, known[key].label if key in known else key, *texts))
    return found


def _text_of(definition: FieldDefinition | None, value: Any) -> str:
    if value is None:
        return ""
    return _text(definition, value) if definition else str(value)


def _text(definition: FieldDefinition, value: Any) -> str:
    match definition.field_type:
        case Type.DATE:
            return date_text(current_preferences(), date.fromisoformat(value))
        case Type.YES_NO:
            return _("yes") if value else _("no")
        case Type.PHONE:
            return show_number(value, current_preferences())
    return show_value(definition, value, choices=definition.choices.all())


def _href(definition: FieldDefinition, value: Any) -> str:
    match definition.field_type:
        case Type.URL:
            return str(value)
        case Type.EMAIL:
            return f"mailto:{value}"
        case Type.PHONE:
            return dial_address(value, current_preferences())
    return ""
