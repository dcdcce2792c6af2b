"""What tests of writing begin with: a mailbox on a server of the loopback, a draft that could leave."""

from __future__ import annotations

from typing import Any

from apps.accounts.models import User
from apps.messaging.models import Draft, MailAccount
from apps.messaging.services.drafts import Beginning, begin_draft
from tests.conftest import NOW


def mailbox(owner: User | None, settings: Any = None, **fields: Any) -> MailAccount:
    """A mailbox that sends to the server that `settings` name (`sink(settings)`), if any."""
    host, port = (settings.EMAIL_HOST, settings.EMAIL_PORT) if settings else ("127.0.0.1", 9)
    values = {
        "address": owner.email if owner else "info@example.com",
        "display_name": str(owner) if owner else "The house",
        "smtp_host": host,
        "smtp_port": port,
        "smtp_security": "none",
        "created_at": NOW,
    }
    return MailAccount.objects.create(owner=owner, **{**values, **fields})


def letter(author: User, *, to: str = "anna@example.com", now: Any = NOW, **fields: Any) -> Draft:
    """A draft of `author` to `to`, that says a little."""
    body = "<p>Dear <strong>Anna</strong>,</p><p>here it is.</p>"
    wanted = Beginning(to=[["Anna Koval", to]] if to else [], subject="The offer", body=body)
    draft = begin_draft(actor=author, wanted=wanted, now=now)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save()
    return draft
