"""What became of the mails of sequences, in words."""

from __future__ import annotations

from django import template

from apps.crm.selectors import sequences

register = template.Library()

register.filter("mail_state", sequences.mail_state)
