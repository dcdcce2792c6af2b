"""Mail in the one history: on the timelines of whom it bears, read by whom its mailbox lets in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from apps.accounts.models import Team, TeamMembership
from apps.activities.models import Activity, Notice
from apps.activities.selectors.timelines import timeline_of
from apps.activities.services.watching import watch_entity
from apps.contacts.services.entities import create_entity
from apps.contacts.services.folders import personal_folder
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput
from apps.core.contributions import filing
from apps.messaging.models import MailMessage
from apps.messaging.services.account_input import AccountInput
from apps.messaging.services.accounts import Sharers, change_account
from apps.messaging.services.filing import file_messages
from apps.messaging.services.sharing import set_sharing, share_thread, unshare_thread
from apps.messaging.services.stamping import stamp_account
from tests.messaging.mails import arrive, make_account, raw_mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def olena(ada, everyone_folder, now):
    return _contact(ada, now)


def _contact(actor, now, **fields):
    data = EntityInput(
        first_name="Olena",
        last_name="Koval",
        emails=[EmailInput("Olena@Vikna.Example")],
        jobs=[JobInput(organisation_name="Vikna")],
        **fields,
    )
    return create_entity(actor=actor, data=data, now=now)


@pytest.fixture
def account(bob):
    return make_account(bob)


@pytest.fixture
def team(bob, alice):
    team = Team.objects.create(name="East")
    for user in (bob, alice):
        TeamMembership.objects.create(team=team, user=user, valid_from=date(2026, 1, 1))
    return team


def read(entity, user, now):
    return [(each.subject, each.snippet) for each in timeline_of(entity, user=user, now=now).entries]


def test_a_mail_stands_with_the_contact_and_the_employer_for_its_reader_alone(account, olena, bob, alice, ada, now):
    arrive(account, raw_mail("The frames are ready"))

    mine = [("Windows", "The frames are ready")]
    assert read(olena, bob, now) == read(olena.organisation_entity, bob, now) == mine
    assert read(olena, alice, now) == read(olena, ada, now) == []
    entry = Activity.objects.get(mail__isnull=False)
    assert (entry.kind, entry.verb, entry.facts["direction"]) == ("mail", "mail.received", "in")
    assert entry.occurred_at == now - timedelta(hours=1)


def test_what_we_wrote_bears_its_author(account, olena, bob, now):
    arrive(account, raw_mail(sender="bob@rapport.example", to="olena@vikna.example"), role="sent")

    entry = Activity.objects.get(mail__isnull=False)
    assert (entry.verb, entry.actor) == ("mail.sent", bob)


def test_filed_again_it_is_the_same_entry(account, olena, now):
    [stored] = arrive(account, raw_mail())
    before = stored.message.activity_id

    file_messages([MailMessage.objects.get()], now=now)

    assert MailMessage.objects.get().activity_id == before
    assert Activity.objects.filter(kind="mail").count() == 1


def test_others_see_that_it_took_place_where_its_owner_wants_that(account, olena, bob, alice, dora, now):
    arrive(account, raw_mail("Secret price"))

    set_sharing(actor=bob, account=account, sharing="happened", now=now)
    assert read(olena, alice, now) == read(olena, bob, now) == [("", "")]
    assert not MailMessage.objects.visible_to(alice).exists()
    assert not Activity.objects.visible_to(dora).exists()

    set_sharing(actor=bob, account=account, sharing="private", now=now)
    assert read(olena, alice, now) == []
    assert read(olena, bob, now) == [("Windows", "Secret price")]


def test_the_owners_teams_read_it_where_he_shares_it(account, olena, bob, alice, charlie, team, now):
    set_sharing(actor=bob, account=account, sharing="team", now=now)

    arrive(account, raw_mail("Secret price"))

    assert read(olena, alice, now) == [("Windows", "Secret price")]
    assert MailMessage.objects.visible_to(alice).exists()
    assert read(olena, charlie, now) == []
    assert not MailMessage.objects.visible_to(charlie).exists()


def test_the_form_of_a_mailbox_hides_its_mail_at_once(account, olena, bob, alice, team, now):
    set_sharing(actor=bob, account=account, sharing="team", now=now)
    arrive(account, raw_mail("Secret price"))
    assert read(olena, alice, now) == [("Windows", "Secret price")]

    data = AccountInput(address=account.address, smtp_host="mail.example.com", sharing="private")
    change_account(actor=bob, account=account, data=data, now=now)

    assert read(olena, alice, now) == []
    assert not MailMessage.objects.visible_to(alice).exists()
    assert read(olena, bob, now) == [("Windows", "Secret price")]


def test_a_member_who_was_taken_out_reads_no_more_of_a_shared_mailbox(olena, alice, bob, ada, now):
    account = make_account(None, "info@rapport.example")
    account.members.set([alice, bob])
    arrive(account, raw_mail("Secret price"))
    assert read(olena, alice, now) == [("Windows", "Secret price")]

    data = AccountInput(address=account.address, smtp_host="mail.example.com")
    change_account(actor=ada, account=account, data=data, shared_by=Sharers(members=[bob]), now=now)

    assert read(olena, alice, now) == []
    assert read(olena, bob, now) == [("Windows", "Secret price")]


def test_who_has_left_the_team_shares_nothing_with_it(account, olena, bob, alice, team, now):
    set_sharing(actor=bob, account=account, sharing="team", now=now)
    arrive(account, raw_mail("Secret price"))
    TeamMembership.objects.filter(user=bob).update(valid_to=now.date())

    assert not MailMessage.objects.visible_to(alice).exists()

    stamp_account(account, today=now.date())  # as each night
    assert read(olena, alice, now) == []
    assert read(olena, bob, now) == [("Windows", "Secret price")]


def test_nobody_else_changes_how_a_mailbox_is_shared(account, ada, alice, now):
    for stranger in (ada, alice):
        with pytest.raises(PermissionDenied):
            set_sharing(actor=stranger, account=account, sharing="team", now=now)


def test_a_thread_is_shown_to_a_colleague_and_taken_back(account, olena, bob, alice, charlie, now):
    [stored] = arrive(account, raw_mail("Secret price"))
    thread = stored.message.thread

    share = share_thread(actor=bob, account=account, thread=thread, user=alice, now=now)
    assert read(olena, alice, now) == [("Windows", "Secret price")]
    assert MailMessage.objects.visible_to(alice).exists()
    assert read(olena, charlie, now) == []

    unshare_thread(actor=bob, share=share, now=now)
    assert read(olena, alice, now) == []
    with pytest.raises(PermissionDenied):
        share_thread(actor=charlie, account=account, thread=thread, user=charlie, now=now)


def test_two_mailboxes_let_in_the_people_of_both(account, olena, bob, alice, charlie, now):
    hers = make_account(alice, "alice@rapport.example")
    raw = raw_mail(to="bob@rapport.example, alice@rapport.example")
    arrive(account, raw)
    arrive(hers, raw)

    assert read(olena, alice, now) == read(olena, bob, now) != []
    assert read(olena, charlie, now) == []
    assert Activity.objects.filter(kind="mail").count() == 1


def test_a_contact_in_a_personal_folder_has_its_owners_mail_alone(bob, alice, everyone_folder, now):
    hers = _contact(alice, now, folder_id=personal_folder(actor=alice, now=now).pk)
    arrive(make_account(bob, unknown_senders="never"), raw_mail())
    arrive(make_account(None, "info@rapport.example", unknown_senders="never"), raw_mail())
    assert read(hers, alice, now) == []

    arrive(make_account(alice, "alice@rapport.example"), raw_mail())

    assert len(read(hers, alice, now)) == 1


@pytest.mark.parametrize("role", ["junk", "trash", "drafts"])
def test_what_lies_aside_is_no_history(account, olena, role):
    arrive(account, raw_mail(), role=role)

    assert not Activity.objects.filter(kind="mail").exists()


def test_newsletters_and_mail_among_colleagues_are_no_history(account, olena, alice):
    make_account(alice, "alice@rapport.example")
    arrive(
        account,
        raw_mail(headers={"List-Unsubscribe": "<mailto:off@x>"}),
        raw_mail(id="two@x", sender="alice@rapport.example"),
    )

    assert not Activity.objects.filter(kind="mail").exists()


def test_who_watches_is_told_as_far_as_they_may_know(account, olena, bob, alice, now):
    for user in (bob, alice):
        watch_entity(actor=user, entity=olena, now=now)

    arrive(account, raw_mail(), raw_mail(id="old@x", at=now - timedelta(days=9)))

    assert list(Notice.objects.values_list("user", "event")) == [(bob.pk, "mail")]


def test_a_thread_keeps_the_record_that_one_of_its_mails_named(account, olena, monkeypatch):
    monkeypatch.setattr(filing, "_items", {"test.order": (1, lambda hint: [12] if "No. 12" in hint.subject else [])})
    arrive(account, raw_mail(subject="Order No. 12"))

    arrive(account, raw_mail(id="2@x", subject="Delivery", headers={"In-Reply-To": "<one@vikna.example>"}))

    entries = Activity.objects.filter(kind="mail").values_list("context_type", "context_id")
    assert set(entries) == {("test.order", 12)}


def test_on_the_timeline_it_leads_to_its_thread_and_a_mere_fact_nowhere(client, account, olena, bob, alice, now):
    [stored] = arrive(account, raw_mail())
    way = reverse("messaging:thread", args=[stored.message.thread_id])
    timeline = reverse("activities:timeline", args=[olena.pk])
    client.force_login(bob)
    assert way in client.get(timeline).content.decode()

    set_sharing(actor=bob, account=account, sharing="happened", now=now)

    client.force_login(alice)
    page = client.get(timeline).content.decode()
    assert "Received" in page
    assert way not in page
    assert "Windows" not in page


def test_what_is_taken_out_of_spam_is_history_from_then_on(account, olena, bob, now):
    raw = raw_mail()
    arrive(account, raw, role="junk")
    assert read(olena, bob, now) == []

    arrive(account, raw, role="inbox")

    assert len(read(olena, bob, now)) == 1
