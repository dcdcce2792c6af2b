"""The list of contacts as a page: what it shows to whom, and what it remembers."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contacts.models import CategoryPermission, Entity, Folder, FolderPermission
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.entities import create_entity
from apps.contacts.services.fields import define_field
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, PhoneInput, UnitInput
from apps.core.models import Operation, SavedView
from apps.core.services.operations import run, undo
from tests.contacts.factories import CategoryFactory, FolderFactory, PersonFactory

PEOPLE = "/contacts/list/people/"


def add(actor, now, last_name, *, city="Lviv", phone="", email="", company="", **fields) -> Entity:
    phones = [PhoneInput(phone)] if phone else []
    emails = [EmailInput(email)] if email else []
    jobs = [JobInput(organisation_name=company, title="Buyer")] if company else []
    units = [UnitInput(city=city, phones=phones, emails=emails)]
    return create_entity(actor=actor, data=EntityInput(last_name=last_name, units=units, jobs=jobs, **fields), now=now)


def shown(response) -> list[str]:
    """The names in the rows, from top to bottom."""
    assert response.status_code == 200
    ids = re.findall(r'class="rows__link" href="/contacts/(\d+)/"', response.content.decode())
    found = Entity.objects.in_bulk([int(pk) for pk in ids])
    return [found[int(pk)].display_name for pk in ids]


def footer(response) -> str:
    return " ".join(re.findall(r'list-footer__(?:records|page)">([^<]*)<', response.content.decode()))


@pytest.fixture
def crowd(bob, now) -> list[Entity]:
    return [
        add(bob, now, "Zhuk", city="Kyiv", phone="+380 44 123 45 67", company="Vikna Plus"),
        add(bob, now, "Ärlich", city="Львів", email="arlich@example.com"),
        add(bob, now, "Bondar", city="Lviv", company="Akku"),
    ]


def test_people_and_organisations_have_a_tab_each_sorted_as_one_likes(client, bob, crowd):
    client.force_login(bob)

    assert shown(client.get(PEOPLE)) == ["Ärlich", "Bondar", "Zhuk"]
    assert shown(client.get(f"{PEOPLE}?sort=-name")) == ["Zhuk", "Bondar", "Ärlich"]
    assert shown(client.get(f"{PEOPLE}?sort=-organisation")) == ["Zhuk", "Bondar", "Ärlich"]
    assert shown(client.get("/contacts/list/organisations/")) == ["Akku", "Vikna Plus"]
    assert shown(client.get("/contacts/list/all/?letter=a")) == ["Akku", "Ärlich"]
    assert client.get("/contacts/list/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=123 45", ["Zhuk"]),
        ("q=zhu", ["Zhuk"]),
        ("q=arlich@", ["Ärlich"]),
        ("q=жук", ["Zhuk"]),
        ("f.city=lv", ["Bondar"]),
        ("f.city=льв", ["Ärlich"]),
        ("f.has_phone=yes", ["Zhuk"]),
        ("f.has_email=no", ["Bondar", "Zhuk"]),
        ("f.city=odesa", []),
    ],
)
def test_words_and_filters_narrow_the_list(client, bob, crowd, query, names):
    client.force_login(bob)

    assert shown(client.get(f"{PEOPLE}?{query}")) == names


def test_the_footer_says_where_one_is(client, bob, everyone_folder):
    Entity.objects.bulk_create(
        PersonFactory.build(last_name=f"Bondar {number:03}", folder=everyone_folder) for number in range(120)
    )
    client.force_login(bob)

    assert footer(client.get(PEOPLE)) == "Records 1 to 50 of 120 Page 1 of 3"
    assert footer(client.get(f"{PEOPLE}?page=3")) == "Records 101 to 120 of 120 Page 3 of 3"
    assert footer(client.get(f"{PEOPLE}?size=100&page=2")) == "Records 101 to 120 of 120 Page 2 of 2"


def test_what_a_folder_or_a_category_hides_is_in_no_list_count_or_choice(client, bob, charlie, now):
    sales = Group.objects.get(name="sales")
    folder = FolderFactory(name="Suppliers", kind="restricted")
    FolderPermission.objects.create(folder=folder, group=sales, can_edit=True)
    board = CategoryFactory(name="Board", is_restricted=True)
    CategoryPermission.objects.create(category=board, group=sales)
    forget_rights()
    add(bob, now, "Seen")
    add(bob, now, "Hidden", folder_id=folder.pk)
    add(bob, now, "Secret", category_ids=[board.pk])

    client.force_login(bob)
    page = client.get(PEOPLE)
    assert shown(page) == ["Hidden", "Secret", "Seen"]
    assert "Suppliers" in page.content.decode()
    client.force_login(charlie)
    page = client.get(PEOPLE)
    assert shown(page) == ["Seen"]
    assert footer(page) == "Records 1 to 1 of 1"
    assert "Suppliers" not in page.content.decode()
    assert "Board" not in page.content.decode()
    assert shown(client.get(f"{PEOPLE}?f.folder={folder.pk}")) == shown(client.get(f"{PEOPLE}?f.category={board.pk}"))
    assert client.get("/contacts/pick/?q=hidden").json()["items"] == []


def test_a_view_keeps_filters_and_order_under_a_name_and_others_may_use_it(client, bob, charlie, crowd):
    client.force_login(bob)
    back = f"{PEOPLE}?f.has_email=no&sort=-name"
    client.post("/lists/contacts.entities/views/", {"name": "Without mail", "is_shared": "on", "back": back})

    view = SavedView.objects.get(owner=bob)
    assert shown(client.get(f"{PEOPLE}?view={view.pk}")) == ["Zhuk", "Bondar"]
    client.force_login(charlie)
    assert shown(client.get(f"{PEOPLE}?view={view.pk}")) == ["Zhuk", "Bondar"]
    SavedView.objects.update(is_shared=False)
    assert shown(client.get(f"{PEOPLE}?view={view.pk}")) == ["Ärlich", "Bondar", "Zhuk"]


def test_columns_stay_chosen(client, bob, crowd):
    client.force_login(bob)
    client.post("/lists/contacts.entities/columns/", {"columns": ["name", "job_title"], "save": "own", "back": PEOPLE})

    heads = re.findall(r"rows__sort[^>]*>([^<]+)", client.get(PEOPLE).content.decode())
    assert heads == ["Name", "Job title"]


def test_the_list_asks_little_however_much_it_shows(client, bob, now, ada, everyone_folder):
    define_field(actor=ada, target="person", label="Wood", field_type="text", is_filterable=True, now=now)
    partners = CategoryFactory(name="Partners")
    for number in range(12):
        add(bob, now, f"Bondar {number}", company=f"Firm {number}", category_ids=[partners.pk])
    client.force_login(bob)
    columns = ["name", "organisation", "categories", "folder", "owner", "city"]
    client.post("/lists/contacts.entities/columns/", {"columns": columns, "save": "own", "back": PEOPLE})
    client.get(PEOPLE)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"{PEOPLE}?f.city=lviv&sort=-organisation")
    assert len(shown(response)) == 12
    assert len(queries) <= 10, "\n".join(query["sql"][:3000] for query in queries)


def test_chosen_contacts_are_changed_at_once(client, bob, crowd):
    client.force_login(bob)
    folder = FolderFactory(name="Customers")
    forget_rights()
    chosen = {"ids": [crowd[0].pk, crowd[2].pk]}

    asked = client.post("/contacts/bulk/folder/?tab=people", chosen)
    assert "2 contacts are chosen" in asked.content.decode()
    done = client.post("/contacts/bulk/folder/?tab=people", {**chosen, "confirmed": "1", "folder": folder.pk})

    operation = Operation.objects.get(verb="entities.moved")
    assert done["Location"] == f"/operations/{operation.pk}/"
    assert set(Entity.objects.filter(folder=folder)) == {crowd[0], crowd[2]}


def test_all_matches_are_changed_and_not_those_that_somebody_only_sees(client, bob, ada, now, everyone_folder):
    shut = FolderFactory(name="Suppliers", kind="restricted")
    FolderPermission.objects.create(folder=shut, group=Group.objects.get(name="sales"))
    forget_rights()
    crowd = [PersonFactory.build(last_name=f"Bondar {number}", city="Lviv") for number in range(260)]
    for each in crowd:
        each.folder = everyone_folder
    Entity.objects.bulk_create(crowd)
    only_seen = add(ada, now, "Locked", folder_id=shut.pk)
    client.force_login(bob)
    chosen = {"all": "1", "match": "?f.city=lviv", "confirmed": "1", "owner": bob.pk}

    client.post("/contacts/bulk/owner/?tab=people", chosen)
    operation = Operation.objects.get(verb="entities.given")
    run(operation_id=operation.pk, now=now)

    assert Entity.objects.filter(owner=bob).count() == 260
    assert Entity.objects.get(pk=only_seen.pk).owner == ada
    undo(actor=bob, operation=Operation.objects.get(pk=operation.pk), now=now)
    assert not Entity.objects.filter(owner=bob).exists()


def test_a_picker_goes_page_by_page_to_the_last_one(client, bob, everyone_folder):
    Entity.objects.bulk_create(
        PersonFactory.build(last_name=f"Bondar {number:03}", folder=everyone_folder) for number in range(70)
    )
    client.force_login(bob)
    found: list[str] = []
    for number in range(1, 20):
        answer = client.get(f"/contacts/pick/?kind=person&page={number}").json()
        found += [item["text"] for item in answer["items"]]
        if not answer["more"]:
            break

    assert found == sorted(found)
    assert len(found) == 70
    assert Folder.objects.filter(is_default=True).exists()
