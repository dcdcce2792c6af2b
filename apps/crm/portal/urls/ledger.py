from django.urls import URLPattern, path

from apps.crm.portal.views import ledger

urlpatterns: list[URLPattern] = [
    path("finances/", ledger.finances, name="finances"),
    path("finances/download/<slug:kind>/", ledger.finances_download, name="finances_download"),
    path("reports/", ledger.reports, name="reports"),
]
