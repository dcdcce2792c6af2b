from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contacts.models import (
    Category,
    Entity,
    FieldDefinition,
    Folder,
    FolderPermission,
    RelationshipType,
)
from apps.contacts.services.fields import ChoiceInput, define_field
from apps.contacts.services.folders import Grant, create_folder
from tests.contacts.factories import CategoryFactory, OrganisationFactory, PersonFactory, tie

pytestmark = pytest.mark.django_db

SETTINGS = ["folders", "categories", "fields", "relationships"]


def text_of(response) -> str:
    return str(response.content, "utf-8")


# --- doors ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", SETTINGS)
def test_an_administrator_opens_each_settings_page(client, ada, page):
    client.force_login(ada)

    response = client.get(f"/contacts/settings/{page}/")

    assert response.status_code == 200


@pytest.mark.parametrize("page", ["categories", "fields", "relationships"])
@pytest.mark.parametrize("end", ["", "add/"])
def test_colleagues_and_dealers_change_no_settings(client, bob, dora, page, end):
    for outsider in (bob, dora):
        client.force_login(outsider)

        assert client.get(f"/contacts/settings/{page}/{end}").status_code == 403
        assert client.post(f"/contacts/settings/{page}/{end}", {"name": "x", "label": "x"}).status_code == 403


@pytest.mark.parametrize("address", ["settings/folders/", "settings/folders/add/", "trash/"])
def test_a_dealer_sees_neither_folders_nor_trash(client, dora, address):
    client.force_login(dora)

    assert client.get(f"/contacts/{address}").status_code == 403


# --- folders ----------------------------------------------------------------------------------------------------------
def test_an_administrator_makes_a_restricted_folder_and_gives_rights(client, ada):
    client.force_login(ada)
    sales = Group.objects.get_or_create(name="sales")[0]

    client.post("/contacts/settings/folders/add/", {"name": "Key accounts", "kind": "restricted", "parent": ""})
    folder = Folder.objects.get(name="Key accounts")
    response = client.post(
        f"/contacts/settings/folders/{folder.pk}/rights/", {"kind": "restricted", f"edit-{sales.pk}": "on"}
    )

    assert response.status_code == 302
    (given,) = FolderPermission.objects.filter(folder=folder)
    assert (given.group, given.can_view, given.can_edit, given.can_export) == (sales, True, True, False)
    assert "Sales" in text_of(client.get("/contacts/settings/folders/"))


def test_a_folder_is_renamed_moved_and_given_columns(client, ada, now):
    client.force_login(ada)
    top = create_folder(actor=ada, name="Partners", now=now)
    folder = create_folder(actor=ada, name="Pres", now=now)

    client.post(
        f"/contacts/settings/folders/{folder.pk}/",
        {"name": "Press", "parent": top.pk, "list_columns": ["email", "city"]},
    )

    folder.refresh_from_db()
    assert (folder.name, folder.parent, folder.list_columns) == ("Press", top, ["email", "city"])


def test_a_colleague_keeps_personal_folders_only(client, bob, charlie, now):
    client.force_login(bob)

    client.post("/contacts/settings/folders/add/", {"name": "Mine", "kind": "restricted", "parent": ""})
    refused = Folder.objects.filter(name="Mine").exists()
    client.post("/contacts/settings/folders/add/", {"name": "Mine", "kind": "personal", "parent": ""})

    mine = Folder.objects.get(name="Mine")
    assert not refused
    assert (mine.kind, mine.owner) == ("personal", bob)

    client.force_login(charlie)
    assert "Mine" not in text_of(client.get("/contacts/settings/folders/"))
    assert client.get(f"/contacts/settings/folders/{mine.pk}/").status_code == 404
    assert client.post(f"/contacts/settings/folders/{mine.pk}/remove/").status_code == 404


def test_a_colleague_sees_a_public_folder_but_leaves_it_as_it_is(client, bob, everyone_folder):
    client.force_login(bob)

    assert "Everyone" in text_of(client.get("/contacts/settings/folders/"))
    assert client.get(f"/contacts/settings/folders/{everyone_folder.pk}/").status_code == 403
    assert client.post(f"/contacts/settings/folders/{everyone_folder.pk}/rights/").status_code == 403


