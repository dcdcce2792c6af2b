"""What tests of campaigns begin with: people with addresses, a segment, a draft that could leave."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.contacts.models import Entity
from apps.crm.models import Campaign, Segment
from apps.crm.services.campaigns.writing import CampaignInput, make_campaign
from apps.crm.services.segments import save_segment
from tests.contacts.factories import EmailAddressFactory, PersonFactory, UnitFactory
from tests.crm.factories import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BODY = '<p>Dear {{ contact.first_name }}, see <a href="https://vikna.example/oak?a=1&amp;b=2">our oak</a>.</p>'


def person(name: str, address: str | None = None, **fields: Any) -> Entity:
    """Somebody of Lviv, whose address is made of the name unless one is given ("" for none)."""
    address = f"{name.lower()}@example.com" if address is None else address
    made = PersonFactory(first_name=name, city="Lviv", primary_email=address, **fields)
    if address:
        EmailAddressFactory(unit=UnitFactory(entity=made), address=address)
    return made


def segment_of(actor: Any, **fields: Any) -> Segment:
    values = {"name": "Lviv", "tab": "all", "query": {"filters": {"city": ["Lviv"]}}, "is_shared": True, "now": NOW}
    return save_segment(actor=actor, **{**values, **fields})


def draft(actor: Any, segment: Segment | None = None, **fields: Any) -> Campaign:
    values: dict[str, Any] = {"name": "Oak week", "subject": "Oak for {{ contact.first_name }}", "body": BODY}
    values |= {"segment": segment or segment_of(actor), "language": "en", **fields}
    return make_campaign(actor=actor, data=CampaignInput(**values), now=NOW)
