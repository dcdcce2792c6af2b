"""Facts of mail that the floors above may want to know."""

from django.dispatch import Signal

# Mail from outside has come into a mailbox and is stored: `arrived` (pairs of MailMessage and what was read of it),
# `now`. Sent in the transaction that stores it; a receiver sees to it that its own trouble doesn't end that.
mails_arrived = Signal()
