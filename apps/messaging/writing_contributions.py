"""What writing and sending add to the frame, to contacts and to core."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.core.contributions import (
    MenuItem,
    RecordAction,
    composers,
    menu,
    record_actions,
    settled,
    transports,
    verbs,
)
from apps.messaging.selectors.sending import compose_address
from apps.messaging.services.sending import TRANSPORT
from apps.messaging.services.settling import account_line, settle


def register() -> None:
    """Called once, when the app is ready."""
    transports.register(TRANSPORT, account_line)
    settled.register(TRANSPORT, settle)
    composers.register("messaging", compose_address)
    write = RecordAction("contacts", _("Write to them"), "mail-forward", lambda _none: reverse("messaging:merge_begin"))
    record_actions.register("write", write)
    verbs.register("mails.merged", _("One mail each sent"))
    new = MenuItem("new", _("Mail"), "messaging:compose", "mail", is_staff_member, shortcut="c", in_sheet=True)
    menu.register("messaging.new", new, position=5)
