"""Bots: made by who manages a group, known by a key, and never more than a member of that group."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from apps.accounts.models import ApiToken, AuditEvent, User
from apps.accounts.services.invitations import invite_user
from apps.accounts.services.tokens import create_token
from apps.accounts.services.users import deactivate_user
from apps.activities.forms.log import LogForm
from apps.activities.models import Notice
from apps.contacts.forms.bulk import OwnerForm
from apps.contacts.listing import entity_listing
from apps.core.models import OutgoingMail, WebhookEndpoint
from apps.crm.forms.boards import BoardFilterForm
from apps.crm.forms.opportunities import OpportunityFilterForm
from apps.projects.models import Bot, Membership, Message
from apps.projects.services.bots import change_bot, make_bot, renew_bot_key
from apps.projects.services.group_receivers import make_receiver
from apps.projects.services.members import add_members, make_group, open_direct, remove_member, set_role
from apps.projects.services.messages import post_message
from tests.conftest import NOW, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice, bob):
    """Alice owns it, bob is in it; charlie isn't."""
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


def a_bot(actor, group, *, reads=False, kind=Bot.Kind.API):
    return make_bot(actor=actor, group=group, kind=kind, name="Crane", sign="🏗️", reads=reads, now=NOW)


def ask(key, method, path, data=None):
    body = b"" if data is None else json.dumps(data).encode()
    headers = {"Authorization": f"Bearer {key}"}
    return Client().generic(method, f"/api/v1/{path}", body, "application/json", headers=headers)


