"""Mail templates: written, kept in versions, retired, copied; who may; and the page on which it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.activities.services.meeting_inputs import Guests, Span, Words
from apps.activities.services.meetings import plan_meeting
from apps.core.contributions import documents
from apps.core.services.operations import undo
from apps.messaging.models import MailTemplate
from apps.messaging.services import templates as service
from apps.messaging.services.template_context import context_of, subject_of
from apps.messaging.services.template_contexts import template_contexts
from apps.messaging.services.template_language import check, render
from tests.contacts.factories import FolderFactory, PersonFactory

pytestmark = pytest.mark.django_db

INPUT = service.TemplateInput(name="Offer", category="free", context_type="contacts.entity")


@pytest.fixture
def sheet(db) -> MailTemplate:
    return MailTemplate.objects.get(key="customer_sheet")


@pytest.fixture
def own(bob, now) -> MailTemplate:
    return service.make_template(actor=bob, data=INPUT, is_own=True, now=now)


def write(actor, template, now, *, subject="Hello {{ contact.name }}", body="<p>Good day</p>", seen=0, language="en"):
    return service.save_words(
        actor=actor, template=template, language=language, subject=subject, body=body, seen=seen, now=now
    )


def test_the_house_begins_with_words_in_both_languages_that_can_be_filled(bob, now):
    olena = PersonFactory(primary_email="olena@example.com")
    keys = {
        "appointment_reminder",
        "payment_reminder",
        "free",
        *(each.mail_template for each in documents if each.mail_template),
    }

    found = MailTemplate.objects.filter(key__in=keys)

    assert {each.key for each in found} == keys
    for template in found:
        versions = service.newest_versions(template)
        assert set(versions) == {"en", "uk"}
        for language, version in versions.items():
            assert check(version) == []
            context = template_contexts.get(template.context_type)
            assert context
            if template.context_type == "contacts.entity":
                values = context_of(bob, template.context_type, olena.pk, language, now=now)
                assert render(version, values, language=language).missing == []


def test_each_save_is_a_version_and_an_earlier_one_comes_back_as_the_newest(bob, own, now):
    first = write(bob, own, now, body="<p>One</p>")
    write(bob, own, now, body="<p>Two</p>", seen=1)
    same = write(bob, own, now, body="<p>Two</p>", seen=2)
    service.restore_words(actor=bob, version=first, now=now)

    assert same.number == 2
    assert list(own.versions.order_by("number").values_list("number", "body")) == [
        (1, "<p>One</p>"),
        (2, "<p>Two</p>"),
        (3, "<p>One</p>"),
    ]


def test_nobody_overwrites_what_another_has_saved_meanwhile(ada, alice, sheet, now):
    write(ada, sheet, now, seen=1)

    with pytest.raises(service.TemplateChanged):
        write(alice, sheet, now, seen=1, body="<p>Mine</p>")


def test_mistakes_are_told_at_their_field_and_nothing_is_kept(bob, own, now):
    with pytest.raises(ValidationError) as caught:
        write(bob, own, now, subject="{{ contact.nmae }}", body="<p>a</p>\n<p>{% if x %}</p>")

    assert caught.value.message_dict == {
        "subject": ["Line 1: There is no “contact.nmae”."],
        "body": ["Line 2: “endif” is missing."],
    }
    assert not own.versions.exists()


def test_scripts_do_not_get_into_a_template(bob, own, now):
    body = '<p onclick="x()">Hi<script>alert(1)</script><img src="https://spy.example/p.gif"></p>'

    assert write(bob, own, now, body=body).body == "<p>Hi</p>"


@pytest.mark.parametrize("deed", ["write", "change", "retire"])
def test_templates_of_the_house_are_the_managers(bob, alice, ada, sheet, now, deed):
    def do(actor):
        if deed == "write":
            newest = service.newest_versions(sheet)["en"]
            write(actor, sheet, now, seen=newest.number, subject=f"By {actor.name}")
        elif deed == "change":
            service.change_template(actor=actor, template=sheet, data=INPUT, now=now)
        else:
            service.retire_template(actor=actor, template=sheet, now=now)

    with pytest.raises(PermissionDenied):
        do(bob)
    do(alice)
    do(ada)


def test_ones_own_template_is_nobody_elses(client, ada, bob, own, now):
    write(bob, own, now)

    assert own not in MailTemplate.objects.visible_to(ada)
    with pytest.raises(PermissionDenied):
        write(ada, own, now, seen=1)
    client.force_login(ada)
    assert client.get(reverse("messaging:template", args=[own.pk])).status_code == 404
    client.force_login(bob)
    assert client.get(reverse("messaging:template", args=[own.pk])).status_code == 200


def test_only_managers_make_templates_for_the_house(bob, alice, dora, now):
    assert service.make_template(actor=alice, data=INPUT, is_own=False, now=now).owner is None
    with pytest.raises(PermissionDenied):
        service.make_template(actor=bob, data=INPUT, is_own=False, now=now)
    with pytest.raises(PermissionDenied):
        service.make_template(actor=dora, data=INPUT, is_own=True, now=now)


def test_two_templates_of_one_name_have_keys_of_their_own(bob, own, now):
    assert own.key == "offer"
    assert service.make_template(actor=bob, data=INPUT, is_own=True, now=now).key == "offer-2"


def test_a_copy_goes_on_from_the_newest_words(bob, sheet, now):
    copy = service.copy_template(actor=bob, template=sheet, is_own=True, now=now)

    assert copy.owner == bob
    assert copy.document == "customer_sheet"
    assert {each.body for each in copy.versions.all()} == {each.body for each in sheet.versions.all()}


def test_retiring_is_undone(client, alice, sheet, now):
    client.force_login(alice)

    answer = client.post(reverse("messaging:template_retire", args=[sheet.pk]), follow=True)

    assert "is offered no longer" in answer.content.decode()
    assert sheet not in MailTemplate.objects.visible_to(alice).in_use()
    operation = service.retire_template(actor=alice, template=MailTemplate.objects.get(key="free"), now=now)
    undo(actor=alice, operation=operation, now=now)
    assert MailTemplate.objects.get(key="free").retired_at is None
    client.post(reverse("messaging:template_restore", args=[sheet.pk]))
    assert sheet in MailTemplate.objects.visible_to(alice).in_use()


def test_the_list_groups_by_category_and_narrows_by_language(client, bob, own, now):
    write(bob, own, now, language="uk")
    client.force_login(bob)

    all_of_them = client.get(reverse("messaging:templates")).content.decode()
    english = client.get(reverse("messaging:templates"), {"language": "en"}).content.decode()

    assert "Payment reminder" in all_of_them
    assert ">Offer<" in all_of_them
    assert "Payment reminder" in english
    assert ">Offer<" not in english


def test_a_template_is_written_on_its_page(client, bob, own):
    client.force_login(bob)
    page = reverse("messaging:template", args=[own.pk]) + "?language=uk"

    assert 'data-variable="contact.first_name"' in client.get(page).content.decode()
    wrong = client.post(page, {"seen": "0", "subject": "Вітаємо", "body": "<p>{{ contact.nmae }}</p>"})
    assert wrong.status_code == 422
    assert "Line 1: There is no “contact.nmae”." in wrong.content.decode()
    right = client.post(page, {"seen": "0", "subject": "Вітаємо", "body": "<p>{{ contact.name }}</p>"}, follow=True)

    assert "Saved" in right.content.decode()
    assert own.versions.get().language == "uk"
    stale = client.post(page, {"seen": "0", "subject": "Інше", "body": "<p>x</p>"})
    assert stale.status_code == 422
    assert 'name="seen" value="1"' in stale.content.decode()


def test_the_preview_is_filled_with_the_chosen_record_and_names_gaps(client, bob, charlie, own, now):
    olena = PersonFactory(job_title="<b>Boss</b>")
    client.force_login(bob)
    page = reverse("messaging:template_preview", args=[own.pk]) + "?language=en"
    words = {"subject": "To {{ contact.last_name }}", "body": "<p>{{ contact.job_title }}, {{ contact.city }}</p>"}

    shown = client.post(page, {**words, "record": olena.pk}, headers={"HX-Request": "true"}).content.decode()

    assert "To Koval" in shown
    assert "&lt;b&gt;Boss&lt;/b&gt;, ⟦contact.city⟧" in shown
    assert "<html" not in shown
    broken = client.post(page, {**words, "body": "a\n{{ x | foo }}", "record": olena.pk}).content.decode()
    assert "Line 2: There is no “foo” after the bar." in broken
    assert not own.versions.exists()


def test_the_preview_shows_nobody_what_they_may_not_see(client, bob, charlie, sheet, now):

    hidden = PersonFactory(folder=FolderFactory(kind="personal", owner=bob))
    page = reverse("messaging:template_preview", args=[sheet.pk])
    words = {"subject": "{{ contact.last_name }}", "body": "", "record": hidden.pk}

    client.force_login(bob)
    assert "Koval" in client.post(page, words).content.decode()
    client.force_login(charlie)
    assert client.post(page, words).status_code == 404


def test_a_reminder_is_filled_from_its_appointment(bob, now):
    olena = PersonFactory(primary_email="olena@example.com")
    start = (now + timedelta(days=2)).replace(tzinfo=None)
    span = Span(start, start + timedelta(hours=1), "Europe/Kyiv")
    meeting = plan_meeting(
        actor=bob, span=span, words=Words("Measuring", place="Lviv"), guests=Guests([olena]), now=now
    )
    template = MailTemplate.objects.get(key="appointment_reminder")

    kind, record = subject_of(template, entity_id=olena.pk, record_id=meeting.pk)
    values = context_of(bob, kind, record, "en", now=now)
    filled = render(service.newest_versions(template)["en"], values, language="en")

    assert filled.subject == "Reminder: Measuring, 4 November 2026"
    assert "Wednesday, 4 November 2026 at 09:30, Lviv" in filled.body_html
    assert filled.missing == []


def test_a_template_of_contacts_is_filled_from_its_recipient(sheet):
    assert subject_of(sheet, entity_id=7, record_id=9) == ("contacts.entity", 7)
    assert subject_of(sheet, entity_id=None, record_id=9) == ("", None)