def test_a_hidden_folder_is_not_there_for_others(client, ada, charlie, now):
    sales = Group.objects.get_or_create(name="sales")[0]
    folder = create_folder(actor=ada, name="Secret", kind="restricted", grants={sales: Grant()}, now=now)
    client.force_login(charlie)

    assert "Secret" not in text_of(client.get("/contacts/settings/folders/"))
    assert client.get(f"/contacts/settings/folders/{folder.pk}/rights/").status_code == 404


def test_a_folder_goes_only_when_it_is_empty(client, ada, now):
    client.force_login(ada)
    folder = create_folder(actor=ada, name="Old", now=now)
    person = PersonFactory(folder=folder)

    client.post(f"/contacts/settings/folders/{folder.pk}/remove/")
    stayed = Folder.objects.filter(pk=folder.pk).exists()
    person.delete()
    client.post(f"/contacts/settings/folders/{folder.pk}/remove/")

    assert stayed
    assert not Folder.objects.filter(pk=folder.pk).exists()


def test_a_wrong_folder_comes_back_with_its_error(client, ada, everyone_folder):
    client.force_login(ada)

    response = client.post("/contacts/settings/folders/add/", {"name": "Everyone", "kind": "public", "parent": ""})

    assert response.status_code == 422
    assert "There is a folder of this name already." in text_of(response)


# --- categories -------------------------------------------------------------------------------------------------------
def test_a_category_is_made_restricted_and_taken_away(client, ada):
    client.force_login(ada)
    sales = Group.objects.get_or_create(name="sales")[0]
    top = CategoryFactory(name="Customers")

    client.post(
        "/contacts/settings/categories/add/",
        {"name": "Builders", "colour": "teal", "parent": top.pk, "is_restricted": "on", "groups": [sales.pk]},
    )

    made = Category.objects.get(name="Builders")
    assert (made.parent, made.colour, made.is_restricted) == (top, "teal", True)
    assert "Sales" in text_of(client.get("/contacts/settings/categories/"))

    client.post(f"/contacts/settings/categories/{made.pk}/", {"name": "Building firms", "colour": "", "parent": ""})
    made.refresh_from_db()
    assert (made.name, made.parent, made.is_restricted) == ("Building firms", None, False)

    client.post(f"/contacts/settings/categories/{made.pk}/remove/")
    assert not Category.objects.filter(pk=made.pk).exists()


def test_a_category_does_not_hang_below_itself(client, ada):
    client.force_login(ada)
    top = CategoryFactory(name="Customers")
    below = CategoryFactory(name="Builders", parent=top)

    response = client.post(
        f"/contacts/settings/categories/{top.pk}/", {"name": "Customers", "colour": "", "parent": below.pk}
    )

    assert response.status_code == 422


# --- fields -----------------------------------------------------------------------------------------------------------
def choices(*labels: str, keys: tuple[str, ...] = ()) -> dict[str, str]:
    rows = {"choices-TOTAL_FORMS": str(len(labels)), "choices-INITIAL_FORMS": str(len(keys))}
    for number, label in enumerate(labels):
        rows |= {f"choices-{number}-label": label, f"choices-{number}-colour": "green", f"choices-{number}-icon": ""}
        rows |= {f"choices-{number}-key": keys[number] if number < len(keys) else ""}
    return rows


def test_a_field_made_in_the_browser_stands_in_form_list_and_filters(client, ada):
    client.force_login(ada)

    response = client.post(
        "/contacts/settings/fields/add/?target=person",
        {"label": "Favourite wood", "field_type": "choice", "is_filterable": "on", "default": "Oak"}
        | choices("Oak", "Larch"),
    )

    assert response.status_code == 302
    field = FieldDefinition.objects.get(label="Favourite wood")
    assert (field.key, field.default) == ("favourite_wood", "oak")
    assert [choice.label for choice in field.choices.order_by("position")] == ["Oak", "Larch"]
    assert "Favourite wood" in text_of(client.get("/contacts/settings/fields/?target=person"))
    assert "Favourite wood" in text_of(client.get("/contacts/new/"))

    PersonFactory(display_name="Oak Friend", attributes={"favourite_wood": "oak"})
    PersonFactory(display_name="Larch Friend", attributes={"favourite_wood": "larch"})
    shown = text_of(
        client.get("/contacts/list/people/?f.custom-favourite_wood=larch&columns=name,custom.favourite_wood")
    )
    assert "Larch Friend" in shown
    assert "Oak Friend" not in shown

    turned = text_of(client.get("/contacts/list/people/?sort=-custom.favourite_wood"))
    assert turned.index("Oak Friend") < turned.index("Larch Friend")


