"""What dealers wait for: one list, oldest first, each with the colleague it went to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from apps.crm.models.claims import Claim
from apps.crm.models.dealers import Dealer
from apps.crm.models.orders import Order
from apps.crm.models.reach import CLAIM_ROLES, of_dealers

if TYPE_CHECKING:
    from apps.accounts.models import User


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def visible_to(self, user: User) -> InquiryQuerySet:
        reach = of_dealers(user, CLAIM_ROLES)
        return self.none() if reach is None else self.filter(reach)

    def waiting(self) -> InquiryQuerySet:
        return self.filter(answered_at__isnull=True)


class Inquiry(models.Model):
    """A message, a claim or a request for a price that waits for us until `answered_at`.

    It goes to the dealer's own manager, to the stand-in while that one is away, else to whom the fewest wait for.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", pgettext_lazy("inquiry", "Message")
        CLAIM = "claim", pgettext_lazy("inquiry", "Claim")
        PRICE = "price", pgettext_lazy("inquiry", "Request for a price")

    kind = models.CharField(max_length=8, choices=Kind)
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="inquiries")
    order = models.ForeignKey(Order, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    claim = models.ForeignKey(Claim, null=True, on_delete=models.CASCADE, related_name="inquiries")
    manager = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    objects = InquiryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["opened_at", "id"], name="inquiry_waiting", condition=Q(answered_at__isnull=True)),
        ]
