"""The demo's connection: an example that is switched off, with a key that opens nothing."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import User
from apps.contacts.listing import KEY
from apps.core.models import SavedView
from apps.core.services.lists import save_view
from apps.sync.models import Connection
from apps.sync.services.connections.options import MailchimpOptions
from apps.sync.services.connections.setup import ConnectionInput, make_connection

_KEY = "0123456789abcdef0123456789abcdef-us21"


def load_connection(*, now: datetime) -> bool:
    """An audience of whoever has an address, off; False where there is a connection, or no administrator."""
    admin = User.objects.filter(groups__name="admin", is_active=True).order_by("pk").first()
    if admin is None or Connection.objects.exists():
        return False
    view = SavedView.objects.filter(list_key=KEY, owner=admin, name="Newsletter").first() or save_view(
        actor=admin,
        list_key=KEY,
        name="Newsletter",
        query={"filters": {"has_email": ["yes"]}},
        is_shared=True,
        now=now,
    )
    fields = {"first_name": "FNAME", "last_name": "LNAME", "organisation": "COMPANY"}
    options = MailchimpOptions(audience="a1b2c3d4e5", choice=f"view:{view.pk}", fields=fields)
    data = ConnectionInput(name="Newsletter (example)", secret=_KEY, options=options)
    make_connection(actor=admin, data=data, now=now)
    return True
