from django.urls import path

from apps.crm.portal.views import notices, people

urlpatterns = [
    path("notices/", notices.notices, name="notices"),
    path("notices/bell/", notices.bell, name="bell"),
    path("notices/read/", notices.notices_read, name="notices_read"),
    path("notices/<int:notice_id>/open/", notices.notice_open, name="notice_open"),
    path("notices/preferences/", notices.notice_preferences, name="notice_preferences"),
    path("notices/push/allow/", notices.push_allow, name="push_allow"),
    path("notices/push/stop/", notices.push_stop, name="push_stop"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.person_invite, name="person_invite"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/end/", people.person_end, name="person_end"),
    path("people/<int:person_id>/invite/", people.person_invite_again, name="person_invite_again"),
    path("profile/", people.profile, name="profile"),
]
