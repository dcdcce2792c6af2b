from django.urls import path

from apps.activities.views import timelines

app_name = "activities"
urlpatterns = [
    path("all/", timelines.timeline_all, name="all"),
    path("of/<int:entity_id>/", timelines.timeline, name="timeline"),
    path("of/<int:entity_id>/add/", timelines.activity_add, name="activity_add"),
    path("of/<int:entity_id>/call/", timelines.call_log, name="call_log"),
    path("<int:activity_id>/edit/", timelines.activity_edit, name="activity_edit"),
    path("<int:activity_id>/pin/", timelines.activity_pin, name="activity_pin"),
    path("<int:activity_id>/remove/", timelines.activity_remove, name="activity_remove"),
]
