"""Papers of the house: what is on them. `register` makes them known as `core.contributions.documents`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.activities.services.printing import TEMPLATE as DAY
from apps.core.contributions import Document, documents
from apps.messaging.services.papers import contact_list, customer_sheet, letters, todo_list
from apps.messaging.services.papers.frame import FOLDER


def register() -> None:
    """Called once, when the app is ready."""
    sheet, people, letter = (FOLDER / f"{name}.typ" for name in ("customer_sheet", "contact_list", "letter"))
    customer = Document(
        _("Customer sheet"), "contact", sheet, customer_sheet.build, customer_sheet.name_of, "customer_sheet"
    )
    documents.register("customer_sheet", customer)
    contacts = Document(
        *(_("Contact list"), "folder", people, contact_list.build, contact_list.name_of, "contact_list"),
        build_many=contact_list.build_many,
    )
    documents.register("contact_list", contacts)
    todos = Document(_("To-do list"), "user", DAY, todo_list.build, todo_list.name_of, "todo_list")
    documents.register("todo_list", todos)
    # Sample data: the pages "order", "customer" and "claim" come with "Dealers", and until then nothing offers these.
    for key, title, page, build in (
        ("order_confirmation", _("Order confirmation"), "order", letters.order_confirmation),
        ("invoice", _("Invoice"), "order", letters.invoice),
        ("statement", _("Statement of settlements"), "customer", letters.statement),
        ("claim_report", _("Claim report"), "claim", letters.claim_report),
    ):
        documents.register(key, Document(title, page, letter, build, letters.name_of, key, is_sample=True))
