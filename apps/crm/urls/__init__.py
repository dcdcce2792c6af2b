"""Staff's pages on dealers, under /crm/."""

from django.urls import URLPattern

from apps.crm.urls import (
    claims,
    content,
    dealers,
    inquiries,
    journeys,
    ledger,
    orders,
    papers,
    receivers,
    shipments,
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
]
