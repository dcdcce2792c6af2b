from django.urls import path

from apps.crm.views import mailing_topics, suppressions

urlpatterns = [
    path("settings/mailing-topics/", mailing_topics.mailing_topics, name="mailing_topics"),
    path("settings/mailing-topics/new/", mailing_topics.mailing_topic_add, name="mailing_topic_add"),
    path("settings/mailing-topics/<int:topic_id>/", mailing_topics.mailing_topic_edit, name="mailing_topic"),
    path("suppressions/", suppressions.suppressions, name="suppressions"),
    path("suppressions/add/", suppressions.suppression_add, name="suppression_add"),
    path("suppressions/import/", suppressions.suppression_import, name="suppression_import"),
    path("suppressions/download/<slug:kind>/", suppressions.suppression_download, name="suppression_download"),
    path("suppressions/<int:suppression_id>/", suppressions.suppression, name="suppression"),
]
