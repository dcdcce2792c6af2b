"""The demo company's journeys: people in every stage, with times that say something."""

from __future__ import annotations

import pytest

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.core import clock
from apps.crm.demo.journeys import load_journeys
from apps.crm.models import JourneyStep, Pipeline
from apps.crm.selectors.boards import BoardFilter, board_of
from tests.conftest import make_user
from tests.contacts.factories import default_folder

pytestmark = pytest.mark.django_db


def test_the_demo_has_people_in_every_stage_and_is_loaded_once():
    now = clock.now()
    sales = make_user("sales@demo.rapport.example", "Anna Brandt", "sales")
    folder = default_folder()
    Entity.objects.bulk_create(
        Entity(
            kind="person",
            display_name=f"P{n}",
            sort_name=f"p{n}",
            name_key=f"p{n}",
            folder=folder,
            source="import",
            created_at=now,
            modified_at=now,
        )
        for n in range(560)
    )
    assert load_journeys(now=now) == 560
    assert load_journeys(now=now) == 0
    user = User.objects.get(pk=sales.pk)
    for pipeline in Pipeline.objects.filter(purpose="journey"):
        board = board_of(user, pipeline, BoardFilter(), now=now)
        assert all(column.number for column in board.columns)
        stuck = any(card.is_stuck for column in board.columns for card in column.cards)
        assert stuck or pipeline.name != "Lead"  # the newest fifty customers have time
    assert not JourneyStep.objects.filter(entered_at__gt=now).exists()
