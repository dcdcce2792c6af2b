"""Staff's pages on dealers, under /crm/."""

from django.urls import URLPattern

from apps.crm.urls import (
    assignment_rules,
    claims,
    content,
    dealers,
    follow_up,
    hand_overs,
    inquiries,
    journeys,
    ledger,
    opportunities,
    orders,
    papers,
    receivers,
    rules,
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
]
