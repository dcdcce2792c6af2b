"""All cases of the matrix, each part of the house in a room of its own."""

from tests.access import (
    chat_cases,
    crm_claims_cases,
    crm_feed_cases,
    crm_journeys_cases,
    crm_opportunities_cases,
    crm_orders_cases,
    crm_rules_cases,
    crm_teams_cases,
    house_cases,
    mail_cases,
    project_cases,
    report_cases,
    sync_cases,
)
from tests.access.matrix import API_ROLES, CASES, IN, ROLES, Case, Outcome

__all__ = [
    "API_ROLES",
    "CASES",
    "IN",
    "ROLES",
    "Case",
    "Outcome",
    "chat_cases",
    "crm_claims_cases",
    "crm_feed_cases",
    "crm_journeys_cases",
    "crm_opportunities_cases",
    "crm_orders_cases",
    "crm_rules_cases",
    "crm_teams_cases",
    "house_cases",
    "mail_cases",
    "project_cases",
    "report_cases",
    "sync_cases",
]
