"""From a source's words to ours, by the mapping that an administrator wrote (docs/howto/sources.md). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from apps.sync.formats import Raw
from apps.sync.schemas import Misfit, load

TABLE = "__table"  # where the rows of databases bear the name of their table
UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


OUT: Final = object()  # the field is left out: ours keeps its default


class Skipped(Exception):
    """The mapping leaves records of this kind out."""


def to_ours(raw: Raw, mapping: Mapping[str, Any], table: str = "") -> dict[str, Any]:
    """A raw record as a dictionary of our words; `table` is what its file is named after.

    Raises Misfit with the field and its value, Skipped.
    """
    given = load(raw) if isinstance(raw, bytes) else raw
    if not isinstance(given, dict):
        raise Misfit(f"A record is an object, not {shown(given)}.")
    kind = str(given.get(TABLE, table)) if isinstance(mapping["type"], Mapping) else _kind(given, mapping["type"])
    entry = mapping["records"].get(kind)
    if entry is None:
        raise Misfit(f"{_type_name(mapping['type'])}: the mapping knows no records of the kind {shown(kind)}.")
    if entry.get("skip"):
        raise Skipped
    return {"type": entry["to"], **_fields(given, entry["fields"], "")}


def _kind(given: Mapping[str, Any], rule: str) -> str:
    missing, value = _at(given, rule)
    if missing:
        raise Misfit(f"{rule}: this field, which says what kind of record it is, is missing.")
    return str(value)


def _type_name(rule: Any) -> str:
    return "table" if isinstance(rule, Mapping) else str(rule)


def _fields(given: Mapping[str, Any], fields: Mapping[str, Any], place: str) -> dict[str, Any]:
    found = {}
    for name, rule in fields.items():
        value = _value(given, rule, f"{place}{name}")
        if value is not OUT:
            found[name] = value
    return found


def _value(given: Mapping[str, Any], rule: Any, place: str) -> Any:
    if isinstance(rule, str):
        rule = {"from": rule}
    if "value" in rule:
        return rule["value"]
    if "list" in rule:
        return _listed(given, rule, place)
    if "scheme" in rule:
        missing, value = _at(given, rule["scheme"])
        return OUT if missing or value is None else value
    missing, value = _at(given, rule["from"])
    if missing or value is None or (value == "" and "default" in rule):
        if "default" not in rule:
            raise Misfit(f"{place}: the field {rule['from']} is missing.")
        if rule["default"] is None:
            return OUT
        value = rule["default"]
    if "each" in rule:
        return _each(value, rule, place)
    return _shaped(value, rule, f"{place} (from {rule['from']})")


def _listed(given: Mapping[str, Any], rule: Mapping[str, Any], place: str) -> Any:
    found = [_at(given, path) for path in rule["list"]]
    if all(missing or value is None for missing, value in found):
        return OUT
    if path := next((path for path, (missing, _value) in zip(rule["list"], found, strict=True) if missing), None):
        raise Misfit(f"{place}: the field {path} is missing.")
    return [value for _missing, value in found]


def _each(value: Any, rule: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Misfit(f"{place} (from {rule['from']}): this is a list of objects, not {shown(value)}.")
    return [_fields(item, rule["each"], f"{place}[{number}].") for number, item in enumerate(value)]


def _shaped(value: Any, rule: Mapping[str, Any], place: str) -> Any:
    """The steps in the order that the handbook names."""
    if "words" in rule:
        word = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
        words = rule["words"]
        value = words.get(str(word), words.get("*", OUT)) if str(word) in words or "*" in words else OUT
        if value is OUT:
            raise Misfit(f"{place}: the mapping has no word for {shown(word)}.")
        if value is None:
            return OUT
    if "strip_prefix" in rule:
        value = str(value).removeprefix(rule["strip_prefix"])
    if "prefix" in rule:
        value = f"{rule['prefix']}{value}"
    if "factor" in rule:
        value = _times(value, rule["factor"], place)
    if "format" in rule:
        value = _parsed(value, rule["format"], place)
    if "zone" in rule:
        value = _zoned(value, rule["zone"], place)
    if "unit" in rule:
        value = _since_1970(value, rule["unit"], place)
    return _micros(value, place) if rule.get("micros") else value


def _times(value: Any, factor: str, place: str) -> str:
    try:
        product = Decimal(str(value).replace(",", ".").replace("\u00a0", "").replace(" ", "")) * Decimal(factor)
    except InvalidOperation as error:
        raise Misfit(f"{place}: {shown(value)} is no number.") from error
    if not product.is_finite() or abs(product.adjusted()) > 40:
        raise Misfit(f"{place}: {shown(value)} is no number that one can count with.")
    return f"{product.normalize():f}"


def _parsed(value: Any, pattern: str, place: str) -> date:
    """A day where the pattern has no hour, else a moment."""
    try:
        moment = datetime.strptime(str(value), pattern)  # noqa: DTZ007  its zone comes next
    except ValueError as error:
        raise Misfit(f"{place}: {shown(value)} isn't written as {pattern}.") from error
    return moment if "%H" in pattern or "%I" in pattern else moment.date()


def _zoned(value: Any, zone: str, place: str) -> datetime:
    moment = _moment(value, place)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _since_1970(value: Any, unit: str, place: str) -> datetime:
    try:
        micros = Decimal(str(value)) * 1_000_000 / UNITS[unit]
        return _EPOCH + timedelta(microseconds=int(micros))
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise Misfit(f"{place}: {shown(value)} is no count of {unit} since 1970.") from error


def _micros(value: Any, place: str) -> int:
    moment = _moment(value, place)
    if moment.tzinfo is None:
        raise Misfit(f"{place}: {shown(value)} bears no zone; the mapping may name one.")
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _moment(value: Any, place: str) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  its zone comes next
    try:
        return datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Misfit(f"{place}: {shown(value)} is no moment.") from error


def _at(given: Any, path: str) -> tuple[bool, Any]:
    """Is the path's end missing, and what stands there. A field whose own name has dots in it comes first."""
    if isinstance(given, Mapping) and path in given:
        return False, given[path]
    for step in path.split("."):
        if not isinstance(given, Mapping) or step not in given:
            return True, None
        given = given[step]
    return False, given


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:80] + "..."
