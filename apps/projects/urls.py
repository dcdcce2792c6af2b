from django.urls import path

from apps.projects.views import chat, groups, messages, participants, project_work, projects

app_name = "projects"

urlpatterns = [
    path("", groups.group_list, name="group_list"),
    path("new/", groups.group_make, name="group_make"),
    path("all/", projects.project_list, name="project_list"),
    path("all/new/", projects.project_make, name="project_make"),
    path("all/tasks/", project_work.tasks_of_all, name="tasks_of_all"),
    path("of/<int:entity_id>/", projects.projects_of_contact, name="projects_of_contact"),
    path("<int:group_id>/project/", projects.project_of_group, name="project_of_group"),
    path("<int:group_id>/project/close/", projects.project_close, name="project_close"),
    path("<int:group_id>/about/", projects.project_about, name="project_about"),
    path("<int:group_id>/about/edit/", projects.project_edit, name="project_edit"),
    path("<int:group_id>/contacts/", participants.participant_list, name="participants"),
    path("<int:group_id>/contacts/add/", participants.participants_add, name="participants_add"),
    path("<int:group_id>/contacts/<int:participant_id>/role/", participants.participant_role, name="participant_role"),
    path(
        "<int:group_id>/contacts/<int:participant_id>/remove/",
        participants.participant_remove,
        name="participant_remove",
    ),
    path("<int:group_id>/history/", project_work.history, name="project_history"),
    path("<int:group_id>/tasks/", project_work.tasks, name="project_tasks"),
    path("<int:group_id>/tasks/add/", project_work.task_add, name="task_add"),
    path("<int:group_id>/", chat.group, name="group"),
    path("<int:group_id>/info/", groups.group_info, name="group_info"),
    path("<int:group_id>/members/add/", groups.members_add, name="members_add"),
    path("<int:group_id>/members/<int:member_id>/remove/", groups.member_remove, name="member_remove"),
    path("<int:group_id>/members/<int:member_id>/role/", groups.member_role, name="member_role"),
    path("<int:group_id>/mute/", groups.group_mute, name="group_mute"),
    path("<int:group_id>/top/", groups.group_top, name="group_top"),
    path("<int:group_id>/messages/", chat.portion, name="portion"),
    path("<int:group_id>/changes/", chat.changes, name="changes"),
    path("<int:group_id>/pins/", chat.pins, name="pins"),
    path("<int:group_id>/read/", chat.read, name="read"),
    path("<int:group_id>/typing/", chat.typing, name="typing"),
    path("<int:group_id>/draft/", chat.draft, name="draft"),
    path("<int:group_id>/post/", messages.message_post, name="message_post"),
    path("<int:group_id>/messages/<int:message_id>/edit/", messages.message_edit, name="message_edit"),
    path("<int:group_id>/messages/<int:message_id>/delete/", messages.message_delete, name="message_delete"),
    path("<int:group_id>/messages/<int:message_id>/react/", messages.message_react, name="message_react"),
    path("<int:group_id>/messages/<int:message_id>/pin/", messages.message_pin, name="message_pin"),
]
