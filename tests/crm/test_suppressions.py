"""The list of who gets no mailings: kept by administrators, managers and content."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.contacts.models import EmailAddress
from apps.core import clock
from apps.core.models import Operation, Suppression
from apps.core.services.operations import undo
from apps.core.services.suppression import is_suppressed, suppress
from apps.crm.models import MailingTopic
from apps.crm.services.mailings.keeping import add_addresses, addresses_in, addresses_of, take_off
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db
LIST = "/crm/suppressions/"
Reason = Suppression.Reason


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def three():
    MailingTopic.objects.create(key="news", title="House news")
    suppress(addresses=["anna@example.com"], reason=Reason.UNSUBSCRIBED, now=NOW, scope="topic:news")
    suppress(addresses=["boris@example.com"], reason=Reason.BOUNCED, now=NOW)
    suppress(addresses=["clara@firm.example"], reason=Reason.COMPLAINED, now=NOW)


def shown(client, query: str = "") -> set[str]:
    page = client.get(f"{LIST}{query}").content.decode().replace("<wbr>", "")
    return {name for name in ("anna@example.com", "boris@example.com", "clara@firm.example") if name in page}


def test_the_list_is_searched_and_narrowed(client, charlie, three):
    client.force_login(charlie)

    assert shown(client) == {"anna@example.com", "boris@example.com", "clara@firm.example"}
    assert shown(client, "?q=FIRM") == {"clara@firm.example"}
    assert shown(client, "?f.reason=bounced") == {"boris@example.com"}
    assert shown(client, "?f.scope=topic:news") == {"anna@example.com"}
    assert "House news" in client.get(LIST).content.decode()


def test_the_list_of_two_hundred_costs_as_many_queries_as_that_of_two(
    client, charlie, three, django_assert_max_num_queries
):
    client.force_login(charlie)
    client.get(LIST)
    suppress(addresses=[f"r{n}@example.com" for n in range(200)], reason=Reason.BY_HAND, now=NOW, actor=charlie)

    with django_assert_max_num_queries(12):
        client.get(LIST)


def test_addresses_are_added_by_hand_and_shown_on_their_contacts(client, charlie):
    person = PersonFactory()
    person.emails.create(address="Anna@example.com", unit=person.units.create())
    client.force_login(charlie)

    posted = {"addresses": "anna@example.com\nboris@example.com", "scope": "mailings", "reason": "by_hand"}
    client.post(reverse("crm:suppression_add"), posted | {"note": "Asked on the phone"})

    rows = Suppression.objects.order_by("address").values_list("address", "origin", "actor__email")
    assert list(rows) == [
        ("anna@example.com", "Asked on the phone", charlie.email),
        ("boris@example.com", "Asked on the phone", charlie.email),
    ]
    assert EmailAddress.objects.get().opted_out_at == NOW
    operation = Operation.objects.get(verb="suppressions.added")
    assert (operation.total, operation.message) == (2, "Asked on the phone")


def test_what_is_no_address_is_said(client, charlie):
    client.force_login(charlie)
    answer = client.post(
        reverse("crm:suppression_add"), {"addresses": "anna@@x boris", "scope": "mailings", "reason": "by_hand"}
    )

    assert answer.status_code == 422
    assert "anna@@x, boris" in answer.content.decode()
    assert not Suppression.objects.exists()


def test_one_is_taken_off_with_a_reason_and_that_is_undone(client, charlie, three):
    client.force_login(charlie)
    row = Suppression.objects.get(address="boris@example.com")
    there = reverse("crm:suppression", args=[row.pk])

    assert client.post(there, {"why": " "}).status_code == 422
    client.post(there, {"why": "New mailbox"})

    assert not is_suppressed(address="boris@example.com", scope="mailings")
    operation = Operation.objects.get(verb="suppression.taken_off")
    assert (operation.actor, operation.message) == (charlie, "New mailbox")
    undo(actor=charlie, operation=operation, now=NOW)
    assert is_suppressed(address="boris@example.com", scope="mailings")


def test_who_complained_is_taken_off_after_a_warning_only(client, charlie, three):
    client.force_login(charlie)
    row = Suppression.objects.get(address="clara@firm.example")
    there = reverse("crm:suppression", args=[row.pk])

    assert "among the spam" in client.get(there).content.decode()
    assert client.post(there, {"why": "They called"}).status_code == 422
    assert is_suppressed(address="clara@firm.example", scope="mailings")

    client.post(there, {"why": "They called", "is_certain": "on"})
    assert not is_suppressed(address="clara@firm.example", scope="mailings")


def test_a_file_goes_out_and_comes_in_again(client, charlie, three):
    client.force_login(charlie)
    content = client.get(f"{LIST}download/csv/?f.reason=bounced").content
    assert content.decode("utf-8-sig").splitlines()[1].startswith("boris@example.com,Mail came back,All mailings,")
    Suppression.objects.all().delete()

    client.post(
        reverse("crm:suppression_import"),
        {"file": SimpleUploadedFile("old list.csv", content), "scope": "mailings", "reason": "bounced"},
    )

    row = Suppression.objects.get()
    assert (row.address, row.reason, row.origin) == ("boris@example.com", "bounced", "old list.csv")


@pytest.mark.parametrize(
    ("content", "found", "bad"),
    [
        (b"anna@example.com\r\nBORIS@example.com\r\nanna@example.com", ["anna@example.com", "boris@example.com"], 0),
        (b"\xef\xbb\xbfName;E-mail\nAnna;anna@example.com\nBoris;none\n\n;;\n", ["anna@example.com"], 1),
        ("Імʼя\tПошта\nОлена\tолена@вікна.укр\n".encode(), ["олена@xn--80adym7j.xn--j1amh"], 0),
        (b"'=cmd@example.com,x\n<clara@example.com>,y", ["=cmd@example.com", "clara@example.com"], 0),
        (b"address\n" + b"x" * 400 + b"@example.com", [], 1),
    ],
)
def test_files_of_other_programs_are_read(content, found, bad):
    assert addresses_in(content) == (found, bad)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00a", b'"' + b"a" * 200_000, bytes(range(256))])
def test_what_is_no_csv_is_refused(content):
    with pytest.raises(ValidationError, match="CSV"):
        addresses_in(content)


def test_words_are_split_into_addresses_and_the_rest():
    assert addresses_of("a@example.com, b@example.com;c@example.com\nx") == (
        ["a@example.com", "b@example.com", "c@example.com"],
        ["x"],
    )


def test_a_salesman_keeps_no_list(client, bob, three):
    row = Suppression.objects.get(reason="bounced")
    client.force_login(bob)

    for address in (LIST, f"{LIST}add/", f"{LIST}import/", f"{LIST}download/csv/", f"{LIST}{row.pk}/"):
        assert client.get(address).status_code == 403
    with pytest.raises(PermissionDenied):
        add_addresses(
            actor=bob, addresses=["x@example.com"], scope="mailings", reason=Reason.BY_HAND, origin="", now=NOW
        )
    with pytest.raises(PermissionDenied):
        take_off(actor=bob, suppression=row, why="x", is_certain=True, now=NOW)


def test_twenty_thousand_are_brought_in_at_once(client, charlie):
    many = [f"reader{n:06}@mail{n % 97}.example" for n in range(20_000)]
    made = add_addresses(actor=charlie, addresses=many, scope="mailings", reason=Reason.BY_HAND, origin="f", now=NOW)

    assert made == 20_000
    client.force_login(charlie)
    assert "reader019999@" in client.get(f"{LIST}?q=reader01999").content.decode().replace("<wbr>", "")
