"""The organisation chart and the graph of who is tied to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from apps.contacts.models import RelationshipType, Unit
from apps.contacts.services.folders import Grant, create_folder
from tests.contacts.factories import OrganisationFactory, PersonFactory, tie

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return str(response.content, "utf-8")


def test_the_chart_shows_the_line_up_and_all_below(client, bob, works_for):
    part_of = RelationshipType.objects.get(key="part_of")
    group, firm = OrganisationFactory(name="Glass Group"), OrganisationFactory(name="Vikna Plus")
    olena = PersonFactory(first_name="Olena", last_name="Koval")
    ivan = PersonFactory(first_name="Ivan", last_name="Bondar")
    tie(part_of, firm, group)
    tie(works_for, olena, firm, job_title="Director", is_primary=True)
    tie(works_for, ivan, firm, job_title="Fitter", department="Assembly")
    works = Unit.objects.create(entity=firm, name="Works", kind="work")
    Unit.objects.create(entity=firm, name="Assembly", kind="work", parent=works)
    client.force_login(bob)

    of_firm = text_of(client.get(f"/contacts/{firm.pk}/chart/"))
    of_person = text_of(client.get(f"/contacts/{olena.pk}/chart/"))

    for word in ("Glass Group", "Olena Koval", "Director", "Assembly", "Ivan Bondar"):
        assert word in of_firm
    for word in ("Glass Group", "Vikna Plus", "Ivan Bondar"):
        assert word in of_person


def test_the_graph_shows_two_steps_and_hides_what_folders_hide(client, ada, charlie, works_for, now):
    knows = RelationshipType.objects.get(key="knows")
    sales = Group.objects.get_or_create(name="sales")[0]
    secret = create_folder(actor=ada, name="Secret", kind="restricted", grants={sales: Grant()}, now=now)
    firm = OrganisationFactory(name="Vikna Plus")
    olena, ivan, petro, far, further, past = (
        PersonFactory(first_name=name, last_name="Koval")
        for name in ("Olena", "Ivan", "Petro", "Far", "Further", "Past")
    )
    hidden = PersonFactory(first_name="Hidden", last_name="Person", folder=secret)
    for person in (olena, ivan, petro, hidden):
        tie(works_for, person, firm)
    tie(knows, olena, ivan)
    tie(knows, firm, far)
    tie(knows, far, further)
    tie(knows, olena, past, valid_to=(now - timedelta(days=400)).date())
    client.force_login(charlie)

    shown = text_of(client.get(f"/contacts/{olena.pk}/graph/"))

    for name in ("Vikna Plus", "Ivan Koval", "Far Koval", "Petro Koval", "works for", "employs"):
        assert name in shown
    for name in ("Hidden Person", "Further Koval", "Past Koval"):
        assert name not in shown
    assert "style=" not in shown


def test_a_hidden_contact_has_no_pictures(client, ada, charlie, now):
    sales = Group.objects.get_or_create(name="sales")[0]
    secret = create_folder(actor=ada, name="Secret", kind="restricted", grants={sales: Grant()}, now=now)
    hidden = PersonFactory(folder=secret)
    client.force_login(charlie)

    assert client.get(f"/contacts/{hidden.pk}/chart/").status_code == 404
    assert client.get(f"/contacts/{hidden.pk}/graph/").status_code == 404


def test_a_large_firm_is_cut_to_what_a_picture_holds(client, bob, works_for):
    firm = OrganisationFactory(name="Vikna Plus")
    for number in range(160):
        tie(works_for, PersonFactory(first_name=f"P{number}"), firm)
    client.force_login(bob)

    for picture in ("chart", "graph"):
        shown = text_of(client.get(f"/contacts/{firm.pk}/{picture}/"))
        assert "Only the nearest 150 are shown here" in shown
        assert shown.count("<foreignObject") <= 300
