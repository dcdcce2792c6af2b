from django.urls import URLPattern, path

from apps.crm.views import papers

urlpatterns: list[URLPattern] = [
    path("orders/<int:order_id>/papers/<slug:key>/", papers.order_paper, name="order_paper"),
    path("claims/<int:claim_id>/papers/<slug:key>/", papers.claim_paper, name="claim_paper"),
    path("settlements/<int:dealer_id>/statement/", papers.settlement_paper, name="settlement_paper"),
    path("shipments/<int:shipment_id>/note/", papers.shipment_paper, name="shipment_paper"),
]
