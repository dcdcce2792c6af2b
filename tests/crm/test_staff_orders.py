"""Staff look for orders across dealers, at a dealer from all sides, and into the portal as one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.accounts.models import AuditEvent
from apps.contacts.models import Folder, FolderPermission
from apps.contacts.models.rights import forget_rights
from tests.conftest import make_user
from tests.crm.accounts import an_entry
from tests.crm.factories import NOW, a_dealer, an_order, into_portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return a_dealer("Svitlo Windows", code="D-7")


@pytest.fixture
def order(firm):
    return an_order(firm, "A-1001", reference="Kitchen of Koval", amount=Decimal("12400.50"))


def texts(response) -> str:
    return str(response.content.decode())


def test_staff_find_orders_of_all_dealers(client, bob, order):
    an_order(a_dealer("Promin"), "B-2002")
    client.force_login(bob)

    page, narrow = texts(client.get("/crm/orders/")), texts(client.get("/crm/orders/?q=kitchen"))

    assert "A-1001" in page
    assert "B-2002" in page
    assert "Promin" in page
    assert "B-2002" not in narrow
    assert "A-1001" in narrow


def test_orders_of_a_dealer_whose_contact_one_does_not_see_are_not_there(client, bob, alice, firm, order):
    folder = Folder.objects.create(name="Board", kind="personal", owner=alice)
    firm.entity.folder = folder
    firm.entity.save()
    forget_rights()
    client.force_login(bob)

    assert "A-1001" not in texts(client.get("/crm/orders/"))
    assert client.get(f"/crm/orders/{order.pk}/").status_code == 404
    assert client.get(f"/crm/dealers/{firm.pk}/").status_code == 404
    assert client.post(f"/crm/dealers/{firm.pk}/view-as/").status_code == 404
    assert f"/crm/orders/{order.pk}/" not in texts(client.get("/search/?q=A-1001"))


def test_roles_that_have_no_business_with_orders_are_refused(client, charlie, firm, order):
    client.force_login(charlie)

    for path in ("/crm/orders/", f"/crm/orders/{order.pk}/", "/crm/dealers/", "/crm/settlements/"):
        assert client.get(path).status_code == 403
    assert f"/crm/orders/{order.pk}/" not in texts(client.get("/search/?q=A-1001"))


def test_claims_staff_see_the_order_without_its_amount(client, order):
    client.force_login(make_user("clara@example.com", "Clara Claims", "claims"))

    page = texts(client.get(f"/crm/orders/{order.pk}/"))

    assert "Kitchen of Koval" in page
    assert "12,400.50" not in page
    assert client.get("/crm/settlements/").status_code == 403


def test_an_order_is_found_by_its_number_from_everywhere(client, bob, order):
    client.force_login(bob)

    assert f"/crm/orders/{order.pk}/" in texts(client.get("/search/?q=A-100"))


def test_a_dealer_is_shown_from_all_sides(client, bob, dora, firm, order):
    into_portal(dora, firm)
    an_entry(firm, NOW.date(), "250.00")
    client.force_login(bob)

    page = texts(client.get(f"/crm/dealers/{firm.pk}/"))
    contact = texts(client.get(f"/contacts/{firm.entity_id}/orders/"))

    assert "A-1001" in page
    assert "250.00 UAH" in page
    assert "Dora Dealer" in page
    assert "A-1001" in contact


def test_settlements_stand_dealer_by_dealer(client, bob, firm):
    an_entry(firm, NOW.date(), "250.00")
    client.force_login(bob)

    page, own = texts(client.get("/crm/settlements/")), texts(client.get(f"/crm/settlements/{firm.pk}/"))

    assert "250.00 UAH" in page
    assert "250.00 UAH" in own


def test_staff_look_in_as_a_dealer_read_only_and_leave_again(client, bob, firm, order):
    client.force_login(bob)
    assert client.get("/portal/orders/").status_code == 404

    begun = client.post(f"/crm/dealers/{firm.pk}/view-as/")
    page = texts(client.get("/portal/orders/"))
    one = texts(client.get(f"/portal/orders/{order.pk}/"))
    written = client.post("/portal/orders/")

    assert begun["Location"] == "/portal/orders/"
    assert "You look into the portal" in page
    assert "A-1001" in page
    assert "12,400.50 UAH" in one
    assert "File a claim" not in one
    assert 'href="/contacts/"' not in page  # the frame is the dealer's, too
    assert written.status_code == 403
    assert "You are only looking" in texts(written)
    assert "/contacts/" in texts(client.get("/crm/orders/"))

    client.post("/crm/dealers/leave/")
    assert client.get("/portal/orders/").status_code == 404
    noted = (
        AuditEvent.objects.filter(verb__startswith="portal.").order_by("pk").values_list("verb", "actor", "record_id")
    )
    assert list(noted) == [("portal.viewed_as", bob.pk, firm.pk), ("portal.left", bob.pk, firm.pk)]


def test_a_superuser_who_looks_in_sees_the_dealers_frame(client, ada, firm, order):
    ada.is_superuser = True
    ada.save()
    client.force_login(ada)
    client.post(f"/crm/dealers/{firm.pk}/view-as/")

    page = texts(client.get("/portal/orders/"))

    assert "A-1001" in page
    assert 'href="/contacts/"' not in page


def test_a_restricted_folder_opens_to_those_it_names(client, bob, firm, order):
    folder = Folder.objects.create(name="Key dealers", kind="restricted")
    FolderPermission.objects.create(folder=folder, group=bob.groups.get())
    firm.entity.folder = folder
    firm.entity.save()
    forget_rights()
    client.force_login(bob)

    assert client.get(f"/crm/orders/{order.pk}/").status_code == 200
