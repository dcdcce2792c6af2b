"""Mailboxes: added by their address, changed, shared, closed; and who learns nothing of them."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.urls import reverse

from apps.accounts.models import AuditEvent, Team, TeamMembership
from apps.accounts.preferences import preferences_of
from apps.activities.models import Activity
from apps.contacts.models import Folder
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, UnitInput
from apps.core import secrets
from apps.core.models import Change, Operation
from apps.core.services.operations import undo
from apps.messaging.models import MailAccount, MailFolder
from apps.messaging.presets import preset_for
from apps.messaging.selectors.sending import compose_address
from apps.messaging.selectors.unread import unread_threads
from apps.messaging.services import accounts as services
from apps.messaging.services.account_input import AccountInput
from apps.messaging.services.accounts import Sharers
from tests.messaging.mails import arrive, raw_mail

pytestmark = pytest.mark.django_db
ADD = "/mail/accounts/add/"


def typed(**fields) -> AccountInput:
    return AccountInput(
        **{"address": "bob@house.example", "password": "pw-1", "imap_host": "mail.house.example", **fields}
    )


def form_of(**fields) -> dict:
    """What the browser sends of a filled form."""
    return {
        "address": "bob@gmail.com",
        "auth": "password",
        "password": "abcd efgh",
        "imap_host": "imap.gmail.com",
        "imap_port": "993",
        "imap_security": "tls",
        "smtp_host": "smtp.gmail.com",
        "smtp_port": "465",
        "smtp_security": "tls",
        "sharing": "private",
        "unknown_senders": "ask",
        "sync_interval": "15",
        "signature": "Bob\nSales <bob@gmail.com>",
        **fields,
    }


@pytest.mark.parametrize(
    ("address", "imap", "smtp", "keeps_sent"),
    [
        ("a@gmail.com", "imap.gmail.com", "smtp.gmail.com", False),
        ("a@Outlook.com", "outlook.office365.com", "smtp.office365.com", True),
        ("a@yahoo.com", "imap.mail.yahoo.com", "smtp.mail.yahoo.com", True),
        ("a@icloud.com", "imap.mail.me.com", "smtp.mail.me.com", True),
        ("a@yandex.com", "imap.yandex.com", "smtp.yandex.com", True),
        ("a@zoho.eu", "imap.zoho.eu", "smtp.zoho.eu", True),
        ("a@ovh.net", "ssl0.ovh.net", "ssl0.ovh.net", True),
        ("a@window.example", "mail.window.example", "mail.window.example", True),
    ],
)
def test_the_address_tells_the_servers(address, imap, smtp, keeps_sent):
    preset = preset_for(address)

    assert (preset.imap.host, preset.smtp.host, preset.keeps_sent) == (imap, smtp, keeps_sent)


def test_a_house_of_its_own_domain_may_name_its_provider():
    assert preset_for("bob@house.example", "gmail").imap.host == "imap.gmail.com"


def test_bob_adds_his_mailbox_address_first(client, bob):
    client.force_login(bob)

    first = client.post(ADD, {"address": "Bob@Gmail.com", "provider": ""}).content.decode()
    client.post(ADD, form_of())

    assert 'value="imap.gmail.com"' in first
    assert "app password" in first
    account = MailAccount.objects.get()
    assert (account.owner, account.address, account.sync_interval) == (bob, "bob@gmail.com", 15)
    assert account.signature == "Bob<br>Sales &lt;bob@gmail.com&gt;"
    assert "abcd" not in account.password
    assert secrets.decrypt(account.password) == "abcd efgh"
    assert Operation.objects.get(verb="mail.synced").parameters["account_id"] == account.pk  # its page has a bar
    edited = client.get(reverse("messaging:account_edit", args=[account.pk])).content.decode()
    assert "abcd" not in edited
    assert "Bob&lt;br&gt;Sales &amp;lt;bob@gmail.com&amp;gt;" in edited  # what the editor opens


def test_what_is_wrong_stands_at_its_field(client, bob):
    client.force_login(bob)

    answer = client.post(ADD, form_of(imap_host="https://imap.gmail.com/", smtp_host="10.0.0.5"))

    assert answer.status_code == 422
    words = answer.content.decode()
    assert "Only the name of the server" in words
    assert "private network" in words
    assert not MailAccount.objects.exists()


def test_nobody_else_learns_of_ones_own_mailbox(client, bob, alice, ada, now):
    account = services.add_account(actor=bob, data=typed(), now=now)

    for outsider in (alice, ada):
        client.force_login(outsider)
        assert "bob@house.example" not in client.get("/mail/accounts/").content.decode()
        assert client.get(f"/mail/accounts/{account.pk}/").status_code == 404
        with pytest.raises(PermissionDenied):
            services.change_account(actor=outsider, account=account, data=typed(), now=now)
        with pytest.raises(PermissionDenied):
            services.close_account(actor=outsider, account=account, now=now)
    assert "bob@house.example" not in client.get("/activities/log/").content.decode()
    client.force_login(bob)
    assert "bob@house.example" in client.get("/mail/accounts/").content.decode()


def test_the_admin_shows_shared_mailboxes_without_secrets_and_ones_own_not_at_all(client, ada, bob, alice, now):
    own = services.add_account(actor=bob, data=typed(), now=now)
    shared = services.add_account(actor=alice, data=typed(address="office@house.example"), shared_by=Sharers(), now=now)
    client.force_login(ada)
    client.post("/accounts/reauthenticate/", {"password": "correct-horse-1"})

    listed = client.get("/admin/messaging/mailaccount/").content.decode()
    page = client.get(f"/admin/messaging/mailaccount/{shared.pk}/change/").content.decode()

    assert "office@house.example" in listed
    assert "bob@house.example" not in listed
    assert "mail.house.example" in page
    assert shared.password not in page
    assert client.get(f"/admin/messaging/mailaccount/{own.pk}/change/").status_code == 302  # there is none


def test_managers_share_a_mailbox_with_members_and_a_team(client, alice, bob, charlie, now):
    team = Team.objects.create(name="East")
    TeamMembership.objects.create(team=team, user=charlie, valid_from=now.date())
    data = typed(address="office@house.example")
    account = services.add_account(actor=alice, data=data, shared_by=Sharers([bob], team), now=now)

    assert account.is_shared
    assert [MailAccount.objects.visible_to(user).count() for user in (bob, charlie, alice)] == [1, 1, 0]
    client.force_login(bob)
    assert "office@house.example" in client.get(f"/mail/accounts/{account.pk}/").content.decode()
    assert client.get(f"/mail/accounts/{account.pk}/edit/").status_code == 403
    with pytest.raises(PermissionDenied):
        services.add_account(actor=bob, data=typed(), shared_by=Sharers(), now=now)


def test_who_reads_a_shared_mailbox_is_in_the_audit_and_no_secret_in_the_changes(alice, bob, charlie, now):
    data = typed(address="office@house.example")
    account = services.add_account(actor=alice, data=data, shared_by=Sharers([bob]), now=now)

    services.change_account(actor=alice, account=account, data=data, shared_by=Sharers([charlie]), now=now)

    assert list(account.members.all()) == [charlie]
    events = AuditEvent.objects.filter(verb__startswith="mail_account").order_by("pk")
    assert [event.details["members"] for event in events] == [[bob.pk], [charlie.pk]]
    diffs = [change.diff for change in Change.objects.order_by("pk")]
    assert diffs[-1] == {"members": [[bob.pk], [charlie.pk]]}
    assert not any("password" in diff for diff in diffs)


def test_the_password_stays_with_its_server(bob, now):
    account = services.add_account(actor=bob, data=typed(), now=now)

    services.change_account(actor=bob, account=account, data=typed(password="", display_name="Bob"), now=now)
    account.refresh_from_db()
    assert secrets.decrypt(account.password) == "pw-1"
    for change in ({"imap_host": "mail.thief.example"}, {"imap_security": "none"}, {"login": "other"}):
        with pytest.raises(ValidationError) as told:
            services.change_account(actor=bob, account=account, data=typed(password="", **change), now=now)
        assert "password" in told.value.message_dict

    account.refresh_from_db()
    assert account.imap_host == "mail.house.example"


def test_a_mailbox_that_only_sends_takes_no_password_to_another_server(bob, now):
    data = typed(imap_host="", smtp_host="smtp.house.example")
    account = services.add_account(actor=bob, data=data, now=now)

    elsewhere = typed(imap_host="", smtp_host="smtp.thief.example", password="")
    services.change_account(actor=bob, account=account, data=elsewhere, now=now)

    account.refresh_from_db()
    assert account.password == ""


def test_an_address_has_one_mailbox(bob, charlie, now):
    services.add_account(actor=bob, data=typed(), now=now)

    with pytest.raises(ValidationError, match="already"):
        services.add_account(actor=charlie, data=typed(address="BOB@house.example"), now=now)


def test_a_closed_mailbox_comes_back_with_undo(client, bob, now):
    account = services.add_account(actor=bob, data=typed(), now=now)

    operation = services.close_account(actor=bob, account=account, now=now)
    assert operation is not None
    account.refresh_from_db()
    assert not account.can_receive
    assert services.close_account(actor=bob, account=account, now=now) is None
    undo(actor=bob, operation=operation, now=now)

    account.refresh_from_db()
    assert account.can_receive
    assert secrets.decrypt(account.password) == "pw-1"


def test_addresses_lead_to_the_composer_as_soon_as_there_is_a_mailbox(alice, bob, charlie, now):
    def writes(user) -> bool:
        return compose_address(preferences_of(user), "anna@example.com") != ""

    own = typed(smtp_host="smtp.house.example")
    assert not writes(bob)

    account = services.add_account(actor=bob, data=own, now=now)
    assert writes(bob)
    assert not writes(charlie)
    operation = services.close_account(actor=bob, account=account, now=now)
    assert operation is not None
    assert not writes(bob)
    undo(actor=bob, operation=operation, now=now)
    assert writes(bob)

    data = typed(address="office@house.example", smtp_host="smtp.house.example")
    office = services.add_account(actor=alice, data=data, shared_by=Sharers([alice]), now=now)
    services.change_account(actor=alice, account=office, data=data, shared_by=Sharers([charlie]), now=now)
    assert writes(charlie)
    assert not writes(alice)


def test_the_number_of_unread_mail_follows_the_members(alice, bob, charlie, now):
    data = typed(address="office@house.example")
    office = services.add_account(actor=alice, data=data, shared_by=Sharers([bob]), now=now)
    arrive(office, raw_mail(to="office@house.example"))
    assert [unread_threads(user) for user in (bob, charlie)] == [1, 0]

    services.change_account(actor=alice, account=office, data=data, shared_by=Sharers([charlie]), now=now)

    assert [unread_threads(user) for user in (bob, charlie)] == [0, 1]


def test_the_history_follows_what_the_mailbox_shares(alice, bob, charlie, ada, now):
    unit = UnitInput(kind="work", emails=[EmailInput(address="olena@vikna.example")])
    create_entity(actor=ada, data=EntityInput(first_name="Olena", units=[unit]), now=now)
    data = typed(address="office@house.example")
    office = services.add_account(actor=alice, data=data, shared_by=Sharers([bob]), now=now)
    arrive(office, raw_mail(to="office@house.example"))

    def readers() -> list[bool]:
        entries = Activity.objects.filter(kind="mail")
        return [entries.visible_to(user).exists() for user in (bob, charlie)]

    assert readers() == [True, False]
    services.change_account(actor=alice, account=office, data=data, shared_by=Sharers([charlie]), now=now)
    assert readers() == [False, True]


def test_strangers_are_put_only_where_one_may_put_contacts(bob, charlie, now):
    theirs = Folder.objects.create(name="Charlie's", kind="personal", owner=charlie)

    with pytest.raises(PermissionDenied):
        services.add_account(actor=bob, data=typed(unknown_folder=theirs), now=now)


def test_a_signature_is_made_safe(bob, now):
    foul = '<p onclick="x()">Bob<script>alert(1)</script> <a href="javascript:x()">site</a> <b>Sales</b></p>'

    account = services.add_account(actor=bob, data=typed(signature=foul), now=now)

    assert account.signature == '<p>Bob <a rel="noopener noreferrer">site</a> <b>Sales</b></p>'


def test_folders_are_chosen_after_the_first_connection(client, bob, charlie, now):
    account = services.add_account(actor=bob, data=typed(), now=now)
    inbox, spam = (MailFolder.objects.create(account=account, name=name) for name in ("INBOX", "Spam"))
    client.force_login(bob)

    client.post(f"/mail/accounts/{account.pk}/folders/", {"folders": [str(inbox.pk), "nonsense"]})

    assert dict(MailFolder.objects.values_list("name", "is_synced")) == {"INBOX": True, "Spam": False}
    with pytest.raises(PermissionDenied):
        services.choose_folders(actor=charlie, account=account, folder_ids=[spam.pk], now=now)


def test_the_page_says_what_is_missing_and_why_nothing_comes(client, bob, now):
    account = services.add_account(actor=bob, data=typed(), now=now)
    MailFolder.objects.create(
        account=account, name="INBOX", role="inbox", meter_total=12_000, meter_missing_count=3, metered_at=now
    )
    MailAccount.objects.update(failing_since=now, last_error="mail.house.example refused the sign-in.")
    client.force_login(bob)

    page = client.get(f"/mail/accounts/{account.pk}/").content.decode()

    assert "refused the sign-in" in page
    assert "99.9 %" in page  # three are missing: it isn't complete


@pytest.mark.parametrize("work", ["fetch", "measure", "fetch-missing"])
def test_work_that_is_begun_shows_how_far_it_has_come(client, bob, charlie, now, work):
    account = services.add_account(actor=bob, data=typed(), now=now)
    client.force_login(bob)

    client.post(f"/mail/accounts/{account.pk}/{work}/")
    Operation.objects.update(state="running", done=300, total=12_000)

    page = client.get(f"/mail/accounts/{account.pk}/").content.decode()
    assert 'value="300" max="12000"' in page
    assert "Fetch now" not in page
    client.force_login(charlie)
    assert client.post(f"/mail/accounts/{account.pk}/{work}/").status_code == 404


def test_rotation_reaches_all_secrets_of_a_mailbox(settings, bob, now):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SECRETS_KEYS = [old]
    account = services.add_account(actor=bob, data=typed(), now=now)
    MailAccount.objects.update(refresh_token=secrets.encrypt("refresh"), access_token=secrets.encrypt("access"))
    settings.SECRETS_KEYS = [new, old]

    call_command("rotate_secrets")

    settings.SECRETS_KEYS = [new]
    account.refresh_from_db()
    tokens = (account.password, account.refresh_token, account.access_token)
    assert [secrets.decrypt(token) for token in tokens] == ["pw-1", "refresh", "access"]
