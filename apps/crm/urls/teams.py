from django.urls import URLPattern, path

from apps.crm.views import absences, teams

urlpatterns: list[URLPattern] = [
    path("teams/", teams.team_list, name="team_list"),
    path("teams/new/", teams.team_add, name="team_add"),
    path("teams/<int:team_id>/", teams.team, name="team"),
    path("teams/<int:team_id>/edit/", teams.team_edit, name="team_edit"),
    path("teams/<int:team_id>/retire/", teams.team_retire, name="team_retire"),
    path("teams/<int:team_id>/members/add/", teams.member_set, name="member_add"),
    path("teams/<int:team_id>/members/<int:membership_id>/", teams.member_set, name="member_edit"),
    path("teams/<int:team_id>/members/<int:membership_id>/end/", teams.member_end, name="member_end"),
    path("absences/", absences.absence_list, name="my_absences"),
    path("absences/of/<int:user_id>/", absences.absence_list, name="absences_of"),
    path("absences/of/<int:user_id>/add/", absences.absence_add, name="absence_add"),
    path("absences/<int:absence_id>/", absences.absence_edit, name="absence_edit"),
    path("absences/<int:absence_id>/remove/", absences.absence_remove, name="absence_remove"),
]
