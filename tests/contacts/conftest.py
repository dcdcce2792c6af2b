"""What many tests of contacts begin with."""

from __future__ import annotations

import pytest

from apps.contacts.models import RelationshipType


@pytest.fixture
def works_for(db) -> RelationshipType:
    return RelationshipType.objects.get(key="works_for")
