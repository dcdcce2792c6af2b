from django.urls import path

from apps.crm.views import follow_up

urlpatterns = [
    path("follow-up/", follow_up.follow_up, name="follow_ups"),
    path("follow-up/<slug:whose>/<slug:state>/", follow_up.follow_up, name="follow_up"),
    path("follow-up/<slug:whose>/<slug:state>/chosen/<slug:act>/", follow_up.follow_up_bulk, name="follow_up_bulk"),
]
