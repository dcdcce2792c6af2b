"""The demo has claims on its drawings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.crm.demo.claims import file_claims
from apps.crm.models import Claim, ClaimPart, OrderState, Stage
from tests.conftest import make_user
from tests.crm.factories import NOW, a_construction, a_dealer, an_order, into_portal
from tests.crm.schemes import a_scheme

pytestmark = pytest.mark.django_db


def test_delivered_windows_get_claims_some_of_them_decided(everyone_folder):
    owner = make_user("dealer@demo.rapport.example", "Taras", "dealer")
    make_user("claims@demo.rapport.example", "Oleh", "claims")
    firms = [a_dealer("Svitlo"), a_dealer("Promin")]
    into_portal(owner, firms[0])
    for number in range(8):
        order = an_order(firms[number % 2], f"A-{number}")
        a_construction(order, scheme=a_scheme("two"))
        delivered = NOW - timedelta(days=20 - number)
        OrderState.objects.filter(order=order).update(stage=Stage.DELIVERED, delivered_at=delivered)

    assert file_claims(now=NOW) == 8

    assert Claim.objects.filter(dealer=firms[0], author=owner).count() == 4
    assert ClaimPart.objects.count() == 8
    assert Claim.objects.filter(cause__isnull=False).count() == 6
    assert not Claim.objects.filter(made_at__gt=NOW).exists()


def test_without_anybody_to_decide_there_are_none(db):
    assert file_claims(now=NOW) == 0
