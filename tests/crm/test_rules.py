"""Rules act once for each fact, by the rights of whoever saved them, and say in their log what they did."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from apps.accounts.models import Team, TeamMembership
from apps.activities.models import Notice, Task
from apps.contacts.models import FieldDefinition, Folder
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.inputs import EntityInput, UnitInput
from apps.core.kept import forget_now
from apps.core.models import Operation, WebhookEndpoint, WebhookEvent
from apps.core.services.operations import undo
from apps.crm.forms.rules import RuleForm
from apps.crm.models import Absence, Assignment, Enrolment, JourneyStep, Persona, PipelineStage, RuleRun
from apps.crm.rules.registry import triggers
from apps.crm.selectors.rules import tried
from apps.crm.services.assignments import assign
from apps.crm.services.contact_events import RULE_ACTED, STAGE_CHANGED, render
from apps.crm.services.hand_overs import Terms, begin_hand_over
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import give_persona
from apps.crm.services.rule_queue import note, note_dates
from apps.crm.services.rule_runs import run_rules
from apps.crm.services.rules import remove_rule, save_rule
from apps.crm.services.sequences import save_sequence
from tests.conftest import make_user
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW

TODAY = NOW.date()
CALL = {"task": {"subject": "Call them", "days": 2, "who": ""}}


def rule(actor, name="Greet", trigger="contact_made", **fields):
    made = save_rule(actor=actor, now=NOW, name=name, trigger=trigger, **({"actions": CALL} | fields))
    forget_now()
    return made


def newcomer(actor, country="UA", last_name="Koval"):
    data = EntityInput(last_name=last_name, units=[UnitInput(city="Lviv", country=country)])
    return create_entity(actor=actor, data=data, now=NOW)


def states():
    return list(RuleRun.objects.order_by("pk").values_list("rule_name", "state", "trouble"))


def stage(key, name):
    return PipelineStage.objects.get(pipeline__persona__key=key, name=name)


@pytest.mark.django_db
def test_a_new_contact_that_fits_gets_its_task_once(alice, bob):
    rule(alice, conditions={"country": "ua"}, actions={"task": CALL["task"] | {"who": f"user:{bob.pk}"}})
    entity = newcomer(bob)
    newcomer(bob, country="DE")

    assert run_rules(now=NOW) == 1
    assert run_rules(now=NOW) == 0

    task = Task.objects.get()
    assert [task.activity.subject, task.due_on] == ["Call them", TODAY + timedelta(days=2)]
    assert [each.user for each in task.assignees.all()] == [bob]
    run = RuleRun.objects.get()
    assert (run.entity, run.state, run.done) == (entity, "done", [["task", "Call them"]])


@pytest.mark.django_db
def test_what_a_rule_did_goes_back_in_one_step(alice, bob):
    rule(alice, actions={"assign": {"to": f"user:{bob.pk}"}})
    entity = newcomer(alice)
    run_rules(now=NOW)
    assert Assignment.objects.get(entity=entity).user == bob
    assert Notice.objects.filter(user=bob, verb="hand_over.begun").count() == 1

    undo(actor=alice, operation=Operation.objects.get(verb="rule.acted"), now=NOW)

    assert not Assignment.objects.filter(entity=entity).exists()


@pytest.mark.django_db
def test_who_is_away_gets_nothing_and_their_stand_in_does(alice, bob):
    sam = make_user("sam@example.com", "Sam Sales", "sales")
    days = {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=3), "created_at": NOW}
    Absence.objects.create(user=bob, **days)
    Absence.objects.create(user=alice, stand_in=sam, **days)
    rule(alice, name="To Bob", actions={"assign": {"to": f"user:{bob.pk}"}})
    newcomer(alice)
    run_rules(now=NOW)
    assert states() == [("To Bob", "failed", "Nobody of them is there.")]

    rule(alice, name="To Alice", trigger="persona_given", actions={"assign": {"to": f"user:{alice.pk}"}})
    give_persona(actor=alice, entity=newcomer(alice), persona=Persona.objects.get(key="lead"), now=NOW)
    run_rules(now=NOW)

    assert Assignment.objects.get().user == sam


@pytest.mark.django_db
def test_the_least_laden_of_a_team_gets_the_next(alice, bob):
    sam = make_user("sam@example.com", "Sam Sales", "sales")
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    for user in (bob, sam):
        TeamMembership.objects.create(team=team, user=user, valid_from=TODAY - timedelta(days=1))
    assign(actor=alice, entity=PersonFactory(), user=bob, on=TODAY, now=NOW)
    rule(alice, actions={"assign": {"to": f"least:{team.pk}"}})

    first = newcomer(alice)
    run_rules(now=NOW)

    assert Assignment.objects.get(entity=first).user == sam


@pytest.mark.django_db
def test_a_stage_entered_moves_nothing_in_a_ring(alice, bob):
    entity = PersonFactory()
    give_persona(actor=alice, entity=entity, persona=Persona.objects.get(key="lead"), now=NOW)
    first, second = PipelineStage.objects.filter(pipeline__persona__key="lead").order_by("position")[:2]
    rule(
        alice,
        name="On",
        trigger="stage_entered",
        options={"stage": str(second.pk)},
        actions={"stage": {"stage": str(first.pk)}},
    )
    rule(
        alice,
        name="Back",
        trigger="stage_entered",
        options={"stage": str(first.pk)},
        actions={"stage": {"stage": str(second.pk)}},
    )

    move_contact(actor=alice, entity=entity, stage=second, now=NOW)
    while run_rules(now=NOW):
        pass

    assert states() == [("On", "done", ""), ("Back", "done", ""), ("On", "skipped", "loop")]
    assert JourneyStep.objects.current().get(entity=entity).stage == second


@pytest.mark.django_db
def test_only_a_change_of_the_chosen_field_counts(alice, bob):
    entity = newcomer(alice)
    actions = {"task": CALL["task"] | {"who": f"user:{bob.pk}"}}
    rule(alice, trigger="contact_changed", options={"field": "last_name"}, actions=actions)

    update_entity(actor=alice, entity=entity, fields={"first_name": "Olha"}, expected_version=None, now=NOW)
    run_rules(now=NOW)
    assert states() == [("Greet", "skipped", "unchanged")]
    update_entity(actor=alice, entity=entity, fields={"last_name": "Bondar"}, expected_version=None, now=NOW)
    run_rules(now=NOW)

    assert Task.objects.count() == 1


@pytest.mark.django_db
def test_a_birthday_is_noted_once_however_often_the_day_is_looked_at(alice, bob):
    soon = TODAY + timedelta(days=7)
    PersonFactory(birthday=f"1980-{soon:%m-%d}")
    PersonFactory(birthday="1980-01-01")
    actions = {"task": CALL["task"] | {"who": f"user:{bob.pk}"}}
    rule(alice, trigger="date", options={"field": "birthday", "days": 7}, actions=actions)

    note_dates(now=NOW)
    note_dates(now=NOW + timedelta(minutes=30))
    run_rules(now=NOW + timedelta(hours=1))

    assert Task.objects.count() == 1


@pytest.mark.django_db
def test_a_rule_touches_no_personal_folder(alice, bob):
    rule(alice)
    own = Folder.objects.create(name="Own", kind="personal", owner=bob)

    assert note("contact_made", [PersonFactory(folder=own).pk], now=NOW) == 0


@pytest.mark.django_db
def test_who_may_not_do_it_any_more_lets_nothing_be_done(alice, bob):
    rule(alice, actions={"assign": {"to": f"user:{bob.pk}"}})
    newcomer(bob)
    alice.groups.clear()

    run_rules(now=NOW)

    assert states() == [("Greet", "failed", "Whoever saved this rule may not do this.")]
    assert not Assignment.objects.exists()


@pytest.mark.django_db
def test_a_salesperson_neither_saves_nor_removes_rules(alice, bob):
    made = rule(alice)
    with pytest.raises(PermissionDenied):
        rule(bob, name="Mine")
    with pytest.raises(PermissionDenied):
        remove_rule(actor=bob, rule=made, now=NOW)


@pytest.mark.django_db
def test_many_contacts_are_queued_in_a_handful_of_statements(alice, django_assert_max_num_queries):
    rule(alice, conditions={"country": "UA"})
    ids = [PersonFactory(country="UA").pk for _one in range(60)]

    with django_assert_max_num_queries(6):
        assert note("contact_made", ids, now=NOW) == 60


@pytest.mark.django_db
def test_programs_of_the_house_hear_of_stages_hand_overs_and_rules(alice, bob):
    endpoint = WebhookEndpoint.objects.create(audience="house", name="CRM", url="https://example.com/", created_at=NOW)
    rule(alice, trigger="stage_entered", actions={"event": {"name": "warm"}})
    entity = PersonFactory(first_name="Olha", last_name="Koval")
    give_persona(actor=alice, entity=entity, persona=Persona.objects.get(key="lead"), now=NOW)
    run_rules(now=NOW)
    begin_hand_over(actor=alice, entity_ids=[entity.pk], terms=Terms(user=bob, starts_on=TODAY), now=NOW)

    events = {event.type: event for event in WebhookEvent.objects.all()}

    assert set(events) == {STAGE_CHANGED, RULE_ACTED, "contact.handed_over"}
    warm, handed = render(endpoint, events[RULE_ACTED]), render(endpoint, events["contact.handed_over"])
    assert warm is not None
    assert warm["name"] == "warm"
    assert handed is not None
    assert handed["to"] == "Bob Sales"
    entity.folder = Folder.objects.create(name="Own", kind="personal", owner=bob)
    entity.save()
    assert render(endpoint, events[STAGE_CHANGED]) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_acts(alice, bob, everyone_folder):
    rule(alice, actions={"task": CALL["task"] | {"who": f"user:{bob.pk}"}})
    for number in range(6):
        newcomer(alice, last_name=f"Koval{number}")
    counts = []

    def work():
        try:
            counts.append(run_rules(now=NOW))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _one in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert sum(counts) == 6
    assert Task.objects.count() == 6
    assert Operation.objects.filter(verb="rule.acted").count() == 6


@pytest.mark.django_db
def test_a_manager_writes_a_rule_and_finds_in_its_log_what_it_did(client, alice, bob):
    client.force_login(alice)
    typed = {"name": "Greet", "match": "all", "is_active": "on", "if_country": "UA", "do_task_subject": "Call them"}
    page = client.post("/crm/rules/new/contact_made/", typed | {"do_task_days": "2", "do_task_who": f"user:{bob.pk}"})
    assert page.status_code == 302
    forget_now()
    entity = newcomer(bob)
    run_rules(now=NOW)

    shown = client.get("/crm/rules/").content.decode()

    assert "A contact is made" in shown
    assert "If from the country: UA" in shown
    assert "Make a task: Call them" in shown
    assert f"/contacts/{entity.pk}/" in shown


@pytest.mark.django_db
def test_a_rule_that_does_nothing_is_not_saved(client, alice):
    client.force_login(alice)

    page = client.post("/crm/rules/new/contact_made/", {"name": "Nothing", "match": "all"})

    assert page.status_code == 422
    assert "Say what is to be done." in page.content.decode()


@pytest.mark.django_db
def test_trying_a_rule_names_the_contacts_and_does_nothing(alice, bob):
    newcomer(bob, last_name="Bondar")
    newcomer(bob, last_name="Melnyk", country="DE")
    made = rule(alice, conditions={"country": "UA"})

    found = tried(made, reader=alice, now=NOW + timedelta(days=1))

    assert [entity.display_name for entity in found] == ["Bondar"]
    assert tried(made, reader=alice, now=NOW + timedelta(days=31)) == []
    assert not RuleRun.objects.exists()


@pytest.mark.django_db
def test_the_list_of_rules_asks_the_same_of_one_and_of_twelve(client, alice, django_assert_max_num_queries):
    client.force_login(alice)
    for number in range(12):
        rule(alice, name=f"Greet {number}", conditions={"country": "UA"})
    newcomer(alice)
    client.get("/crm/rules/")

    with django_assert_max_num_queries(30):
        client.get("/crm/rules/")


@pytest.mark.django_db
@pytest.mark.parametrize("trigger", [key for key, _entry in triggers.items()])
def test_each_trigger_has_its_form(client, alice, trigger):
    client.force_login(alice)
    FieldDefinition.objects.create(target="person", key="signed_on", label="Signed on", field_type="date")

    page = client.get(f"/crm/rules/new/{trigger}/")

    assert page.status_code == 200
    assert ("Signed on" in page.content.decode()) is (trigger == "date")


@pytest.mark.django_db
def test_a_run_that_breaks_is_tried_again_and_then_says_so(alice, bob):
    made = rule(alice, actions={"task": {"subject": "Call them", "days": "soon", "who": f"user:{bob.pk}"}})
    newcomer(bob)

    run_rules(now=NOW)
    assert states() == [("Greet", "waiting", "")]
    assert run_rules(now=NOW) == 0
    for minutes in (1, 20, 200):
        run_rules(now=NOW + timedelta(minutes=minutes))

    assert states() == [(made.name, "failed", "Something went wrong; it was logged.")]
    assert not Task.objects.exists()


@pytest.mark.django_db
def test_the_form_of_a_rule_reads_each_choice_once(alice, django_assert_max_num_queries):
    entry = triggers.get("contact_made")
    assert entry is not None

    with django_assert_max_num_queries(12):
        RuleForm(trigger=entry).as_p()


@pytest.mark.django_db
def test_the_page_of_a_rule_keeps_to_the_budget_of_small_pages(client, alice, django_assert_max_num_queries):
    client.force_login(alice)
    made = rule(alice)
    client.get(f"/crm/rules/{made.pk}/")

    with django_assert_max_num_queries(12):
        client.get(f"/crm/rules/{made.pk}/")


@pytest.mark.django_db
def test_a_rule_lets_a_contact_begin_a_sequence_once(alice, bob):
    sequence = save_sequence(actor=alice, name="New dealer", steps=[(3, "call", "")], now=NOW)
    rule(alice, actions={"sequence": {"sequence": str(sequence.pk)}})
    entity = newcomer(bob)

    run_rules(now=NOW)

    enrolment = Enrolment.objects.get()
    assert (enrolment.entity, enrolment.due_on) == (entity, TODAY + timedelta(days=3))
    assert RuleRun.objects.get().done == [["sequence", "New dealer"]]
