from django.urls import URLPattern, path

from apps.crm.portal.views import balances, ledger

urlpatterns: list[URLPattern] = [
    path("finances/", ledger.finances, name="finances"),
    path("finances/download/<slug:kind>/", ledger.finances_download, name="finances_download"),
    path("finances/balance/", balances.balance, name="balance"),
    path("finances/balance/<slug:kind>/", balances.balance_download, name="balance_download"),
    path("finances/entries/<int:entry_id>/dispute/", balances.entry_dispute, name="entry_dispute"),
    path("claims/<int:claim_id>/withdraw/", balances.claim_withdraw, name="claim_withdraw"),
    path("reports/", ledger.reports, name="reports"),
]
