"""The demo has a truck on its way to its dealer, today."""

from __future__ import annotations

import pytest

from apps.crm.demo.delivery_day import DEALER, drive_today
from apps.crm.selectors.delivery_days import near_days
from tests.conftest import make_user
from tests.crm.factories import NOW, a_construction, a_dealer, an_order, into_portal

pytestmark = pytest.mark.django_db


def test_the_demos_dealer_has_a_delivery_today_once():
    user = make_user(DEALER, "Taras", "dealer")
    firms = [a_dealer(name) for name in ("One", "Two", "Three", "Four")]
    for firm in firms:
        a_construction(an_order(firm, f"A-{firm.pk}"))
    into_portal(user, firms[3])

    assert drive_today(now=NOW) is not None
    assert drive_today(now=NOW) is None
    (day,) = near_days(user=user, now=NOW)
    assert (day.days_left, day.before, day.done_before) == (0, 2, 1)
