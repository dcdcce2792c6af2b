from django.urls import path

from apps.crm.portal.views import feed

urlpatterns = [
    path("feed/", feed.feed, name="feed"),
    path("feed/keys/new/", feed.feed_key_make, name="feed_key_make"),
    path("feed/keys/<int:key_id>/revoke/", feed.feed_key_revoke, name="feed_key_revoke"),
    path("feed/receivers/new/", feed.feed_receiver_new, name="feed_receiver_new"),
    path("feed/receivers/<int:endpoint_id>/", feed.feed_receiver, name="feed_receiver"),
    path("feed/receivers/<int:endpoint_id>/edit/", feed.feed_receiver_edit, name="feed_receiver_edit"),
    path("feed/receivers/<int:endpoint_id>/act/", feed.feed_receiver_act, name="feed_receiver_act"),
    path("feed/receivers/<int:endpoint_id>/replay/", feed.feed_receiver_replay, name="feed_receiver_replay"),
    path(
        "feed/receivers/<int:endpoint_id>/log/<int:delivery_id>/again/",
        feed.feed_receiver_again,
        name="feed_receiver_again",
    ),
]
