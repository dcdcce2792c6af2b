from django.urls import URLPattern, path

from apps.crm.portal.views import papers

urlpatterns: list[URLPattern] = [
    path("orders/<int:order_id>/papers/<slug:key>/", papers.order_paper, name="order_paper"),
    path("claims/<int:claim_id>/papers/<slug:key>/", papers.claim_paper, name="claim_paper"),
    path("deliveries/<int:shipment_id>/note/", papers.shipment_paper, name="shipment_paper"),
    path("finances/statement/", papers.statement_paper, name="statement_paper"),
    path("papers/<int:operation_id>/", papers.paper, name="paper"),
    path("papers/<int:operation_id>/paper.pdf", papers.paper_file, name="paper_file"),
]
