"""Rules and mail: one that comes in or stays without an answer sets them off, and they send one; the log is cleared."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.activities.models import Task
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.kept import forget_now
from apps.core.models import OutgoingMail
from apps.crm.models import RuleRun
from apps.crm.rules.fitting import fits
from apps.crm.services.assignments import assign
from apps.crm.services.rule_log import clear_rule_log
from apps.crm.services.rule_mails import note_unanswered
from apps.crm.services.rule_queue import note
from apps.crm.services.rule_runs import run_rules
from apps.crm.services.rules import save_rule
from apps.messaging.models import MailAccount, MailMessage
from apps.messaging.services.sending import send_draft
from tests.crm.factories import NOW
from tests.crm.test_sequence_mails import letter, person
from tests.messaging.mails import arrive, make_account, raw_mail
from tests.messaging.writers import letter as draft_to
from tests.messaging.writers import mailbox

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
CALL = {"task": {"subject": "Call them", "days": 0, "who": ""}}


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def rule(actor, trigger="contact_made", name="Rule", **fields):
    made = save_rule(actor=actor, now=NOW, name=name, trigger=trigger, **({"actions": CALL} | fields))
    forget_now()
    return made


def log() -> list[tuple[str, list[list[str]]]]:
    return list(RuleRun.objects.order_by("pk").values_list("state", "done"))


def from_olena(n=1, **changes) -> bytes:
    return raw_mail(sender="Olena <olena@example.com>", id=f"m{n}@example.com", at=NOW, **changes)


def test_a_mail_that_comes_into_a_shared_mailbox_sets_the_rule_off_once(alice, bob):
    olena = person()
    assign(actor=alice, entity=olena, user=bob, on=NOW.date(), now=NOW)
    rule(alice, "mail_came", options={"subject": "window"})
    shared = make_account(None, address="info@rapport.example")

    arrive(shared, from_olena(1), from_olena(2, subject="Doors"), from_olena(1))
    arrive(shared, from_olena(3, headers={"Auto-Submitted": "auto-replied"}))
    run_rules(now=NOW)

    assert log() == [("done", [["task", "Call them"]])]
    assert Task.objects.count() == 1


def test_a_mailbox_of_which_nobody_is_to_know_sets_nothing_off(alice, bob):
    olena = person()
    assign(actor=alice, entity=olena, user=bob, on=NOW.date(), now=NOW)
    rule(alice, "mail_came")
    account = make_account(bob)

    arrive(account, from_olena(1))
    assert log() == []
    MailAccount.objects.update(sharing="happened")
    arrive(account, from_olena(2))
    assert len(log()) == 1


def test_what_a_mailbox_brings_along_from_before_is_no_news(alice, bob):
    person()
    rule(alice, "mail_came")
    shared = make_account(None, address="info@rapport.example")

    arrive(shared, raw_mail(sender="Olena <olena@example.com>", at=NOW - 2 * DAY))

    assert log() == []


def wrote(bob, to):
    account = MailAccount.objects.filter(owner=bob).first() or mailbox(bob, sharing="happened")
    draft = draft_to(bob, to=to.primary_email, account=account)
    message = send_draft(actor=bob, draft=draft, now=NOW)
    MailMessage.objects.filter(pk=message.pk).update(state="sent")


def test_a_mail_without_an_answer_after_three_days_sets_it_off_once(alice, bob):
    silent, answering = person("Olena"), person("Anna")
    for each in (silent, answering):
        assign(actor=alice, entity=each, user=bob, on=NOW.date(), now=NOW)
        wrote(bob, each)
    shared = make_account(None, address="info@rapport.example")
    arrive(shared, raw_mail(sender="Anna <anna@example.com>", at=NOW + DAY), now=NOW + DAY)
    rule(alice, "mail_unanswered", options={"days": 3})

    assert note_unanswered(now=NOW + 2 * DAY) == 0
    note_unanswered(now=NOW + 3 * DAY)
    note_unanswered(now=NOW + 4 * DAY)
    run_rules(now=NOW + 4 * DAY)

    assert list(RuleRun.objects.values_list("entity__first_name", "state")) == [("Olena", "done")]


def test_a_rule_sends_its_mail_once_however_often_the_run_is_tried(alice, bob):
    olena = person()
    mailbox(bob)
    assign(actor=alice, entity=olena, user=bob, on=NOW.date(), now=NOW)
    rule(alice, actions={"mail": {"template": str(letter().pk)}})
    note("contact_made", [olena.pk], now=NOW)

    run_rules(now=NOW)
    RuleRun.objects.update(state="waiting", finished_at=None)
    run_rules(now=NOW)

    (envelope,) = OutgoingMail.objects.all()
    assert (envelope.recipients, envelope.scope) == (["olena@example.com"], "mailings")
    assert b"Subject: For Olena" in bytes(envelope.raw)
    assert log() == [("done", [["mail", "Welcome"]])]


def test_a_withheld_mail_is_told_and_undoes_nothing_beside_it(alice, bob):
    olena = person(opted_out_at=NOW)
    mailbox(bob)
    assign(actor=alice, entity=olena, user=bob, on=NOW.date(), now=NOW)
    rule(alice, actions=CALL | {"mail": {"template": str(letter().pk)}})
    note("contact_made", [olena.pk], now=NOW)

    run_rules(now=NOW)

    assert not OutgoingMail.objects.filter(scope="mailings").exists()
    ((state, done),) = log()
    assert state == "done"
    assert ["task", "Call them"] in done
    assert ["mail", "Welcome was withheld (The contact wants no mailings)"] in done


def test_two_houses_that_answer_by_rules_do_not_go_on_for_ever(alice, bob):
    person()
    rule(alice, "mail_came", actions={"mail": {"template": str(letter().pk)}})
    shared = make_account(None, address="info@rapport.example")

    arrive(shared, from_olena(1))
    run_rules(now=NOW)
    arrive(shared, from_olena(2))
    run_rules(now=NOW)

    assert OutgoingMail.objects.count() == 1


def test_a_condition_stands_several_times_and_all_or_any_of_them_must_fit(alice, client, bob):
    lviv, kyiv = person("Olena Lviv"), person("Olena Kyiv")
    ids = [lviv.pk, kyiv.pk]
    client.force_login(alice)
    values = {"name": "Named", "is_active": "on", "match": "all", "if_name": "olena, lviv", "do_task_subject": "Call"}
    assert client.post("/crm/rules/new/contact_made/", values).status_code in (200, 204, 302)
    made = rule(alice, name="Read again", conditions={"name": ["olena", "lviv"]})

    assert fits(made, ids, NOW.date()) == {lviv.pk}
    made.match = "any"
    assert fits(made, ids, NOW.date()) == {lviv.pk, kyiv.pk}
    made.conditions = {"name": "kyiv"}  # as older rules have it
    assert fits(made, ids, NOW.date()) == {kyiv.pk}
    page = client.get("/crm/rules/").content.decode()
    assert page.count("olena, lviv") == 2


def test_the_log_is_cleared_after_its_time_but_for_what_waits(alice, settings):
    settings.RAPPORT_RULE_LOG_KEPT_DAYS = 30
    made = rule(alice)
    ids = [person(f"P{n}").pk for n in range(3)]
    note("contact_made", ids, now=NOW - 31 * DAY)
    RuleRun.objects.filter(entity__in=ids[:2]).update(state="done", finished_at=NOW)
    RuleRun.objects.filter(entity=ids[1]).update(at=NOW - 29 * DAY)

    assert clear_rule_log(now=NOW) == 1
    assert clear_rule_log(now=NOW) == 0

    assert set(made.runs.values_list("entity", flat=True)) == set(ids[1:])
    assert Entity.objects.filter(pk__in=ids).count() == 3
