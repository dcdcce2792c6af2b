"""Numbers as their reader wants to see and dial them."""

from __future__ import annotations

import pytest

from apps.accounts.models import Preferences
from apps.contacts.phones import dial_address, show_number


@pytest.mark.parametrize(
    ("number", "preferences", "shown"),
    [
        ("+380441234567", Preferences(country="UA"), "044 123 4567"),
        ("+380441234567", Preferences(country="DE"), "+380 44 123 4567"),
        ("+380441234567", Preferences(phone_pattern="+00 (00) 0000-0000"), "+38 (04) 4123-4567"),
        ("+49301234567", Preferences(phone_pattern="+00 (00) 0000-0000"), "+49 (30) 1234-567"),
        ("ask for Olena", Preferences(), "ask for Olena"),
        ("112", Preferences(country="UA"), "112"),
    ],
)
def test_a_number_is_shown_in_the_readers_way(number, preferences, shown):
    assert show_number(number, preferences) == shown


@pytest.mark.parametrize(
    ("number", "preferences", "address"),
    [
        ("+380441234567", Preferences(country="UA"), "tel:+380441234567"),
        ("+380441234567", Preferences(country="UA", dialing_prefix="9"), "tel:90441234567"),
        ("+380441234567", Preferences(country="DE", dialing_prefix="0"), "tel:000380441234567"),
        ("+380441234567", Preferences(country="US", dialing_prefix="9"), "tel:9011380441234567"),
        ("(044) 123-45-67", Preferences(), "tel:0441234567"),
    ],
)
def test_a_number_is_dialled_with_the_readers_prefix(number, preferences, address):
    assert dial_address(number, preferences) == address


def test_an_extension_is_dialled_after_a_pause():
    assert dial_address("+380441234567", Preferences(), extension="12") == "tel:+380441234567,12"
    assert show_number("+380441234567", Preferences(country="UA"), extension="12") == "044 123 4567 #12"
