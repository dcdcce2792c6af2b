from django.urls import path

from apps.crm.views import mailing_topics

urlpatterns = [
    path("settings/mailing-topics/", mailing_topics.mailing_topics, name="mailing_topics"),
    path("settings/mailing-topics/new/", mailing_topics.mailing_topic_add, name="mailing_topic_add"),
    path("settings/mailing-topics/<int:topic_id>/", mailing_topics.mailing_topic_edit, name="mailing_topic"),
]
