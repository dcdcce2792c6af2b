"""Names that reading and writing share: our own properties, phone kinds, labels."""

from __future__ import annotations

import re
from urllib.parse import unquote

UNIT = "X-RAPPORT-UNIT"  # JSON of what ADR can't say of a unit
FIELD = "X-RAPPORT-FIELD"  # JSON: {"key": ..., "value": ...}, a custom field
EXTRA = "X-RAPPORT"  # parameter: JSON of what the property's own words can't say
ORGANISATION_FIELDS = {
    "X-RAPPORT-LEGAL-NAME": "legal_name",
    "X-RAPPORT-REGISTRATION-NUMBER": "registration_number",
    "X-RAPPORT-VAT-NUMBER": "vat_number",
    "X-RAPPORT-INDUSTRY": "industry",
    "X-RAPPORT-ORGANISATION-TYPE": "organisation_type",
}

PHONE_TYPES = {
    "work": ("work",),
    "mobile": ("cell",),
    "home": ("home",),
    "fax": ("fax",),
    "work_fax": ("work", "fax"),
    "home_fax": ("home", "fax"),
    "pager": ("pager",),
    "main": ("main",),
    "other": ("other",),
}
MOBILE = frozenset(("cell", "mobile", "iphone", "cellular"))
MAIN = frozenset(("main", "main-number"))
PLAIN_LABELS = frozenset(("home", "work", "other", "school", "mobile"))  # written as TYPE, not as X-ABLabel
_SILENT = frozenset(("internet", "voice", "msg", "pref", "x400", "text", ""))
_APPLE = re.compile(r"_\$!<(.*)>!\$_", re.DOTALL)


def apple_label(label: str) -> tuple[str, bool]:
    """The words of an X-ABLabel, and whether it is one of Apple's own (`_$!<Home>!$_`), then in lower case."""
    match = _APPLE.fullmatch(label.strip())
    return (match[1].lower(), True) if match else (label.strip(), False)


def custom_type(types: tuple[str, ...]) -> str:
    """The first of the types that says something in words: `home`, `school`, `x-mobil` (as "mobil").

    Android writes blanks and letters of other scripts as in addresses: `x-work%20mobile`.
    """
    return next((unquote(word.removeprefix("x-")) for word in types if word not in _SILENT), "")


def phone_kind(types: tuple[str, ...]) -> tuple[str, str]:
    """Kind and, for a type that no kind stands for, label of a phone with these types."""
    known = frozenset(types)
    place = "work" if "work" in known else "home" if "home" in known else ""
    if "fax" in known or "facsimile" in known:
        return (f"{place}_fax" if place else "fax"), ""
    if known & MOBILE:
        return "mobile", ""
    if "pager" in known or "beeper" in known:
        return "pager", ""
    if known & MAIN:
        return "main", ""
    if place:
        return place, ""
    return ("other", "") if "other" in known else ("", custom_type(types))
