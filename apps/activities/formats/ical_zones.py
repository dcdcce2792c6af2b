"""Time zones of iCalendar files: IANA names, Windows names, and zones that the file itself describes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import structlog
from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

log = structlog.get_logger(__name__)

_CONTINENTS = ("Europe/", "America/", "Asia/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/")
_FIRST = (
    *("Europe/Kyiv", "Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago", "America/Los_Angeles"),
    *("Australia/Sydney", "Asia/Tokyo", "Asia/Yekaterinburg"),
)
# Names that Outlook and Exchange show people and at times write into files.
_PLACES = {
    "Eastern Time": "America/New_York",
    "Central Time": "America/Chicago",
    "Mountain Time": "America/Denver",
    "Pacific Time": "America/Los_Angeles",
    "Atlantic Time": "America/Halifax",
    "Alaska": "America/Anchorage",
    "Hawaii": "Pacific/Honolulu",
    "Arizona": "America/Phoenix",
    "Greenwich Mean Time": "Europe/London",
    "Coordinated Universal Time": "UTC",
    "tzone://Microsoft/Utc": "UTC",
}
_LARGEST = 20_000  # letters of a VTIMEZONE
# What a description that makes no sense is to the libraries that read it; whatever else goes wrong is our fault.
_SENSELESS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


class Zones:
    """Answers with an IANA zone for each TZID of one file; `here` is the zone of times that name none."""

    def __init__(self, here: str) -> None:
        self.here = here
        self._described: dict[str, tzinfo] = {}
        self._known: dict[tuple[str, int], str] = {}
        self._calendars: dict[str, Zones] = {}

    def within(self, name: str) -> Zones:
        """The same, where a calendar says for itself what times without a zone are (X-WR-TIMEZONE)."""
        if not name:
            return self
        if name not in self._calendars:
            zones = Zones(self.named(name, datetime(2026, 1, 1)))  # noqa: DTZ001  # a wall clock
            zones._described = self._described
            self._calendars[name] = zones
        return self._calendars[name]

    def describe(self, lines: Sequence[str]) -> None:
        """Take a VTIMEZONE of the file; one that can't be read is as if it weren't there."""
        text = "\r\n".join(lines)
        if len(text) > _LARGEST:
            return
        try:
            zone = Timezone.from_ical(text)
            self._described[str(zone["TZID"]).strip()] = zone.to_tz(lookup_tzid=False)  # type: ignore[attr-defined]  # it is a Timezone
        except _SENSELESS as error:
            log.info("ical.zone.unreadable", error=type(error).__name__)

    def named(self, tzid: str, moment: datetime) -> str:
        """The IANA name for a TZID around `moment` (naive); a zone that nobody knows is the reader's own."""
        key = (tzid, moment.year)
        if key not in self._known:
            self._known[key] = self._find(tzid.strip(), moment)
        return self._known[key]

    def _find(self, tzid: str, moment: datetime) -> str:
        plain = tzid.strip('"').removeprefix("/")
        for name in (plain, "/".join(plain.split("/")[-2:]), "/".join(plain.split("/")[-3:])):
            if found := _spelled().get(name.lower()):
                return found
        if windows := WINDOWS_TO_OLSON.get(plain):
            return str(windows)
        described = self._described.get(tzid) or self._described.get(plain)
        if described and (alike := _like(described, moment.year, self.here)):
            return alike
        return _by_city(plain) or _by_offset(plain, moment.year) or self.here


def _by_city(text: str) -> str:
    """ "(GMT+10:00) Canberra, Melbourne, Sydney", "(UTC-05:00) Eastern Time (US & Canada)" """
    place = re.sub(r"^\s*\([^)]*\)|\((?:US|Canada).*$", "", text).replace("\\", "").strip()
    if place in _PLACES:
        return _PLACES[place]
    cities = [each.strip() for each in place.split(",")]
    return next((_cities()[each] for each in cities if each in _cities()), "")


def _by_offset(text: str, year: int) -> str:
    """ "(UTC+05:30) somewhere", "GMT+0530", "UTC-3": without the changes of clocks, which nobody tells."""
    found = re.search(r"(?:GMT|UTC)\s?([+-])(\d{1,2}):?([0-5]\d)?(?!\d)", text, re.ASCII)
    if found is None:
        return ""
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0)) * (1 if found[1] == "+" else -1)
    fixed = "UTC" if not ahead else f"Etc/GMT{'-' if found[1] == '+' else '+'}{int(found[2])}"
    if not ahead % timedelta(hours=1):
        return fixed if fixed in available_timezones() else ""
    return next((name for name in _candidates() if set(_offsets(name, year)) == {ahead}), "")


@lru_cache(maxsize=1)
def _spelled() -> dict[str, str]:
    return {each.lower(): each for each in available_timezones()}


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    names = (each for each in sorted(available_timezones()) if each.startswith(_CONTINENTS))
    return {each.rpartition("/")[2].replace("_", " "): each for each in names}


def _like(described: tzinfo, year: int, here: str) -> str:
    """The IANA zone whose clocks agree over that year: the reader's own where it does, else the first; "" if none."""
    try:
        wanted = tuple(described.utcoffset(each) for each in _probes(year))
    except _SENSELESS as error:
        log.info("ical.zone.senseless", error=type(error).__name__)
        return ""
    for name in (here, *_candidates()):
        if _offsets(name, year) == wanted:
            return name
    return ""


def _probes(year: int) -> list[datetime]:
    return [datetime(year, 1, 1, 12) + timedelta(days=10 * n) for n in range(37)]  # noqa: DTZ001  # wall clocks


@lru_cache(maxsize=4096)
def _offsets(name: str, year: int) -> tuple[timedelta | None, ...]:
    zone = ZoneInfo(name)
    return tuple(each.replace(tzinfo=zone).utcoffset() for each in _probes(year))


@lru_cache(maxsize=1)
def _candidates() -> tuple[str, ...]:
    names = available_timezones()
    rest = sorted((each for each in names if each.startswith(_CONTINENTS)), key=lambda each: (_rank(each), each))
    fixed = sorted(each for each in names if each.startswith("Etc/GMT"))
    return tuple(dict.fromkeys([*_FIRST, *rest, "UTC", *fixed]))


def _rank(name: str) -> int:
    return next(n for n, each in enumerate(_CONTINENTS) if name.startswith(each))
