from django.urls import path

from apps.crm.portal.views import notices

urlpatterns = [
    path("notices/", notices.notices, name="notices"),
    path("notices/bell/", notices.bell, name="bell"),
    path("notices/read/", notices.notices_read, name="notices_read"),
    path("notices/<int:notice_id>/open/", notices.notice_open, name="notice_open"),
    path("notices/preferences/", notices.notice_preferences, name="notice_preferences"),
    path("notices/push/allow/", notices.push_allow, name="push_allow"),
    path("notices/push/stop/", notices.push_stop, name="push_stop"),
]
