from django.urls import path

from apps.crm.views import claim_causes, claim_report, claims

urlpatterns = [
    path("claims/", claims.claims, name="claims"),
    path("claims/list/", claims.claim_list, name="claim_list"),
    path("claims/report/", claim_report.claim_report, name="claim_report"),
    path("claims/report/<slug:kind>/", claim_report.claim_report_download, name="claim_report_download"),
    path("claims/causes/", claim_causes.causes, name="claim_causes"),
    path("claims/causes/new/", claim_causes.cause_add, name="claim_cause_add"),
    path("claims/causes/<int:cause_id>/", claim_causes.cause_rename, name="claim_cause"),
    path("claims/causes/<int:cause_id>/retire/", claim_causes.cause_retire, name="claim_cause_retire"),
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
