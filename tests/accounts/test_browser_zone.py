"""The device's time zone holds for whoever chose none, and says whose numbers are meant."""

from __future__ import annotations

import pytest

from apps.accounts.models import Preferences
from apps.accounts.preferences import country_of, reading_as, zone_of


@pytest.mark.parametrize(
    ("zone", "preferences", "expected_zone", "country"),
    [
        ("Europe/Berlin", Preferences(), "Europe/Berlin", "DE"),
        ("Europe/Berlin", Preferences(time_zone="America/New_York"), "America/New_York", "US"),
        ("Europe/Berlin", Preferences(country="PL"), "Europe/Berlin", "PL"),
        ("UTC", Preferences(), "UTC", "UA"),
        ("../../etc/passwd", Preferences(), "Europe/Kyiv", "UA"),
        ("", Preferences(), "Europe/Kyiv", "UA"),
    ],
)
def test_zone_and_country_of_a_reader(zone, preferences, expected_zone, country):
    with reading_as(None, zone=zone):
        assert zone_of(preferences).key == expected_zone
        assert country_of(preferences) == country
