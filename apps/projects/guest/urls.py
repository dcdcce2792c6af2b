"""The guests' door. Its names are those of the house's pages, so that templates of the chat lead to either."""

from django.urls import path

from apps.projects.guest.views import chat, files, messages, pages

app_name = "projects"

urlpatterns = [
    path("", pages.guest_home, name="guest_home"),
    path("<int:group_id>/", chat.group, name="group"),
    path("<int:group_id>/messages/", chat.portion, name="portion"),
    path("<int:group_id>/changes/", chat.changes, name="changes"),
    path("<int:group_id>/pins/", chat.pins, name="pins"),
    path("<int:group_id>/people/", chat.people, name="people"),
    path("<int:group_id>/read/", chat.read, name="read"),
    path("<int:group_id>/typing/", chat.typing, name="typing"),
    path("<int:group_id>/draft/", chat.draft, name="draft"),
    path("<int:group_id>/post/", messages.message_post, name="message_post"),
    path("<int:group_id>/messages/<int:message_id>/edit/", messages.message_edit, name="message_edit"),
    path("<int:group_id>/messages/<int:message_id>/delete/", messages.message_delete, name="message_delete"),
    path("<int:group_id>/messages/<int:message_id>/react/", messages.message_react, name="message_react"),
    path("<int:group_id>/about/", pages.project_about, name="project_about"),
    path("<int:group_id>/contacts/", pages.participant_list, name="participants"),
    path("<int:group_id>/history/", pages.history, name="project_history"),
    path("<int:group_id>/tasks/", pages.tasks, name="project_tasks"),
    path("<int:group_id>/files/", files.group_files, name="group_files"),
    path("<int:group_id>/links/", files.group_links, name="group_links"),
    path("<int:group_id>/files/bring/", files.file_bring, name="file_bring"),
    path("<int:group_id>/files/<int:file_id>/", files.file, name="file"),
    path("<int:group_id>/files/<int:file_id>/small/", files.file_thumbnail, name="file_thumbnail"),
]
