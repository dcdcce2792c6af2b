from django.urls import path

from apps.crm.views import contact_personas, journey_boards, journey_bulk, persona_settings, pipeline_settings

urlpatterns = [
    path("journeys/", journey_boards.boards, name="journeys"),
    path("journeys/<int:pipeline_id>/", journey_boards.board, name="journey_board"),
    path("journeys/<int:pipeline_id>/<int:entity_id>/move/", journey_boards.journey_move, name="journey_move"),
    path("journeys/chosen/<slug:action>/", journey_bulk.journey_bulk, name="journey_bulk"),
    path("contacts/<int:entity_id>/journeys/", contact_personas.contact_journeys, name="contact_journeys"),
    path("contacts/<int:entity_id>/personas/", contact_personas.persona_choose, name="persona_choose"),
    path(
        "contacts/<int:entity_id>/personas/<int:persona_id>/convert/",
        contact_personas.persona_convert,
        name="persona_convert",
    ),
    path("settings/personas/", persona_settings.persona_list, name="personas"),
    path("settings/personas/add/", persona_settings.persona_add, name="persona_add"),
    path("settings/personas/order/", persona_settings.persona_order, name="persona_order"),
    path("settings/personas/<int:persona_id>/", persona_settings.persona_edit, name="persona_edit"),
    path("settings/personas/<int:persona_id>/retire/", persona_settings.persona_retire, name="persona_retire"),
    path("settings/pipelines/", pipeline_settings.pipeline_list, name="pipelines"),
    path("settings/pipelines/add/", pipeline_settings.pipeline_add, name="pipeline_add"),
    path("settings/pipelines/order/", pipeline_settings.pipeline_order, name="pipeline_order"),
    path("settings/pipelines/<int:pipeline_id>/", pipeline_settings.pipeline, name="pipeline"),
    path("settings/pipelines/<int:pipeline_id>/edit/", pipeline_settings.pipeline_edit, name="pipeline_edit"),
    path("settings/pipelines/<int:pipeline_id>/retire/", pipeline_settings.pipeline_retire, name="pipeline_retire"),
    path("settings/pipelines/<int:pipeline_id>/stages/add/", pipeline_settings.stage_add, name="stage_add"),
    path("settings/pipelines/<int:pipeline_id>/stages/order/", pipeline_settings.stage_order, name="stage_order"),
    path(
        "settings/pipelines/<int:pipeline_id>/stages/<int:stage_id>/", pipeline_settings.stage_edit, name="stage_edit"
    ),
    path(
        "settings/pipelines/<int:pipeline_id>/stages/<int:stage_id>/retire/",
        pipeline_settings.stage_retire,
        name="stage_retire",
    ),
]
