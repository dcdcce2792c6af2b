"""Opportunities in detail: own fields, roles of contacts, and what was thrown away."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from apps.accounts.services.tokens import create_token
from apps.contacts.models import Entity, FieldDefinition
from apps.contacts.services.clipboard import clip
from apps.contacts.services.fields import define_field
from apps.core import clock
from apps.core.kept import forget_now
from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.crm.models import Opportunity, PipelineStage
from apps.crm.services.opportunities import (
    OpportunityInput,
    change_opportunity,
    make_opportunity,
    restore_opportunity,
    trash_opportunity,
)
from tests.conftest import make_user
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam():
    return make_user("sam@example.com", "Sam Sales", "sales")


@pytest.fixture
def eve():
    return make_user("eve@example.com", "Eve Sales", "sales")


@pytest.fixture
def olha():
    return PersonFactory(first_name="Olha", last_name="Koval")


@pytest.fixture
def facade(sam, olha):
    data = OpportunityInput(title="Facade", owner=sam, contacts=[olha], roles={olha.pk: "decides"})
    return make_opportunity(actor=sam, data=data, stage=first_stage(), now=NOW)


@pytest.fixture
def storeys(ada):
    return define_field(actor=ada, target="opportunity", label="Storeys", field_type="number", now=NOW)


def first_stage():
    return PipelineStage.objects.filter(pipeline__purpose="opportunity", outcome="open").earliest("position")


def change(actor, opportunity, olha, **more):
    data = OpportunityInput(title="Facade", owner=opportunity.owner, contacts=[olha], **more)
    return change_opportunity(actor=actor, opportunity=opportunity, data=data, now=NOW)


def test_a_role_is_changed_kept_and_taken_back(sam, olha, facade):
    assert change(sam, facade, olha) is None
    operation = change(sam, facade, olha, roles={olha.pk: " uses   it "})
    assert facade.contacts.get().role == "uses it"
    undo(actor=sam, operation=Operation.objects.get(pk=operation), now=NOW)
    assert facade.contacts.get().role == "decides"


def test_the_form_asks_for_the_role_of_each_contact_and_for_the_own_fields(client, sam, olha, facade, storeys):
    client.force_login(sam)
    edit = reverse("crm:opportunity_edit", args=[facade.pk])
    page = client.get(edit).content.decode()
    assert "Role of Olha Koval" in page
    assert 'value="decides"' in page
    assert "Storeys" in page
    sent = {
        "title": "Facade",
        "contacts": [olha.pk],
        f"role-{olha.pk}": "installs",
        "currency": "UAH",
        f"custom-{storeys.key}": "nine",
        "version": facade.version,
    }
    refused = client.post(edit, sent)
    assert refused.status_code == 422
    assert client.post(edit, sent | {f"custom-{storeys.key}": "9"}).status_code in (204, 302)
    facade.refresh_from_db()
    assert facade.contacts.get().role == "installs"
    assert str(facade.attributes[storeys.key]) == "9"
    client.force_login(sam)
    shown = client.get(reverse("crm:opportunity", args=[facade.pk])).content.decode()
    assert "Storeys" in shown
    assert "installs" in shown


def test_an_own_field_that_is_needed_is_asked_for_and_a_strange_one_refused(sam, olha, facade, storeys):
    FieldDefinition.objects.filter(pk=storeys.pk).update(is_required=True)
    forget_now()
    with pytest.raises(ValidationError) as refused:
        make_opportunity(
            actor=sam, data=OpportunityInput(title="School", owner=sam, fields={}), stage=first_stage(), now=NOW
        )
    assert set(refused.value.message_dict) == {f"fields.{storeys.key}"}
    with pytest.raises(ValidationError):
        change(sam, facade, olha, fields={"unheard-of": "1"})
    operation = change(sam, facade, olha, fields={storeys.key: "4"})
    undo(actor=sam, operation=Operation.objects.get(pk=operation), now=NOW)
    facade.refresh_from_db()
    assert facade.attributes == {}


def test_a_program_reads_and_writes_roles_and_own_fields(sam, olha, facade, storeys):
    scopes = ("contacts:read", "contacts:write")
    _row, token = create_token(actor=sam, user=sam, name="test", scopes=scopes, expires_at=None, now=clock.now())
    client = Client(headers={"Authorization": f"Bearer {token}"})
    address = f"/api/v1/opportunities/{facade.pk}"
    wish = {"roles": {str(olha.pk): "pays"}, "fields": {storeys.key: "12"}}
    answer = client.patch(address, json.dumps(wish), "application/json")
    assert answer.status_code == 200, answer.content
    told = client.get(address).json()
    assert told["roles"] == {str(olha.pk): "pays"}
    assert {key: str(value) for key, value in told["fields"].items()} == {storeys.key: "12"}
    assert client.patch(address, json.dumps({"source": "Fair"}), "application/json").json()["roles"] == told["roles"]


def test_what_was_thrown_away_is_listed_and_brought_back(client, sam, facade):
    trash_opportunity(actor=sam, opportunity=facade, now=NOW)
    client.force_login(sam)
    assert "Facade" not in client.get(reverse("crm:opportunity_list")).content.decode()
    assert "Facade" in client.get(reverse("crm:opportunity_trashed")).content.decode()
    page = client.get(reverse("crm:opportunity", args=[facade.pk])).content.decode()
    assert "Bring back" in page
    assert "Throw away" not in page
    assert client.get(reverse("crm:opportunity_edit", args=[facade.pk])).status_code == 404
    client.post(reverse("crm:opportunity_restore", args=[facade.pk]))
    assert Opportunity.objects.live().get() == facade
    assert "Facade" in client.get(reverse("crm:opportunity_list")).content.decode()
    assert restore_opportunity(actor=sam, opportunity=facade, now=NOW) is None


def test_who_does_not_manage_it_brings_nothing_back(client, sam, eve, facade):
    trash_opportunity(actor=sam, opportunity=facade, now=NOW)
    client.force_login(eve)
    assert "Bring back" not in client.get(reverse("crm:opportunity", args=[facade.pk])).content.decode()
    assert client.post(reverse("crm:opportunity_restore", args=[facade.pk])).status_code == 403
    with pytest.raises(PermissionDenied):
        restore_opportunity(actor=eve, opportunity=facade, now=NOW)


def test_only_administrators_change_the_fields(client, ada, sam, storeys):
    page = reverse("crm:opportunity_fields")
    for user, status in ((sam, 403), (ada, 200)):
        client.force_login(user)
        assert client.get(page).status_code == status
    assert "Storeys" in client.get(page).content.decode()


def test_those_on_the_clipboard_are_tied_to_a_new_one_by_one_click(client, sam, olha):
    others = [PersonFactory(last_name=f"Person {number}") for number in range(51)]
    clip(actor=sam, chosen=Entity.objects.filter(pk__in=[olha.pk, others[0].pk]), now=NOW)
    client.force_login(sam)
    url = reverse("crm:opportunity_of_chosen") + "?tab=clipboard"

    sheet = client.post(url, {"all": "1", "match": ""}, follow=True)

    assert set(sheet.context["form"].initial["contacts"]) == {olha.pk, others[0].pk}
    clip(actor=sam, chosen=Entity.objects.all(), now=NOW)
    told = client.post(url, {"all": "1", "match": ""}, follow=True)
    assert "choose fewer" in told.content.decode()


def test_an_address_that_names_hidden_contacts_fills_in_those_one_sees(client, sam, olha):
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    client.force_login(sam)

    form = client.get(reverse("crm:opportunity_add"), {"contact": [hidden.pk, olha.pk, "x"]}).context["form"]

    assert (form.initial["contacts"], form.initial["title"]) == ([olha.pk], olha.display_name)
