"""Is a mapping one? Asked where an administrator writes it, so that nonsense is refused at the field. Pure."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from apps.crm.feed.records import RECORD_TYPES
from apps.sync.mapping import UNITS, shown


def check_mapping(mapping: Any) -> list[str]:
    """What is wrong with a mapping, in words that name the place; an empty one is right: records are ours already."""
    if mapping == {}:
        return []
    if not isinstance(mapping, dict):
        return ["A mapping is an object."]
    found = [f"There is no place for {name!r}." for name in mapping.keys() - {"type", "records"}]
    rule = mapping.get("type")
    if not (isinstance(rule, str) and rule) and rule != {"table": True}:
        found.append('type: name the field that says what kind of record it is, or write {"table": true}.')
    records = mapping.get("records")
    if not isinstance(records, dict) or not records:
        return [*found, "records: say at least for one kind of record what becomes of it."]
    for kind, entry in records.items():
        found += [f"records.{kind}{each}" for each in _check_entry(entry)]
    return found


def _check_entry(entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return [": this is an object."]
    if entry.get("skip") is True and len(entry) == 1:
        return []
    found = [f": there is no place for {name!r}." for name in entry.keys() - {"to", "fields"}]
    target = RECORD_TYPES.get(str(entry.get("to")))
    if target is None:
        return [*found, f".to: {entry.get('to')!r} is none of {', '.join(RECORD_TYPES)}."]
    fields = entry.get("fields")
    if not isinstance(fields, dict):
        return [*found, ".fields: this is an object."]
    found += [
        f".fields: {entry['to']} has no field {name!r}." for name in fields if name not in target.__struct_fields__
    ]
    required = [each.name for each in msgspec.structs.fields(target) if each.required]
    found += [f".fields: {name!r} is missing." for name in required if name not in fields]
    for name, rule in fields.items():
        found += [f".fields.{name}{each}" for each in _check_rule(rule)]
    return found


def _check_rule(rule: Any) -> list[str]:
    if isinstance(rule, str):
        return [] if rule else [": name a field."]
    if not isinstance(rule, dict):
        return [": this is the name of a field, or an object."]
    for alone, kind in (("value", object), ("list", list), ("scheme", str)):
        if alone in rule:
            extra = [f": beside {alone!r} there is no place for {name!r}." for name in rule.keys() - {alone}]
            return extra or ([] if isinstance(rule[alone], kind) and rule[alone] != [] else [f".{alone}: not this."])
    found = [f": there is no place for {name!r}." for name in rule.keys() - _STEPS.keys()]
    if not isinstance(rule.get("from"), str) or not rule["from"]:
        found.append(".from: name a field.")
    for name, is_right in _STEPS.items():
        if name in rule and not is_right(rule[name]):
            found.append(f".{name}: {shown(rule[name])} can't stand here.")
    if isinstance(rule.get("each"), dict):
        found += [f".each.{name}{each}" for name, inner in rule["each"].items() for each in _check_rule(inner)]
    return found


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, str) and Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_zone(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(ZoneInfo(value))
    except (KeyError, ValueError, OSError):
        return False


_STEPS: dict[str, Any] = {
    "from": lambda value: isinstance(value, str),
    "default": lambda value: not isinstance(value, dict),
    "words": lambda value: isinstance(value, dict) and bool(value),
    "strip_prefix": lambda value: isinstance(value, str),
    "prefix": lambda value: isinstance(value, str),
    "factor": _is_number,
    "format": lambda value: isinstance(value, str) and "%" in value,
    "zone": _is_zone,
    "unit": lambda value: value in UNITS,
    "micros": lambda value: isinstance(value, bool),
    "each": lambda value: isinstance(value, dict) and bool(value),
}
