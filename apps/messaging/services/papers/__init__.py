"""Papers of the house: what is on them. `register` makes them known as `core.contributions.documents`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.activities.services.printing import TEMPLATE as DAY
from apps.core.contributions import Document, documents
from apps.messaging.services.papers import contact_list, customer_sheet, todo_list
from apps.messaging.services.papers.frame import FOLDER


def register() -> None:
    """Called once, when the app is ready."""
    sheet, people = (FOLDER / f"{name}.typ" for name in ("customer_sheet", "contact_list"))
    customer = Document(
        _("Customer sheet"), "contact", sheet, customer_sheet.build, customer_sheet.name_of, "customer_sheet"
    )
    documents.register("customer_sheet", customer)
    in_house = Document(
        *(_("Customer sheet for the house"), "contact", sheet, customer_sheet.build_in_house, customer_sheet.name_of)
    )
    documents.register("house_sheet", in_house)
    contacts = Document(
        *(_("Contact list"), "folder", people, contact_list.build, contact_list.name_of, "contact_list"),
        build_many=contact_list.build_many,
    )
    documents.register("contact_list", contacts)
    todos = Document(_("To-do list"), "user", DAY, todo_list.build, todo_list.name_of, "todo_list")
    documents.register("todo_list", todos)
