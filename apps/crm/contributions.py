"""What customers, dealers and orders add to the frame and to the lower floors."""

from __future__ import annotations

from apps.crm import (
    claim_contributions,
    content_contributions,
    dealer_report_contributions,
    document_contributions,
    feed_contributions,
    follow_up_contributions,
    history_contributions,
    journey_contributions,
    journey_report_contributions,
    live_contributions,
    opportunity_contributions,
    order_contributions,
    people_contributions,
    report_contributions,
    rule_contributions,
    sequence_contributions,
    sheet_contributions,
    team_contributions,
)


def register() -> None:
    """Called once, when the app is ready."""
    order_contributions.register()
    history_contributions.register()
    journey_contributions.register()
    claim_contributions.register()
    content_contributions.register()
    document_contributions.register()
    sheet_contributions.register()
    people_contributions.register()
    live_contributions.register()
    feed_contributions.register()
    team_contributions.register()
    opportunity_contributions.register()
    rule_contributions.register()
    report_contributions.register()
    dealer_report_contributions.register()
    journey_report_contributions.register()
    sequence_contributions.register()
    follow_up_contributions.register()
