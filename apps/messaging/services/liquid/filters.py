"""What may stand after a bar: `{{ order.total | money: order.currency }}`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from django.utils.timezone import localtime
from liquid.builtin.filters.misc import default
from liquid.builtin.filters.string import capitalize, downcase, escape, newline_to_br, strip, truncate, upcase
from liquid.exceptions import FilterValueError
from liquid.filter import with_context
from liquid.undefined import is_undefined

if TYPE_CHECKING:
    from liquid import RenderContext

_MOST_JOINED = 100_000
_STYLES = frozenset({"short", "medium", "long", "full"})
_LONGEST_NUMBER = 40


def locale_of(language: str) -> Locale:
    """Babel's locale of a Django language; the house writes English as Europe does, as its pages do."""
    try:
        found = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        found = Locale("en")
    return Locale("en", "GB") if str(found) == "en" else found


def shown(value: Any, language: str, style: str = "long") -> str:
    """A day, time or moment in words: "short", "medium", "long", or "full" with the weekday; "time" of a moment."""
    locale = locale_of(language)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = localtime(value)
    if isinstance(value, time) or (isinstance(value, datetime) and style == "time"):
        return format_time(value.time() if isinstance(value, datetime) else value, "short", locale=locale)
    return format_date(value, style if style in _STYLES else "long", locale=locale)


@with_context
def day(value: Any, style: str = "long", *, context: RenderContext) -> Any:
    """Days also as a call of another module writes them, "2026-11-28"; what is no day stays as it is."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return value
    known = isinstance(value, date | time)
    return shown(value, _language(context), str(style)) if known else value


@with_context
def money(value: Any, currency: Any = "", *, context: RenderContext) -> Any:
    """An amount with its ISO 4217 currency, else with two digits."""
    amount = _decimal(value)
    if amount is None:
        return value
    code = "" if is_undefined(currency) else str(currency)
    locale = locale_of(_language(context))
    if len(code) == 3 and code.isascii() and code.isalpha():
        return format_currency(amount, code.upper(), locale=locale)
    return format_decimal(amount, "#,##0.00", locale=locale)


@with_context
def number(value: Any, *, context: RenderContext) -> Any:
    amount = _decimal(value)
    return value if amount is None else format_decimal(amount, locale=locale_of(_language(context)))


def join(value: Any, separator: Any = ", ") -> Any:
    """The items of a list in a row."""
    if not isinstance(value, list):
        return value
    words, between = [str(each) for each in value], str(separator)
    if sum(map(len, words)) + len(between) * len(words) > _MOST_JOINED:
        raise FilterValueError("too long a list", token=None)
    return between.join(words)


def size(value: Any) -> int:
    return len(value) if isinstance(value, str | list | dict) else 0


def _language(context: RenderContext) -> str:
    return str(getattr(context, "language", "en"))


def _decimal(value: Any) -> Decimal | None:
    if is_undefined(value) or isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    text = str(value).strip()
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    # An exponent may ask for a million zeros.
    return amount if amount.is_finite() and abs(amount.adjusted()) < _LONGEST_NUMBER else None


FILTERS: dict[str, Callable[..., Any]] = {
    "default": default,
    "upcase": upcase,
    "downcase": downcase,
    "capitalize": capitalize,
    "strip": strip,
    "escape": escape,
    "truncate": truncate,
    "newline_to_br": newline_to_br,
    "date": day,
    "money": money,
    "number": number,
    "join": join,
    "size": size,
}
