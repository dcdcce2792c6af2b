"""From the pages of orders, claims, accounts and shipments to papers: printed, sent, and taken along by dealers."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import pytest

from apps.activities.models import Activity
from apps.contacts.services.details import add_email
from apps.contacts.services.inputs import EmailInput
from apps.core import clock
from apps.core.models import Operation
from apps.core.services.operations import run
from apps.crm.models import DealerUser
from apps.messaging.models import Draft, MailMessage
from apps.messaging.services.draft_files import settle_documents
from tests.conftest import make_user
from tests.crm.accounts import an_entry
from tests.crm.claims import a_claim
from tests.crm.factories import NOW, a_construction, a_dealer, an_order, into_portal
from tests.messaging.mails import arrive, make_account, raw_mail
from tests.messaging.pdf_text import pdf_text
from tests.messaging.writers import mailbox

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def firm(ada):
    firm = a_dealer("Svitlo Windows", code="SVITLO")
    firm.entity.language = "en-GB"
    firm.entity.save()
    add_email(actor=ada, entity=firm.entity, data=EmailInput(address="office@svitlo.example"), now=NOW)
    return firm


@pytest.fixture
def order(firm):
    order = an_order(firm, "A-1001", amount=Decimal("12400.50"))
    a_construction(order)
    an_entry(firm, NOW.date(), "12400.50", order=order)
    return order


@pytest.fixture
def writer(client, bob):
    mailbox(bob)
    client.force_login(bob)
    return client


@pytest.fixture
def owner(client, dora, firm):
    into_portal(dora, firm)
    client.force_login(dora)
    return client


def texts(response) -> str:
    return str(response.content, "utf-8")


def link(page: str, words: str) -> str:
    found = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>(?:(?!</a>).)*{words}</a>', page, re.DOTALL)
    assert found, words
    return unescape(found[1])


def make_papers() -> None:
    for operation in Operation.objects.filter(verb="document.made", state="pending"):
        run(operation_id=operation.pk, now=NOW)


def opened(client, where: str) -> str:
    make_papers()
    answer = client.get(where, follow=True)
    assert answer["Content-Type"] == "application/pdf", answer.redirect_chain
    return pdf_text(b"".join(answer.streaming_content))


def send(writer, draft: Draft) -> MailMessage:
    make_papers()
    settle_documents(draft)
    draft.refresh_from_db()
    to = [f"{name} <{address}>" for name, address in draft.to]
    data = {"version": draft.version, "account": draft.account_id, "to": to, "language": draft.language}
    answer = writer.post(
        f"/mail/drafts/{draft.pk}/send/", {**data, "subject": draft.subject, "body": draft.body}, headers=HTMX
    )
    assert answer.status_code < 400, texts(answer)
    draft.refresh_from_db()
    assert draft.sent
    return draft.sent


def test_three_actions_lead_from_an_order_to_its_sent_confirmation(writer, order, firm):
    page = texts(writer.get(f"/crm/orders/{order.pk}/"))  # one: the order
    writer.post(link(page, "Send order confirmation"), headers=HTMX)  # two: the button
    draft = Draft.objects.get()
    sent = send(writer, draft)  # three: send

    assert draft.to == [["Svitlo Windows", "office@svitlo.example"]]
    assert sent.subject == "Your order A-1001 is confirmed"
    assert "12,400.50" in sent.text
    assert draft.attachments.get().filename == "order-confirmation-a-1001.pdf"
    assert (sent.context_type, sent.context_id) == ("crm.order", order.pk)


def test_three_actions_lead_from_a_claim_to_its_sent_report(writer, order, dora, firm):
    into_portal(dora, firm)
    claim = a_claim(order, dora)
    page = texts(writer.get(f"/crm/claims/{claim.pk}/"))
    writer.post(link(page, "Send claim report"), headers=HTMX)
    draft = Draft.objects.get()
    sent = send(writer, draft)

    assert claim.number in sent.subject
    assert draft.attachments.get().filename == f"claim-report-{claim.number.lower()}.pdf"
    assert (sent.context_type, sent.context_id) == ("crm.claim", claim.pk)


def test_the_statement_of_the_shown_time_is_sent(writer, order, firm):
    page = texts(writer.get(f"/crm/settlements/{firm.pk}/?from=2026-10-01&to=2026-10-31"))
    writer.post(link(page, "Send statement"), headers=HTMX)
    draft = Draft.objects.get()
    send(writer, draft)

    paper = draft.attachments.get()
    assert paper.document.endswith(":2026-10-01:2026-10-31")
    assert paper.filename == "statement-of-settlements.pdf"
    assert draft.to == [["Svitlo Windows", "office@svitlo.example"]]


def test_staff_print_papers_of_an_order_that_they_see(client, bob, charlie, order):
    client.force_login(bob)
    page = texts(client.get(f"/crm/orders/{order.pk}/"))
    assert f"/crm/orders/{order.pk}/papers/invoice/" in page

    words = opened(client, client.post(f"/crm/orders/{order.pk}/papers/order_confirmation/")["Location"])

    assert "A-1001" in words
    assert client.post(f"/crm/orders/{order.pk}/papers/customer_sheet/").status_code == 404
    assert client.post(f"/crm/orders/{order.pk}/papers/claim_report/").status_code == 404
    client.force_login(charlie)
    assert client.post(f"/crm/orders/{order.pk}/papers/order_confirmation/").status_code == 403


def test_without_money_no_invoice_is_offered(client, order):
    client.force_login(make_user("clara@example.com", "Clara Claims", "claims"))

    page = texts(client.get(f"/crm/orders/{order.pk}/"))

    assert "Send order confirmation" in page
    assert "invoice" not in page.lower()


def test_an_order_that_waits_for_approval_offers_no_papers(client, bob, order):
    order.approved_at = None
    order.save()
    client.force_login(bob)

    assert "Send order confirmation" not in texts(client.get(f"/crm/orders/{order.pk}/"))


def test_a_dealer_takes_the_confirmation_along(owner, order, firm):
    page = texts(owner.get(f"/portal/orders/{order.pk}/"))
    where = f"/portal/orders/{order.pk}/papers/order_confirmation/"
    assert where in page

    answer = owner.post(where)
    waiting = texts(owner.get(answer["Location"]))
    operation = Operation.objects.get(verb="document.made")

    assert "operation-progress" in waiting
    assert operation.parameters["queue"] == "documents"
    assert "UAH12,400.50" in opened(owner, answer["Location"])


def test_a_dealer_takes_the_statement_of_the_shown_time(owner, order, firm):
    assert "/portal/finances/statement/?from=2026-11-01" in texts(owner.get("/portal/finances/?from=2026-11-01"))

    words = opened(owner, owner.post("/portal/finances/statement/?from=2026-11-01&to=2026-11-02")["Location"])

    assert "1 Nov 2026 – 2 Nov 2026" in words
    assert "UAH12,400.50" in words


def test_a_reader_without_money_is_offered_no_statement_and_no_invoice(client, firm, order):
    emil = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(emil, firm, role="employee")
    client.force_login(emil)

    page = texts(client.get(f"/portal/orders/{order.pk}/"))

    assert "papers/order_confirmation/" in page
    assert "papers/invoice/" not in page
    assert client.post(f"/portal/orders/{order.pk}/papers/invoice/").status_code == 404
    assert client.post("/portal/finances/statement/").status_code == 403


def test_papers_close_when_the_right_to_money_goes(owner, dora, firm, order):
    where = owner.post("/portal/finances/statement/")["Location"]
    assert "UAH12,400.50" in opened(owner, where)
    person = DealerUser.objects.get(user=dora)
    person.role, person.sees_money = DealerUser.Role.EMPLOYEE, False
    person.save()

    assert owner.get(where).status_code == 404
    assert owner.get(f"{where}paper.pdf").status_code == 404


def test_another_dealer_finds_none_of_it(owner, client, order, firm):
    where = owner.post(f"/portal/orders/{order.pk}/papers/order_confirmation/")["Location"]
    make_papers()
    olha = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(olha, a_dealer("Promin"))
    client.force_login(olha)

    assert client.get(where).status_code == 404
    assert client.get(f"{where}paper.pdf").status_code == 404
    assert client.post(f"/portal/orders/{order.pk}/papers/order_confirmation/").status_code == 404


def test_staff_who_look_in_take_nothing_along(client, bob, firm, order):
    client.force_login(bob)
    client.post(f"/crm/dealers/{firm.pk}/view-as/")

    assert "papers/order_confirmation" not in texts(client.get(f"/portal/orders/{order.pk}/"))
    assert client.post(f"/portal/orders/{order.pk}/papers/order_confirmation/").status_code == 403
    assert not Operation.objects.filter(verb="document.made").exists()


def letter_about(bob, subject: str) -> None:
    account = make_account(bob)
    arrive(account, raw_mail(sender="office@svitlo.example", to=account.address, subject=subject), now=NOW)


@pytest.mark.parametrize("subject", ["Re: order a-1001, please", "A-1001", "Where is [A-1001]?"])
def test_mail_that_names_an_order_stands_on_its_page(client, bob, order, subject):
    letter_about(bob, subject)

    [entry] = Activity.objects.filter(kind="mail")
    assert (entry.context_type, entry.context_id) == ("crm.order", order.pk)
    client.force_login(bob)
    assert subject in unescape(texts(client.get(f"/crm/orders/{order.pk}/")))


@pytest.mark.parametrize("subject", ["A-10012 and XA-1001", "Offer for 2026", "Hello"])
def test_mail_that_names_no_order_is_filed_with_none(bob, order, firm, subject):
    an_order(firm, "2026")

    letter_about(bob, subject)

    assert not Activity.objects.filter(kind="mail", context_type="crm.order").exists()


def test_a_number_of_two_plants_files_mail_with_neither(bob, order, firm):
    from tests.crm.factories import a_plant

    an_order(firm, "A-1001", plant=a_plant("lviv"))

    letter_about(bob, "Order A-1001")

    assert not Activity.objects.filter(kind="mail", context_type="crm.order").exists()


def test_anothers_private_mail_is_not_on_the_orders_page(client, bob, alice, order):
    letter_about(bob, "Between us: A-1001")
    client.force_login(alice)

    assert "Between us" not in texts(client.get(f"/crm/orders/{order.pk}/"))


def test_dealers_do_not_see_what_is_filed_with_their_order(owner, bob, order):
    letter_about(bob, "Between us: A-1001")

    assert "Between us" not in texts(owner.get(f"/portal/orders/{order.pk}/"))
