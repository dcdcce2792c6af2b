from django.urls import URLPattern, path

from apps.messaging.views import contact_mail, frames, mail, thread_sheets, threads

urlpatterns: list[URLPattern] = [
    path("", mail.mail, name="mail"),
    path("unread/", mail.unread_number, name="unread_number"),
    path("bulk/snooze/", thread_sheets.bulk_snooze, name="mail_bulk_snooze"),
    path("bulk/assign/", thread_sheets.bulk_assign, name="mail_bulk_assign"),
    path("bulk/put-back/", threads.mail_put_back, name="mail_put_back"),
    path("bulk/<slug:act>/", threads.mail_bulk, name="mail_bulk"),
    path("report/", contact_mail.report, name="report"),
    path("report.csv", contact_mail.report_csv, name="report_csv"),
    path("of/<int:entity_id>/", contact_mail.mail_of, name="mail_of"),
    path("pictures/<str:token>/", frames.picture, name="picture"),
    path("threads/<int:thread_id>/", threads.thread, name="thread"),
    path("threads/<int:thread_id>/seen/", threads.thread_seen, name="thread_seen"),
    path("threads/<int:thread_id>/snooze/", thread_sheets.thread_snooze, name="thread_snooze"),
    path("threads/<int:thread_id>/assign/", thread_sheets.thread_assign, name="thread_assign"),
    path("threads/<int:thread_id>/share/", thread_sheets.thread_share, name="thread_share"),
    path("threads/<int:thread_id>/share/<int:share_id>/stop/", thread_sheets.thread_unshare, name="thread_unshare"),
    path("threads/<int:thread_id>/<slug:act>/", threads.thread_act, name="thread_act"),
    path("messages/<int:message_id>/frame/", frames.frame, name="frame"),
    path("messages/<int:message_id>/raw/", frames.raw, name="raw"),
    path("messages/<int:message_id>/download/", frames.download, name="download"),
    path("messages/<int:message_id>/attachments/<int:number>/", frames.attachment, name="attachment"),
    path("messages/<int:message_id>/file/", thread_sheets.message_file, name="message_file"),
    path("messages/<int:message_id>/task/", thread_sheets.message_task, name="message_task"),
    path("messages/<int:message_id>/meeting/", thread_sheets.message_meeting, name="message_meeting"),
    path("messages/<int:message_id>/note/", thread_sheets.message_note, name="message_note"),
    path("messages/<int:message_id>/act/<slug:act>/", threads.message_act, name="message_act"),
]
