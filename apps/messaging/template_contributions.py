"""What mail templates and the papers that go with them add to other pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.core.contributions import (
    MenuItem,
    Undoer,
    menu,
    operation_runners,
    undoers,
    verbs,
)
from apps.messaging.models import MailTemplate, MailTemplateVersion
from apps.messaging.services import contexts, documents, papers

VERBS = {
    "mail_template.made": _("Mail template added"),
    "mail_template.changed": _("Mail template renamed or sorted"),
    "mail_template.written": _("Mail template written"),
    "mail_template.retired": _("Mail template no longer offered"),
    "mail_template.restored": _("Mail template offered again"),
    documents.VERB: _("Document made"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    contexts.register()
    papers.register()
    operation_runners.register(documents.VERB, documents.run_document)
    for model in (MailTemplate, MailTemplateVersion):
        undoers.register(model._meta.label_lower, Undoer(model))
    pages = MenuItem("settings", _("Mail templates"), "messaging:templates", "template", is_staff_member)
    menu.register("messaging.templates", pages, position=60)
