"""Why no mail was made to a contact of the house's own accord."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Withheld(models.TextChoices):
    NO_ADDRESS = "no_address", _("The contact has no e-mail address")
    UNSUBSCRIBED = "unsubscribed", _("The contact wants no mailings")
    BOUNCED = "bounced", _("Mail to this address came back")
    COMPLAINED = "complained", _("The contact reported a mail as spam")
    BY_HAND = "by_hand", _("The address was barred by hand")
    GAP = "gap", _("The template names what isn't known of the contact")
    TEMPLATE = "template", _("The template can't be used")
    REFUSED = "refused", _("The mail could not be made")
