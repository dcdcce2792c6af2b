"""Papers of orders, accounts, claims and shipments, the mails that go with them, and which order a mail is about.

See contributions.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.contributions import Document, Panel, RecordAction, documents, filing, panels, record_actions
from apps.crm import record_history
from apps.crm.selectors.order_naming import orders_named
from apps.crm.services import mail_values
from apps.crm.services.papers import claims, orders, shipments, statements
from apps.messaging.services.papers import letters
from apps.messaging.services.template_contexts import template_contexts

FOLDER = Path(__file__).parent / "documents"


def register() -> None:
    """Called once, when the app is ready."""
    _documents()
    for position, (key, context) in enumerate(mail_values.contexts().items(), 3):
        template_contexts.register(key, context, position=10 * position)
    for key, page, title in (
        ("order_confirmation", "order", _("Send order confirmation")),
        ("invoice", "order", _("Send invoice")),
        ("claim_report", "claim", _("Send claim report")),
    ):
        record_actions.register(f"crm.{key}", RecordAction(page, title, "mail-forward", _sender(key)))
    filing.register("crm.order", orders_named)
    history = Panel("order", "card", _("Mail and history"), record_history.order_history, "history")
    panels.register("crm.order_history", history, position=90)


def compose_url(**given: object) -> str:
    """The address of a mail begun with what is given."""
    return f"{reverse('messaging:compose')}?{urlencode(given)}"


def _sender(key: str) -> Callable[[int], str]:
    def url(record_id: int) -> str:
        return compose_url(document=key, template=key, record=record_id)

    return url


def _documents() -> None:
    order, invoice = (
        Document(title, "order", letters.TEMPLATE, build, letters.name_of, key, is_for_dealers=True)
        for key, title, build in (
            ("order_confirmation", _("Order confirmation"), orders.order_confirmation),
            ("invoice", _("Invoice"), orders.invoice),
        )
    )
    documents.register("order_confirmation", order)
    documents.register("invoice", invoice)
    statement = Document(
        *(_("Statement of settlements"), "account", letters.TEMPLATE, statements.build, letters.name_of, "statement"),
        build_part=statements.build_part,
        is_for_dealers=True,
    )
    documents.register(statements.KEY, statement)
    report = FOLDER / "claim_report.typ"
    claim = Document(
        *(_("Claim report"), "claim", report, claims.claim_report, letters.name_of, "claim_report"), is_for_dealers=True
    )
    documents.register("claim_report", claim)
    note = Document(
        *(_("Shipment note"), "shipment", FOLDER / "shipment_note.typ", shipments.build, letters.name_of, "free"),
        build_part=shipments.build_part,
        is_for_dealers=True,
    )
    documents.register(shipments.KEY, note)
