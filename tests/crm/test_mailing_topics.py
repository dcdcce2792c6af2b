"""What mailings are about: kept by administrators, managers and content."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.crm.models import MailingTopic
from apps.crm.services.mailings.topics import save_topic
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db


def test_content_makes_a_topic_and_takes_it_off_the_offer(client, charlie):
    client.force_login(charlie)
    assert "No topics yet" in client.get(reverse("crm:mailing_topics")).content.decode()

    client.post(reverse("crm:mailing_topic_add"), {"title": "House news", "description": "Monthly", "is_active": "on"})

    topic = MailingTopic.objects.get()
    assert (topic.key, topic.scope, topic.description, topic.is_active) == (
        "house-news",
        "topic:house-news",
        "Monthly",
        True,
    )
    client.post(reverse("crm:mailing_topic", args=[topic.pk]), {"title": "News of ours", "description": ""})
    topic.refresh_from_db()
    assert (topic.key, topic.title, topic.is_active) == ("house-news", "News of ours", False)
    assert list(MailingTopic.objects.offered()) == []


def test_a_name_is_given_once_and_keys_never_twice(alice):
    first = save_topic(actor=alice, title="Новини", now=NOW)
    second = save_topic(actor=alice, title="Події", now=NOW)

    assert (first.key, second.key) == ("topic", "topic-2")
    with pytest.raises(ValidationError, match="already"):
        save_topic(actor=alice, title=" Новини ", now=NOW)
    with pytest.raises(ValidationError, match="needed"):
        save_topic(actor=alice, title=" ", now=NOW)


def test_a_salesman_keeps_no_topics(client, bob):
    with pytest.raises(PermissionDenied):
        save_topic(actor=bob, title="News", now=NOW)
    client.force_login(bob)
    assert client.get(reverse("crm:mailing_topics")).status_code == 403


def test_a_change_is_undone(alice):
    topic = save_topic(actor=alice, title="News", now=NOW)
    save_topic(actor=alice, topic=topic, title="Events", now=NOW)

    undo(actor=alice, operation=Operation.objects.get(verb="mailing_topic.changed"), now=NOW)

    topic.refresh_from_db()
    assert topic.title == "News"
