"""The dealers' own door, under /portal/: every request runs behind row-level security (docs/adr/0015)."""

from django.urls import URLPattern

from apps.crm.portal.urls import (
    claims,
    content,
    feed,
    home,
    ledger,
    messages,
    orders,
    papers,
    people,
    shipments,
    unloading,
)

app_name = "portal"
urlpatterns: list[URLPattern] = [
    *home.urlpatterns,
    *orders.urlpatterns,
    *shipments.urlpatterns,
    *unloading.urlpatterns,
    *ledger.urlpatterns,
    *claims.urlpatterns,
    *messages.urlpatterns,
    *content.urlpatterns,
    *people.urlpatterns,
    *papers.urlpatterns,
    *feed.urlpatterns,
]
