from django.urls import path

from apps.crm.portal.views import claims

urlpatterns = [
    path("claims/", claims.claims, name="claims"),
    path("orders/<int:order_id>/claim/", claims.claim_file, name="claim_file"),
    path("claims/<int:claim_id>/", claims.claim, name="claim"),
    path("claims/<int:claim_id>/photos/", claims.claim_photos_add, name="claim_photos"),
    path("claims/<int:claim_id>/photos/<int:photo_id>/", claims.claim_photo, name="claim_photo"),
    path(
        "claims/<int:claim_id>/photos/<int:photo_id>/small/",
        claims.claim_photo,
        {"size": "small"},
        name="claim_photo_small",
    ),
]
