"""What the page of an opportunity shows, and what a contact's page shows of its opportunities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from apps.activities.selectors.kind_fields import ShownValue, shown_of
from apps.contacts.models import Entity
from apps.contacts.selectors.fields import definitions_for
from apps.crm.models import Opportunity, OpportunityContact, OpportunityStep
from apps.crm.permissions.opportunities import manages_opportunity

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_OF_CONTACT = 20
MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class OpportunityPage:
    """`hidden` counts contacts that the reader doesn't see."""

    may_change: bool
    is_late: bool
    contacts: list[OpportunityContact]
    hidden: int
    steps: list[OpportunityStep]
    own_fields: list[ShownValue]


@dataclass(frozen=True, slots=True)
class ContactOpportunity:
    opportunity: Opportunity
    is_late: bool


def opportunity_page(user: User, opportunity: Opportunity, *, on: date) -> OpportunityPage:
    links = OpportunityContact.objects.filter(opportunity=opportunity)
    seen = list(
        links.filter(entity__in=Entity.objects.visible_to(user).live())
        .select_related("entity")
        .order_by("-is_primary", "pk")
    )
    steps = OpportunityStep.objects.filter(opportunity=opportunity).select_related("stage", "moved_by")
    return OpportunityPage(
        may_change=manages_opportunity(user, opportunity, on=on),
        is_late=is_late(opportunity, on=on),
        contacts=seen,
        hidden=links.count() - len(seen),
        steps=list(steps.order_by("-entered_at", "-pk")[:MOST_STEPS]),
        own_fields=shown_of(definitions_for("opportunity"), opportunity.attributes) if opportunity.attributes else [],
    )


def of_contact(user: User, entity: Entity, *, on: date) -> list[ContactOpportunity]:
    """Open ones first, then the latest of those that are closed."""
    links = OpportunityContact.objects.filter(entity=entity)
    found = Opportunity.objects.visible_to(user).live().filter(pk__in=links.values("opportunity"))
    # Descending, what has no end comes first.
    rows = found.select_related("stage", "owner", "team").order_by("-closed_at", "-changed_at", "-pk")
    return [ContactOpportunity(row, is_late(row, on=on)) for row in rows[:MOST_OF_CONTACT]]


def is_late(opportunity: Opportunity, *, on: date) -> bool:
    """Open still though its day is over."""
    expected = opportunity.expected_on
    return opportunity.closed_at is None and expected is not None and expected < on


def needing_care(user: User, *, on: date) -> int:
    """How many of the user's own open ones are past their day."""
    return Opportunity.objects.live().open().filter(owner=user, expected_on__lt=on).count()
