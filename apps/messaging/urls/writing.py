from django.urls import URLPattern, path

from apps.messaging.views import answers, compose, draft_files, drafts, merges, recipients, sent

urlpatterns: list[URLPattern] = [
    path("compose/", compose.compose, name="compose"),
    path("recipients/", recipients.recipient_pick, name="recipient_pick"),
    path("drafts/", drafts.draft_list, name="drafts"),
    path("drafts/<int:draft_id>/", drafts.draft, name="draft"),
    path("drafts/<int:draft_id>/send/", drafts.draft_send, name="draft_send"),
    path("drafts/<int:draft_id>/discard/", drafts.draft_discard, name="draft_discard"),
    path("drafts/<int:draft_id>/restore/", drafts.draft_restore, name="draft_restore"),
    path("drafts/<int:draft_id>/template/", compose.draft_template, name="draft_template"),
    path("drafts/<int:draft_id>/language/", compose.draft_language, name="draft_language"),
    path("drafts/<int:draft_id>/files/", draft_files.draft_files, name="draft_files"),
    path("drafts/<int:draft_id>/files/<int:file_id>/", draft_files.draft_file, name="draft_file"),
    path("drafts/<int:draft_id>/files/<int:file_id>/remove/", draft_files.draft_file_remove, name="draft_file_remove"),
    path("merges/begin/", merges.merge_begin, name="merge_begin"),
    path("merges/<int:merge_id>/", merges.merge, name="merge"),
    path("merges/<int:merge_id>/start/", merges.merge_start, name="merge_start"),
    path("merges/<int:merge_id>/<slug:step>/", merges.merge_step, name="merge_step"),
    path("messages/<int:message_id>/reply/", answers.reply, name="reply"),
    path("messages/<int:message_id>/undo/", sent.undo_send, name="undo_send"),
    path("messages/<int:message_id>/send-again/", sent.send_again, name="send_again"),
    path("messages/<int:message_id>/arrived/", sent.confirm_arrived, name="confirm_arrived"),
]
