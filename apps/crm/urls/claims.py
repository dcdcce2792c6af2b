from django.urls import path

from apps.crm.views import claims

urlpatterns = [
    path("claims/", claims.claims, name="claims"),
    path("claims/list/", claims.claim_list, name="claim_list"),
    path("claims/<int:claim_id>/", claims.claim, name="claim"),
    path("claims/<int:claim_id>/ask/", claims.claim_ask, name="claim_ask"),
    path("claims/<int:claim_id>/decide/", claims.claim_decide, name="claim_decide"),
    path("claims/<int:claim_id>/act/<slug:step>/", claims.claim_step, name="claim_step"),
    path("claims/<int:claim_id>/photos/<int:photo_id>/", claims.claim_photo, name="claim_photo"),
    path(
        "claims/<int:claim_id>/photos/<int:photo_id>/small/",
        claims.claim_photo,
        {"size": "small"},
        name="claim_photo_small",
    ),
]
