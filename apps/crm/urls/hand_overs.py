from django.urls import URLPattern, path

from apps.crm.views import charge, hand_overs

urlpatterns: list[URLPattern] = [
    path("contacts/<int:entity_id>/charge/", charge.charge, name="charge"),
    path("hand-overs/", hand_overs.hand_over_list, name="hand_over_list"),
    path("hand-overs/new/", hand_overs.hand_over_make, name="hand_over_make"),
    path("hand-overs/chosen/", hand_overs.hand_over_chosen, name="hand_over_chosen"),
    path("hand-overs/<int:hand_over_id>/", hand_overs.hand_over, name="hand_over"),
    path("hand-overs/<int:hand_over_id>/confirm/", hand_overs.hand_over_confirm, name="hand_over_confirm"),
    path("hand-overs/<int:hand_over_id>/paper/", hand_overs.hand_over_paper, name="hand_over_paper"),
]
