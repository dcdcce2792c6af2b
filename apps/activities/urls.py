from django.urls import path

from apps.activities import views

app_name = "activities"
urlpatterns = [
    path("of/<int:entity_id>/", views.timeline, name="timeline"),
    path("of/<int:entity_id>/add/", views.activity_add, name="activity_add"),
    path("<int:activity_id>/edit/", views.activity_edit, name="activity_edit"),
    path("<int:activity_id>/remove/", views.activity_remove, name="activity_remove"),
]
