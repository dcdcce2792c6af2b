"""What messaging adds to the frame, to contacts, to the history and to core."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.permissions import is_staff_member
from apps.core.contributions import (
    EncryptedColumn,
    Kind,
    MenuItem,
    Panel,
    RecordAction,
    SheetPart,
    encrypted_columns,
    kinds,
    menu,
    operation_runners,
    panels,
    record_actions,
    sheet_parts,
    verbs,
)
from apps.messaging import (
    account_contributions,
    home_contributions,
    reading_contributions,
    report_contributions,
    template_contributions,
    writing_contributions,
)
from apps.messaging.drawing import draw_mail, mail_home
from apps.messaging.models import MailAccount
from apps.messaging.services import meter, syncing
from apps.messaging.services.papers.customer_sheet import relationships
from apps.messaging.views import contact_sheets, writing_links
from apps.messaging.views import documents as document_views
from apps.messaging.views.contact_mail import mail_panel


def register() -> None:
    """Called once, when the app is ready."""
    for column in ("password", "refresh_token", "access_token"):
        encrypted_columns.register(f"messaging.mailaccount.{column}", EncryptedColumn(MailAccount, column))
    kinds.register("mail", Kind(_("E-mail"), "mail", draw=draw_mail, home=mail_home))
    kinds.register("voicemail", Kind(_("Voicemail"), "microphone"))
    voicemails = MenuItem(
        "main", _("Voicemails"), "messaging:voicemails", "microphone", is_staff_member, section="/mail/voicemails/"
    )
    menu.register("messaging.voicemails", voicemails, position=60)
    verbs.register("contact.made_from_mail", _("Contact made from a mail"))
    verbs.register("email.bounced", _("Address found that mail can't reach"))
    verbs.register(syncing.VERB, _("Mail fetched"))
    verbs.register(meter.MEASURED, _("Mailbox compared with its server"))
    verbs.register(meter.MISSING_FETCHED, _("Missing mail fetched"))
    operation_runners.register(syncing.VERB, syncing.run_sync)
    operation_runners.register(meter.MEASURED, meter.run_measure)
    operation_runners.register(meter.MISSING_FETCHED, meter.run_fetch_missing)
    reading_contributions.register()
    panels.register(
        "mail", Panel("contact", "tab", pgettext_lazy("the mail of somebody", "Mail"), mail_panel, "mail"), position=30
    )
    template_contributions.register()
    papers_of = Panel("contact", "more", _("Documents"), document_views.contact_documents, "file-type-pdf")
    panels.register("messaging.documents", papers_of)
    sheet_page = Panel("contact", "more", _("Customer sheet"), contact_sheets.sheet_link, "id")
    panels.register("messaging.sheet", sheet_page)
    sheet_parts.register("ties", SheetPart(_("Relationships"), relationships), position=5)
    files = SheetPart(_("Files"), contact_sheets.files_part, is_in_house=True)
    sheet_parts.register("files", files, position=90)
    sheet = RecordAction("contact", _("Send customer sheet"), "mail-forward", writing_links.send_customer_sheet)
    record_actions.register("customer_sheet", sheet)
    people = RecordAction("contacts", _("List as PDF"), "file-type-pdf", document_views.contacts_document_url)
    record_actions.register("contact_list", people)
    remind = Panel("meeting", "action", _("Remind"), writing_links.remind_guests, "bell-ringing")
    panels.register("messaging.remind", remind)
    forward = Panel("meeting", "action", _("Forward"), writing_links.forward_meeting, "mail-forward")
    panels.register("messaging.forward_meeting", forward)
    account_contributions.register()
    report_contributions.register()
    home_contributions.register()
    writing_contributions.register()
