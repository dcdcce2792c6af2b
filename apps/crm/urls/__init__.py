"""Staff's pages on dealers, under /crm/."""

from django.urls import URLPattern

from apps.crm.urls import (
    assignment_rules,
    campaigns,
    claims,
    content,
    dealers,
    follow_up,
    hand_overs,
    inquiries,
    journeys,
    ledger,
    mailings,
    opportunities,
    orders,
    papers,
    receivers,
    rules,
    segments,
    sequences,
    shipments,
    teams,
)

app_name = "crm"
urlpatterns: list[URLPattern] = [
    *dealers.urlpatterns,
    *orders.urlpatterns,
    *shipments.urlpatterns,
    *ledger.urlpatterns,
    *claims.urlpatterns,
    *inquiries.urlpatterns,
    *content.urlpatterns,
    *papers.urlpatterns,
    *receivers.urlpatterns,
    *journeys.urlpatterns,
    *teams.urlpatterns,
    *hand_overs.urlpatterns,
    *assignment_rules.urlpatterns,
    *opportunities.urlpatterns,
    *follow_up.urlpatterns,
    *rules.urlpatterns,
    *sequences.urlpatterns,
    *mailings.urlpatterns,
    *segments.urlpatterns,
    *campaigns.urlpatterns,
]
