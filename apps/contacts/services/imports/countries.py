"""Countries as files write them: a code, or a name in one of many languages."""

from __future__ import annotations

from functools import cache, lru_cache

from django.utils import translation
from django_countries import countries

from apps.core.text import fold

_LANGUAGES = ("en", "uk", "ru", "de", "pl", "fr", "es", "it", "cs", "ro", "hu", "tr", "nl", "pt-br")
_OTHER = {
    "usa": "US", "united states": "US", "u.s.a.": "US", "america": "US", "uk": "GB", "england": "GB", "scotland": "GB",
    "great britain": "GB", "holland": "NL", "czech republic": "CZ", "russia": "RU", "moldova": "MD",
    "south korea": "KR",
    "turkey": "TR", "vietnam": "VN", "brd": "DE", "рф": "RU", "сша": "US", "великобритания": "GB",
}  # fmt: skip


@lru_cache(maxsize=4096)  # a file names few, and django-countries looks at the language each time
def country_code(text: str) -> str:
    """The ISO 3166 alpha-2 code of a country as written, or an empty text."""
    stripped = text.strip()
    if len(stripped) == 2 and stripped.upper() in countries.countries:
        return stripped.upper()
    return _by_name().get(fold(stripped), "")


@cache
def _by_name() -> dict[str, str]:
    names: dict[str, str] = dict(_OTHER)
    for code in countries.countries:
        names.setdefault(fold(countries.alpha3(code)), code)
    for language in _LANGUAGES:
        with translation.override(language):
            for code, name in countries.countries.items():
                names.setdefault(fold(str(name)), code)
    names.pop("", None)
    return names
