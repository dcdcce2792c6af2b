from django.urls import path

from apps.projects.views import becoming, chat, files, groups, messages, search

app_name = "projects"

urlpatterns = [
    path("", groups.group_list, name="group_list"),
    path("new/", groups.group_make, name="group_make"),
    path("search/", search.search, name="search"),
    path("<int:group_id>/", chat.group, name="group"),
    path("<int:group_id>/info/", groups.group_info, name="group_info"),
    path("<int:group_id>/members/add/", groups.members_add, name="members_add"),
    path("<int:group_id>/members/<int:member_id>/remove/", groups.member_remove, name="member_remove"),
    path("<int:group_id>/members/<int:member_id>/role/", groups.member_role, name="member_role"),
    path("<int:group_id>/files/", files.group_files, name="group_files"),
    path("<int:group_id>/links/", files.group_links, name="group_links"),
    path("<int:group_id>/search/", search.group_search, name="group_search"),
    path("<int:group_id>/files/bring/", files.file_bring, name="file_bring"),
    path("<int:group_id>/files/<int:file_id>/", files.file, name="file"),
    path("<int:group_id>/files/<int:file_id>/small/", files.file_thumbnail, name="file_thumbnail"),
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
    path("<int:group_id>/messages/<int:message_id>/forward/", becoming.message_forward, name="message_forward"),
    path("<int:group_id>/messages/<int:message_id>/task/", becoming.message_task, name="message_task"),
    path("<int:group_id>/messages/<int:message_id>/note/", becoming.message_note, name="message_note"),
    path("<int:group_id>/messages/<int:message_id>/readers/", groups.message_readers, name="message_readers"),
    path("<int:group_id>/people/", becoming.people, name="people"),
    path("<int:group_id>/messages/<int:message_id>/pin/", messages.message_pin, name="message_pin"),
]