def test_a_bot_posts_and_is_marked_as_one(client, group, alice):
    bot, key = a_bot(alice, group)
    answer = ask(key, "POST", f"groups/{group.pk}/messages", {"text": "Lifted 3 t"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["author"] == {"id": bot.pk, "name": "Crane", "is_bot": True, "user_id": bot.membership.user_id}
    client.force_login(alice)
    page = client.get(reverse("projects:group", args=[group.pk])).content.decode()
    assert "🏗️" in page
    assert '<span class="message__mark">bot</span>' in page


def test_a_bot_that_only_writes_reads_nothing(group, alice):
    _bot, key = a_bot(alice, group)
    for path in ("groups", f"groups/{group.pk}", f"groups/{group.pk}/messages", "groups/search?q=oak", "projects"):
        assert ask(key, "GET", path).status_code == 403, path


def test_a_bot_that_reads_comes_to_its_group_and_to_nothing_else(group, alice):
    other = make_group(actor=alice, title="Board", users=[], now=NOW)
    said = post_message(actor=alice, group=other, client_id="message-1", text="Secret oak", now=NOW)
    _bot, key = a_bot(alice, group, reads=True)
    assert [each["id"] for each in ask(key, "GET", "groups").json()["items"]] == [group.pk]
    assert ask(key, "GET", f"groups/{group.pk}/messages").status_code == 200
    for method, path, data in [
        ("GET", f"groups/{other.pk}", None),
        ("GET", f"groups/{other.pk}/messages/{said.pk}", None),
        ("POST", f"groups/{other.pk}/messages", {"text": "Hello"}),
        ("POST", f"groups/{other.pk}/messages/{said.pk}/react", {"sign": "👍"}),
    ]:
        assert ask(key, method, path, data).status_code == 404, path
    assert ask(key, "GET", "groups/search?q=oak").json()["items"] == []
    for path in ("contacts", "activities", "tasks", "messages", "orders", "projects"):
        assert ask(key, "GET", path).status_code == 403, path


def test_only_who_manages_the_group_makes_bots(group, alice, bob, charlie, ada):
    for actor in (bob, charlie, ada):
        with pytest.raises(PermissionDenied):
            a_bot(actor, group)
    direct = open_direct(actor=alice, other=bob, now=NOW)
    with pytest.raises(PermissionDenied):
        a_bot(alice, direct)
    assert not Bot.objects.exists()
    assert not User.objects.filter(is_bot=True).exists()


def test_a_renewed_key_ends_the_one_before(group, alice, bob):
    bot, key = a_bot(alice, group)
    with pytest.raises(PermissionDenied):
        renew_bot_key(actor=bob, bot=bot, now=NOW)
    renewed = renew_bot_key(actor=alice, bot=bot, now=NOW)
    path = f"groups/{group.pk}/messages"
    assert ask(key, "POST", path, {"text": "Old"}).status_code == 401
    assert ask(renewed, "POST", path, {"text": "New"}).status_code == 201
    assert ApiToken.objects.filter(digest=renewed).count() == 0


def test_a_bot_leaves_like_a_member_and_for_good(group, alice):
    bot, key = a_bot(alice, group)
    ask(key, "POST", f"groups/{group.pk}/messages", {"text": "Lifted"})
    remove_member(actor=alice, member=bot.membership, now=NOW)
    assert ask(key, "POST", f"groups/{group.pk}/messages", {"text": "Again"}).status_code == 401
    assert Message.objects.get().author.display_name == "Crane"
    with pytest.raises(ValidationError):
        add_members(actor=alice, group=group, users=[bot.membership.user], now=NOW)
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert [each for each in verbs if each.startswith("bot.")] == ["bot.created", "bot.retired"]


def test_what_a_bot_may_is_changed_without_another_key(group, alice, bob):
    bot, key = a_bot(alice, group)
    with pytest.raises(PermissionDenied):
        change_bot(actor=bob, bot=bot, name="Mine", sign="", reads=True, now=NOW)
    change_bot(actor=alice, bot=bot, name="Tower crane", sign="", reads=True, now=NOW)
    assert ask(key, "GET", f"groups/{group.pk}/messages").status_code == 200
    change_bot(actor=alice, bot=bot, name="Tower crane", sign="", reads=False, now=NOW)
    assert ask(key, "GET", f"groups/{group.pk}/messages").status_code == 403
    assert Membership.objects.get(pk=bot.pk).display_name == "Tower crane"


def test_a_bot_writes_in_the_channel_that_it_was_made_for_and_manages_nothing(alice, bob):
    channel = make_group(actor=alice, title="News", users=[bob], now=NOW, is_channel=True)
    bot, key = a_bot(alice, channel)
    said = post_message(actor=alice, group=channel, client_id="message-1", text="Mine", now=NOW)
    assert ask(key, "POST", f"groups/{channel.pk}/messages", {"text": "Weather"}).status_code == 201
    assert ask(key, "DELETE", f"groups/{channel.pk}/messages/{said.pk}").status_code == 403
    with pytest.raises(ValidationError):
        set_role(actor=alice, member=bot.membership, role="admin", now=NOW)


def test_the_last_owner_may_go_where_only_bots_are_left_and_their_keys_end(alice):
    group = make_group(actor=alice, title="Alone", users=[], now=NOW)
    _bot, key = a_bot(alice, group)
    remove_member(actor=alice, member=Membership.objects.get(group=group, user=alice), now=NOW)
    assert ask(key, "POST", f"groups/{group.pk}/messages", {"text": "Anybody?"}).status_code == 401


def test_with_the_last_manager_in_service_go_bots_and_receivers(alice, bob, charlie, ada, settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    mine = make_group(actor=alice, title="Mine", users=[charlie], now=NOW)
    ours = make_group(actor=alice, title="Ours", users=[bob], now=NOW)
    set_role(actor=alice, member=Membership.objects.get(group=ours, user=bob), role="admin", now=NOW)
    keys = {}
    for each in (mine, ours):
        _bot, keys[each.pk] = a_bot(alice, each)
        hook: dict[str, Any] = {"name": "Office", "url": "http://127.0.0.1:9/x", "types": (), "sees_text": True}
        make_receiver(actor=alice, group=each, now=NOW, **hook)
    deactivate_user(actor=ada, user=alice, now=NOW)
    assert ask(keys[mine.pk], "POST", f"groups/{mine.pk}/messages", {"text": "Anybody?"}).status_code == 401
    assert ask(keys[ours.pk], "POST", f"groups/{ours.pk}/messages", {"text": "Up"}).status_code == 201
    assert not Membership.objects.present().filter(group=mine, is_bot=True).exists()
    assert [each.audience for each in WebhookEndpoint.objects.filter(removed_at=None)] == [f"group:{ours.pk}"]
    deactivate_user(actor=None, user=bob, now=NOW)
    assert ask(keys[ours.pk], "POST", f"groups/{ours.pk}/messages", {"text": "Anybody?"}).status_code == 401
    assert not WebhookEndpoint.objects.filter(removed_at=None).exists()


def test_who_is_out_of_service_is_no_colleague_that_is_left(alice, bob, charlie, ada):
    group = make_group(actor=alice, title="Site visit", users=[bob, charlie], now=NOW)
    rows = {each.user_id: each for each in Membership.objects.filter(group=group)}
    set_role(actor=alice, member=rows[bob.pk], role="owner", now=NOW)
    deactivate_user(actor=ada, user=bob, now=NOW)
    _bot, key = a_bot(alice, group)
    with pytest.raises(ValidationError):
        set_role(actor=alice, member=rows[alice.pk], role="member", now=NOW)
    with pytest.raises(ValidationError):
        remove_member(actor=alice, member=rows[alice.pk], now=NOW)
    remove_member(actor=charlie, member=rows[charlie.pk], now=NOW)
    remove_member(actor=alice, member=rows[alice.pk], now=NOW)
    assert ask(key, "POST", f"groups/{group.pk}/messages", {"text": "Anybody?"}).status_code == 401


def test_a_bot_never_signs_in_and_stands_in_no_list_of_users(client, group, alice, ada):
    bot, _key = a_bot(alice, group)
    user = bot.membership.user
    client.force_login(user)
    assert client.get(reverse("projects:group", args=[group.pk])).status_code == 302
    with pytest.raises(PermissionDenied):
        create_token(actor=ada, user=user, name="More", scopes=["contacts:read"], expires_at=None, now=NOW)
    client.force_login(ada)
    assert b"bots.invalid" not in client.get(reverse("accounts:users")).content
    assert client.get(reverse("accounts:user", args=[user.pk])).status_code == 404


def test_neither_bots_nor_people_from_outside_are_offered_as_colleagues(group, alice, bob, dora):
    crane = a_bot(alice, group)[0].membership.user
    guest = make_user("guest@example.com", "Gina Guest", "guest")
    charge: Any = next(each for each in entity_listing(alice).filters if each.key == "charge")
    actor: Any = LogForm({}, user=alice).fields["actor"]
    owner: Any = OwnerForm(user=alice).fields["owner"]
    board: Any = BoardFilterForm(user=alice).fields["charge"]
    opportunities: Any = OpportunityFilterForm(user=alice).fields["owner"]
    offered = [{str(each.pk) for each in owner.queryset}]
    offered += [{key for key, _title in each} for each in (board.choices, opportunities.choices, charge.options())]
    for keys in offered:
        assert str(bob.pk) in keys
        assert not {str(each.pk) for each in (crane, guest, dora)} & keys
    assert crane not in actor.queryset
    assert guest in actor.queryset  # what they did is asked for


def test_nobody_invites_a_bot_to_sign_in(client, group, alice, ada):
    crane = a_bot(alice, group)[0].membership.user
    client.force_login(ada)
    assert client.post(reverse("accounts:user_invite", args=[crane.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        invite_user(actor=ada, user=crane, site="https://rapport.example/", now=NOW)
    assert not OutgoingMail.objects.exists()


def test_nobody_is_told_of_what_mentions_a_bot_and_its_reading_counts_for_nobody(group, alice):
    bot, key = a_bot(alice, group, reads=True)
    said = post_message(actor=alice, group=group, client_id="message-1", text="@Crane lift it", now=NOW)
    assert ask(key, "GET", f"groups/{group.pk}/messages/{said.pk}").json()["mentioned_ids"] == [bot.pk]
    assert not Notice.objects.filter(user=bot.membership.user).exists()
    ask(key, "POST", f"groups/{group.pk}/read", {"seq": 1})
    client = Client()
    client.force_login(alice)
    readers = client.get(reverse("projects:message_readers", args=[group.pk, said.pk])).content
    assert b"Crane" not in readers


def test_the_sheet_shows_a_key_once_and_only_to_who_manages(client, group, alice, bob):
    client.force_login(bob)
    assert client.get(reverse("projects:programs", args=[group.pk])).status_code == 403
    assert client.post(reverse("projects:bot_add", args=[group.pk]), {"name": "Crane"}).status_code == 403
    client.force_login(alice)
    made = client.post(reverse("projects:bot_add", args=[group.pk]), {"name": "Crane", "sign": "🏗️"})
    key = made.content.decode().split('value="rap_')[1].split('"')[0]
    assert ask(f"rap_{key}", "POST", f"groups/{group.pk}/messages", {"text": "Up"}).status_code == 201
    assert key.encode() not in client.get(reverse("projects:programs", args=[group.pk])).content
    wrong = client.post(reverse("projects:bot_add", args=[group.pk]), {"name": "Crane", "sign": "<b>"})
    assert wrong.status_code == 422
