from django.urls import URLPattern, path

from apps.crm.views import balances, ledger

urlpatterns: list[URLPattern] = [
    path("settlements/", ledger.settlement_list, name="settlement_list"),
    path("settlements/<int:dealer_id>/", ledger.settlement, name="settlement"),
    path("settlements/<int:dealer_id>/balance/", balances.balance, name="balance"),
    path("settlements/<int:dealer_id>/balance/<slug:kind>/", balances.balance_download, name="balance_download"),
]