def test_choices_keep_their_values_through_renaming_and_new_order(client, ada, now):
    client.force_login(ada)
    field = define_field(
        actor=ada,
        target="person",
        label="Wood",
        field_type="choice",
        choices=[ChoiceInput("Oak"), ChoiceInput("Larch"), ChoiceInput("Pine")],
        now=now,
    )

    sent = {"choices-TOTAL_FORMS": "3", "choices-INITIAL_FORMS": "3", "label": "Timber"}
    for number, key, label in ((1, "larch", "European larch"), (0, "oak", "Oak"), (2, "pine", "Pine")):
        sent |= {f"choices-{number}-key": key, f"choices-{number}-label": label}
    client.post(f"/contacts/settings/fields/{field.pk}/", sent | {"choices-2-is_retired": "on"})

    field.refresh_from_db()
    kept = field.choices.order_by("position", "pk")
    assert field.label == "Timber"
    assert [(c.key, c.label) for c in kept if c.retired_at is None] == [("larch", "European larch"), ("oak", "Oak")]
    assert [c.key for c in kept if c.retired_at] == ["pine"]


def test_a_choice_without_choices_is_refused(client, ada):
    client.force_login(ada)

    response = client.post("/contacts/settings/fields/add/", {"label": "Wood", "field_type": "choice"} | choices(""))

    assert response.status_code == 422
    assert "Name at least one choice." in text_of(response)


def test_a_field_retires_and_comes_back(client, ada, now):
    client.force_login(ada)
    field = define_field(actor=ada, target="unit", label="Gate code", field_type="text", now=now)

    client.post(f"/contacts/settings/fields/{field.pk}/retire/")
    field.refresh_from_db()
    retired = field.retired_at
    client.post(f"/contacts/settings/fields/{field.pk}/retire/", {"again": "1"})
    field.refresh_from_db()

    assert retired is not None
    assert field.retired_at is None


def test_fields_are_put_in_order(client, ada, now):
    client.force_login(ada)
    one, _two, three = (
        define_field(actor=ada, target="person", label=label, field_type="text", now=now) for label in ("1", "2", "3")
    )

    client.post("/contacts/settings/fields/order/?target=person", {"fields": [three.pk, one.pk]})

    order = FieldDefinition.objects.filter(target="person").order_by("position").values_list("label", flat=True)
    assert list(order) == ["3", "1", "2"]


def test_a_relationship_type_has_fields_of_its_own(client, ada, works_for):
    client.force_login(ada)
    place = f"?target=relationship&type={works_for.pk}"

    client.post(f"/contacts/settings/fields/add/{place}", {"label": "Contract", "field_type": "text"} | choices(""))

    assert FieldDefinition.objects.get(label="Contract").relationship_type == works_for
    assert "Contract" in text_of(client.get(f"/contacts/settings/fields/{place}"))
    assert client.get("/contacts/settings/fields/?target=planet").status_code == 404


# --- relationship types -----------------------------------------------------------------------------------------------
def test_a_relationship_type_is_made_renamed_and_retired(client, ada):
    client.force_login(ada)

    client.post(
        "/contacts/settings/relationships/add/",
        {"name": "advises", "inverse_name": "is advised by", "source_kind": "person", "target_kind": "any"},
    )
    made = RelationshipType.objects.get(name="advises")
    client.post(
        f"/contacts/settings/relationships/{made.pk}/",
        {"name": "counsels", "inverse_name": "is counselled by", "source_kind": "person", "target_kind": "any"},
    )
    client.post(f"/contacts/settings/relationships/{made.pk}/retire/")

    made.refresh_from_db()
    assert (made.name, made.inverse_name, made.source_kind) == ("counsels", "is counselled by", "person")
    assert made.retired_at is not None


