from django.urls import path

from apps.contacts.field_dialogs import field_urls
from apps.crm.views import lost_reasons, opportunities, opportunity_boards, opportunity_fields

urlpatterns = [
    path("opportunities/", opportunities.opportunity_list, name="opportunity_list"),
    path("opportunities/add/", opportunities.opportunity_add, name="opportunity_add"),
    path("opportunities/chosen/", opportunities.opportunity_of_chosen, name="opportunity_of_chosen"),
    path("opportunities/board/", opportunity_boards.opportunity_boards, name="opportunity_boards"),
    path("opportunities/board/<int:pipeline_id>/", opportunity_boards.opportunity_board, name="opportunity_board"),
    path("opportunities/forecast/", opportunity_boards.opportunity_forecast, name="opportunity_forecast"),
    path("opportunities/download/<slug:kind>/", opportunities.opportunity_download, name="opportunity_download"),
    path("opportunities/<int:opportunity_id>/", opportunities.opportunity, name="opportunity"),
    path("opportunities/<int:opportunity_id>/edit/", opportunities.opportunity_edit, name="opportunity_edit"),
    path("opportunities/<int:opportunity_id>/move/", opportunities.opportunity_move, name="opportunity_move"),
    path("opportunities/<int:opportunity_id>/trash/", opportunities.opportunity_trash, name="opportunity_trash"),
    path("opportunities/thrown-away/", opportunities.opportunity_trashed, name="opportunity_trashed"),
    path("opportunities/<int:opportunity_id>/restore/", opportunities.opportunity_restore, name="opportunity_restore"),
    *field_urls(
        "settings/opportunity-fields/",
        "crm:opportunity_field",
        opportunity_fields.place,
        opportunity_fields.opportunity_fields,
    ),
    path("settings/lost-reasons/", lost_reasons.lost_reasons, name="lost_reasons"),
    path("settings/lost-reasons/add/", lost_reasons.lost_reason_add, name="lost_reason_add"),
    path("settings/lost-reasons/order/", lost_reasons.lost_reason_order, name="lost_reason_order"),
    path("settings/lost-reasons/<int:reason_id>/", lost_reasons.lost_reason_edit, name="lost_reason_edit"),
    path("settings/lost-reasons/<int:reason_id>/retire/", lost_reasons.lost_reason_retire, name="lost_reason_retire"),
    path("contacts/<int:entity_id>/opportunities/", opportunities.contact_opportunities, name="contact_opportunities"),
]
