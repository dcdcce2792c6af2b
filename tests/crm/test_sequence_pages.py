"""Managers build sequences in the settings; a contact's page begins, shows and stops them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.activities.models import Activity
from apps.core import clock
from apps.crm.models import Enrolment, Sequence
from apps.crm.services.sequences import enrol, run_sequences, save_sequence
from apps.messaging.models import MailTemplate
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.crm.factories import NOW

FIRST = {"name": "New dealer", "is_active": "on", "kind_1": "todo", "day_1": "7", "words_1": "Send the catalogue"}


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def olena(db):
    return PersonFactory(first_name="Olena", last_name="Koval", primary_email="")


def panel_of(client, entity) -> str:
    part = reverse("crm:contact_sequences", args=[entity.pk])
    assert part in client.get(reverse("contacts:entity", args=[entity.pk])).content.decode()
    content: str = client.get(part, headers={"HX-Request": "true"}).content.decode()
    return content


def test_a_manager_builds_a_sequence_and_its_steps_stand_by_their_days(client, alice):
    client.force_login(alice)
    assert "No sequences yet" in client.get(reverse("crm:sequences")).content.decode()

    client.post(reverse("crm:sequence_add"), FIRST | {"kind_2": "call", "day_2": "3"})

    sequence = Sequence.objects.get()
    steps = sequence.steps.order_by("position").values_list("day", "kind", "words")
    assert list(steps) == [(3, "call", ""), (7, "todo", "Send the catalogue")]
    shown = client.get(reverse("crm:sequences")).content.decode()
    assert "Day 3: Call, Day 7: To do (Send the catalogue)" in shown
    assert "Send the catalogue" in client.get(reverse("crm:sequence", args=[sequence.pk])).content.decode()


def test_a_form_with_gaps_says_what_is_missing(client, alice):
    client.force_login(alice)
    add = reverse("crm:sequence_add")
    for wrong in ({"kind_1": ""}, {"day_1": ""}, {"words_1": ""}, {"name": ""}):
        assert client.post(add, FIRST | wrong).status_code == 422
    assert not Sequence.objects.exists()


def test_it_is_begun_shown_and_stopped_with_a_reason_on_the_page_of_a_contact(client, alice, olena):
    sequence = save_sequence(actor=alice, name="New dealer", steps=[(3, "call", "")], now=NOW)
    client.force_login(alice)
    assert "In no sequence" in panel_of(client, olena)

    client.post(reverse("crm:sequence_begin", args=[olena.pk]), {"sequence": sequence.pk})
    enrolment = Enrolment.objects.get()
    assert "0 of 1 step done" in panel_of(client, olena)

    client.post(reverse("crm:enrolment_stop", args=[enrolment.pk]), {"words": "Asked for peace"})
    shown = panel_of(client, olena)
    assert "In no sequence" in shown
    assert "Stopped by hand" in shown
    assert "Asked for peace" in shown
    verbs = Activity.objects.filter(kind="sequence").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["sequence.begun", "sequence.ended"]
    timeline = client.get(reverse("activities:timeline", args=[olena.pk])).content.decode()
    assert "Ended: New dealer (Stopped by hand)" in timeline


def test_a_mail_step_is_chosen_by_its_template_and_told_on_the_page_of_the_contact(client, alice, olena):
    template = MailTemplate.objects.create(key="welcome", name="Welcome", created_at=NOW)
    client.force_login(alice)
    chosen = {"kind_1": f"mail:{template.pk}", "day_1": "0", "words_1": ""}
    client.post(reverse("crm:sequence_add"), FIRST | chosen)
    sequence = Sequence.objects.get()
    assert "Day 0: Mail (Welcome)" in client.get(reverse("crm:sequences")).content.decode()

    MailTemplate.objects.update(retired_at=NOW)  # one in use stays chosen, and is offered to no other
    assert f'value="mail:{template.pk}" selected' in sheet_of(client, reverse("crm:sequence", args=[sequence.pk]))
    assert f'value="mail:{template.pk}"' not in sheet_of(client, reverse("crm:sequence_add"))

    enrol(actor=alice, sequence=sequence, entity_ids=[olena.pk], now=NOW)
    run_sequences(now=NOW)
    shown = panel_of(client, olena)
    assert "withheld" in shown
    assert "The contact has no e-mail address" in shown
    timeline = client.get(reverse("activities:timeline", args=[olena.pk])).content.decode()
    assert "A mail was withheld: New dealer (The contact has no e-mail address)" in timeline


def sheet_of(client, address) -> str:
    content: str = client.get(address).content.decode()
    return content


def test_an_outsider_learns_nothing_of_the_sequences_of_a_hidden_contact(client, alice, charlie):
    hidden = PersonFactory(first_name="Hidden", folder=FolderFactory(kind="restricted"))
    sequence = save_sequence(actor=alice, name="New dealer", steps=[(3, "call", "")], now=NOW)
    (enrolment,) = enrol(actor=None, sequence=sequence, entity_ids=[hidden.pk], now=NOW)
    client.force_login(charlie)

    for name, pk in (("contact_sequences", hidden.pk), ("sequence_begin", hidden.pk), ("enrolment_stop", enrolment.pk)):
        assert client.get(reverse(f"crm:{name}", args=[pk])).status_code in (403, 404)
    assert client.get(reverse("crm:sequences")).status_code == 403