def test_a_built_in_type_keeps_its_ends_and_stays(client, ada, works_for):
    client.force_login(ada)

    client.post(
        f"/contacts/settings/relationships/{works_for.pk}/",
        {"name": "is with", "inverse_name": "has", "source_kind": "any", "target_kind": "any"},
    )
    client.post(f"/contacts/settings/relationships/{works_for.pk}/retire/")

    works_for.refresh_from_db()
    assert (works_for.name, works_for.source_kind, works_for.is_hierarchical) == ("is with", "person", True)
    assert works_for.retired_at is None


# --- trash ------------------------------------------------------------------------------------------------------------
def test_contacts_come_back_from_the_trash_one_by_one_or_together(client, bob, now):
    client.force_login(bob)
    people = [
        PersonFactory(first_name=name, last_name="Gone", trashed_at=now, trashed_by=bob) for name in ("A", "B", "C")
    ]
    page = text_of(client.get("/contacts/trash/"))

    client.post("/contacts/trash/restore/", {"one": people[0].pk, "ids": [people[1].pk]})
    after_one = set(Entity.objects.trashed().values_list("first_name", flat=True))
    client.post("/contacts/trash/restore/", {"all": "1", "match": "?q=gone"})

    assert "A Gone" in page
    assert "Bob Sales" in page
    assert after_one == {"B", "C"}
    assert not Entity.objects.trashed().exists()


def test_the_trash_shows_and_gives_back_only_what_one_may_see(client, ada, charlie, now):
    sales = Group.objects.get_or_create(name="sales")[0]
    folder = create_folder(actor=ada, name="Secret", kind="restricted", grants={sales: Grant()}, now=now)
    hidden = PersonFactory(folder=folder, first_name="Hidden", trashed_at=now)
    client.force_login(charlie)

    assert "Hidden" not in text_of(client.get("/contacts/trash/"))
    client.post("/contacts/trash/restore/", {"one": hidden.pk})

    hidden.refresh_from_db()
    assert hidden.trashed_at is not None


def test_who_may_only_see_a_contact_leaves_it_in_the_trash(client, ada, bob, now):
    sales = Group.objects.get_or_create(name="sales")[0]
    folder = create_folder(actor=ada, name="Read only", kind="restricted", grants={sales: Grant()}, now=now)
    seen = PersonFactory(folder=folder, first_name="Seen", trashed_at=now)
    client.force_login(bob)

    assert "Seen" in text_of(client.get("/contacts/trash/"))
    client.post("/contacts/trash/restore/", {"ids": [seen.pk]})

    seen.refresh_from_db()
    assert seen.trashed_at is not None


# --- budgets ----------------------------------------------------------------------------------------------------------
def queries_of(client, address: str) -> int:
    client.get(address)  # preferences and rights are read and kept
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_pages_cost_the_same_whatever_they_hold(client, ada, works_for, now):
    client.force_login(ada)
    firm = OrganisationFactory(name="Vikna Plus")
    tie(works_for, PersonFactory(), firm)
    define_field(actor=ada, target="person", label="Wood", field_type="choice", choices=[ChoiceInput("Oak")], now=now)
    CategoryFactory()
    PersonFactory(trashed_at=now, trashed_by=ada)
    pages = [f"/contacts/settings/{page}/" for page in SETTINGS]
    pages += ["/contacts/trash/", f"/contacts/{firm.pk}/chart/", f"/contacts/{firm.pk}/graph/"]
    before = {page: queries_of(client, page) for page in pages}

    for number in range(10):
        create_folder(actor=ada, name=f"Folder {number}", now=now)
        CategoryFactory()
        PersonFactory(trashed_at=now, trashed_by=ada)
        tie(works_for, PersonFactory(), firm)
        define_field(
            actor=ada, target="person", label="Wood", field_type="choice", choices=[ChoiceInput("Oak")], now=now
        )

    assert {page: queries_of(client, page) for page in pages} == before
    assert max(before.values()) <= 20
