from django.urls import URLPattern, path

from apps.crm.views import ledger

urlpatterns: list[URLPattern] = [
    path("settlements/", ledger.settlement_list, name="settlement_list"),
    path("settlements/<int:dealer_id>/", ledger.settlement, name="settlement"),
]
