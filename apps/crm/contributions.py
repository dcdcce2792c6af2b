"""What customers, dealers and orders add to the frame and to the lower floors."""

from __future__ import annotations

from apps.crm import (
    analytics_contributions,
    campaign_contributions,
    claim_contributions,
    content_contributions,
    dealer_report_contributions,
    document_contributions,
    feed_contributions,
    follow_up_contributions,
    hand_over_report_contributions,
    history_contributions,
    home_contributions,
    journey_contributions,
    journey_report_contributions,
    live_contributions,
    mailing_contributions,
    opportunity_contributions,
    opportunity_report_contributions,
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
    hand_over_report_contributions.register()
    dealer_report_contributions.register()
    journey_report_contributions.register()
    opportunity_report_contributions.register()
    sequence_contributions.register()
    mailing_contributions.register()
    campaign_contributions.register()
    home_contributions.register()
    analytics_contributions.register()
    follow_up_contributions.register()
