"""Values of custom fields: what a person or a file says, made into what is kept in JSON; and back to text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _

from apps.contacts.models import FieldDefinition
from apps.contacts.words import parse_phone

Json = Any
Type = FieldDefinition.Type

_YES = frozenset({"yes", "y", "true", "1", "on", "так", "т", "да", "ja", "x", "✓"})
_NO = frozenset({"no", "n", "false", "0", "off", "ні", "н", "нет", "nein"})
_MONEY = re.compile(r"(?:([A-Za-z]{3})\s*)?([-+]?[\d\s.,'\u00a0\u202f]+?)(?:\s*([A-Za-z]{3}))?\Z")
_LIST = re.compile(r"[;,|\n]")
_TEXT_LENGTH, _LONG_LENGTH = 1000, 100_000


class Choice(Protocol):
    key: str
    label: str
    retired_at: datetime | None


def clean_value(
    definition: FieldDefinition,
    raw: object,
    *,
    choices: Iterable[Choice] = (),
    kept: Json = None,
    region: str = "",
    currency: str = "EUR",
) -> Json:
    """Return `raw` as it is kept for `definition`: JSON, or None for nothing; an entity is its id.

    `choices` are the field's; a retired one is good only where it is the value `kept` so far. `region` reads phone
    numbers, `currency` stands for amounts without one. Raises ValidationError with a sentence for people.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []:
        return None
    match definition.field_type:
        case Type.TEXT | Type.LONG_TEXT:
            return _text(raw, definition.field_type == Type.LONG_TEXT)
        case Type.NUMBER:
            return _number(raw)
        case Type.MONEY:
            return _money(raw, currency)
        case Type.DATE:
            return _day(raw)
        case Type.YES_NO:
            return _truth(raw)
        case Type.CHOICE:
            return _choice(raw, choices, {kept} if isinstance(kept, str) else set())
        case Type.MULTI_CHOICE:
            return _several(raw, choices, set(kept or ()))
        case Type.URL:
            return _url(raw)
        case Type.EMAIL:
            return _email(raw)
        case Type.PHONE:
            forms = parse_phone(str(raw).strip()[:200], region)
            return forms.e164 or _text(raw, False)
        case Type.ENTITY:
            return _entity(raw)
    raise ValidationError(_("This kind of field is not known."))


def show_value(definition: FieldDefinition, value: Json, *, choices: Iterable[Choice] = ()) -> str:
    """The kept value as text that `clean_value` reads again: for exports, search and plain views."""
    if value is None:
        return ""
    labels = {choice.key: choice.label for choice in choices}
    match definition.field_type:
        case Type.MONEY:
            return f"{value['amount']} {value['currency']}"
        case Type.YES_NO:
            return "yes" if value else "no"
        case Type.CHOICE:
            return labels.get(value, str(value))
        case Type.MULTI_CHOICE:
            return "; ".join(labels.get(key, key) for key in value)
        case _:
            return str(value)


def _text(raw: object, long: bool) -> str:
    text = str(raw).replace("\x00", "").strip()
    limit = _LONG_LENGTH if long else _TEXT_LENGTH
    if len(text) > limit:
        raise ValidationError(_("At most %(limit)s letters fit here.") % {"limit": limit})
    return text if long else " ".join(text.split())


def _decimal(text: str) -> Decimal:
    """Read 1,234.50, 1.234,50, 1 234,5 and 1234.5 alike: the last of two signs parts the cents."""
    bare = re.sub(r"[\s'\u00a0\u202f]", "", text)
    if "," in bare and "." in bare:
        thousands = "," if bare.rindex(".") > bare.rindex(",") else "."
        bare = bare.replace(thousands, "")
    if bare.count(",") > 1 or re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+", bare):
        bare = bare.replace(",", "")
    try:
        number = Decimal(bare.replace(",", "."))
    except InvalidOperation as error:
        raise ValidationError(_("“%(value)s” is not a number.") % {"value": text[:40]}) from error
    if not number.is_finite():
        raise ValidationError(_("“%(value)s” is not a number.") % {"value": text[:40]})
    return number


def _number(raw: object) -> int | float:
    if isinstance(raw, bool):
        raise ValidationError(_("“%(value)s” is not a number.") % {"value": raw})
    number = _decimal(str(raw))
    if number.adjusted() >= 15 or len(number.normalize().as_tuple().digits) > 15:
        raise ValidationError(_("A number has at most 15 digits."))
    return int(number) if number == number.to_integral_value() else float(number)


def _money(raw: object, currency: str) -> dict[str, str]:
    if isinstance(raw, dict):
        amount, unit = str(raw.get("amount", "")), str(raw.get("currency") or currency)
    else:
        found = _MONEY.match(
            str(raw).strip().replace("€", "EUR").replace("$", "USD").replace("₴", "UAH").replace("£", "GBP")
        )
        if found is None:
            raise ValidationError(_("“%(value)s” is not an amount.") % {"value": str(raw)[:40]})
        amount, unit = found[2], found[1] or found[3] or currency
    number = _decimal(amount)
    if number.adjusted() >= 15 or -int(number.as_tuple().exponent) > 4:
        raise ValidationError(_("An amount has at most 15 digits and 4 decimals."))
    if not re.fullmatch(r"[A-Za-z]{3}", unit):
        raise ValidationError(_("“%(value)s” is not a currency.") % {"value": unit[:10]})
    whole, _point, cents = format(number, "f").partition(".")
    return {"amount": f"{whole}.{cents.ljust(2, '0')}", "currency": unit.upper()}


def _day(raw: object) -> str:
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    text = str(raw).strip().split("T")[0]
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y%m%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise ValidationError(_("“%(value)s” is not a date.") % {"value": text[:40]})


def _truth(raw: object) -> bool:
    text = str(raw).strip().casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise ValidationError(_("“%(value)s” is neither yes nor no.") % {"value": text[:40]})


def _choice(raw: object, choices: Iterable[Choice], kept: set[str]) -> str:
    text = str(raw).strip()
    offered = [choice for choice in choices if choice.retired_at is None or choice.key in kept]
    for choice in offered:
        if text == choice.key:
            return choice.key
    for choice in offered:
        if text.casefold() in (choice.label.casefold(), choice.key.casefold()):
            return choice.key
    raise ValidationError(_("“%(value)s” is not among the choices.") % {"value": text[:40]})


def _several(raw: object, choices: Iterable[Choice], kept: set[str]) -> list[str] | None:
    parts: Sequence[object] = raw if isinstance(raw, list | tuple) else _LIST.split(str(raw))
    offered = list(choices)
    found = dict.fromkeys(_choice(part, offered, kept) for part in parts if str(part).strip())
    order = [choice.key for choice in offered]
    return sorted(found, key=order.index) or None


def _url(raw: object) -> str:
    text = str(raw).strip()
    if "://" not in text and not text.lower().startswith("mailto:"):
        text = f"https://{text}"
    URLValidator(schemes=["http", "https", "ftp", "sftp"], message=_("This is not a web address."))(text)
    return text


def _email(raw: object) -> str:
    text = str(raw).strip()
    EmailValidator(message=_("This is not an e-mail address."))(text)
    return text


def _entity(raw: object) -> int:
    try:
        return int(str(getattr(raw, "pk", raw)))
    except ValueError as error:
        raise ValidationError(_("Choose a contact.")) from error
