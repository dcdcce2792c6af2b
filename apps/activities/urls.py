from django.urls import path

from apps.activities.views import home, kinds, timelines

app_name = "activities"
urlpatterns = [
    path("all/", timelines.timeline_all, name="all"),
    path("visit/", home.visit, name="visit"),
    path("of/<int:entity_id>/", timelines.timeline, name="timeline"),
    path("of/<int:entity_id>/add/", timelines.activity_add, name="activity_add"),
    path("of/<int:entity_id>/call/", timelines.call_log, name="call_log"),
    path("<int:activity_id>/edit/", timelines.activity_edit, name="activity_edit"),
    path("<int:activity_id>/pin/", timelines.activity_pin, name="activity_pin"),
    path("<int:activity_id>/remove/", timelines.activity_remove, name="activity_remove"),
    path("kinds/", kinds.kind_list, name="kinds"),
    path("kinds/new/", kinds.kind_add, name="kind_add"),
    path("kinds/<int:kind_id>/", kinds.kind_edit, name="kind_edit"),
    path("kinds/<int:kind_id>/retire/", kinds.kind_retire, name="kind_retire"),
    path("categories/new/", kinds.category_add, name="category_add"),
    path("categories/<int:category_id>/", kinds.category_edit, name="category_edit"),
    path("categories/<int:category_id>/remove/", kinds.category_remove, name="category_remove"),
]
