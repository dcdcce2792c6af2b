"""What was promised of an order, what is expected of it today, and how long a plant's stages last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.crm.models.dealers import Dealer, Plant
from apps.crm.models.orders import Order, Stage

if TYPE_CHECKING:
    from apps.accounts.models import User

EVERY_DAY = 0b1111111  # bits of the days on which a plant delivers, Monday the lowest


class Level(models.IntegerChoices):
    """How much the orders that were learned from have in common with the one at hand."""

    ALL = 0, pgettext_lazy("forecast", "All plants")
    PLANT = 1, pgettext_lazy("forecast", "Plant")
    PRODUCT = 2, pgettext_lazy("forecast", "Product")
    SEASON = 3, pgettext_lazy("forecast", "Season")


class Season(models.IntegerChoices):
    ANY = 0, ""
    WINTER = 1, _("in winter")
    SPRING = 2, _("in spring")
    SUMMER = 3, _("in summer")
    AUTUMN = 4, _("in autumn")


class StageTiming(models.Model):
    """Days that orders of a kind took, learned from history; see `crm.forecasts.timing`. All rows are made at once.

    `low`, `mid`, `high` are days from the beginning of the stage to delivery, of orders that had been in the stage for
    `waited` days and were still in it; `own_*` are days of the stage itself.
    """

    plant = models.ForeignKey(Plant, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    product = models.CharField(max_length=120, blank=True)
    season = models.PositiveSmallIntegerField(choices=Season, default=Season.ANY)
    stage = models.PositiveSmallIntegerField(choices=Stage)
    level = models.PositiveSmallIntegerField(choices=Level)
    count = models.PositiveIntegerField()
    waited = ArrayField(models.FloatField())
    low = ArrayField(models.FloatField())
    mid = ArrayField(models.FloatField())
    high = ArrayField(models.FloatField())
    own_from = models.FloatField()
    own_mid = models.FloatField()
    own_to = models.FloatField()
    weekdays = models.PositiveSmallIntegerField(default=EVERY_DAY)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plant", "product", "season", "stage"], name="stage_timing_once", nulls_distinct=False
            )
        ]


class PromiseQuerySet(models.QuerySet["Promise"]):
    def visible_to(self, user: User) -> PromiseQuerySet:
        return self.filter(order__in=Order.objects.visible_to(user))


class Promise(models.Model):
    """One order's promise: the day first given, the forecast as last worked out, what its dealer was last told.

    Beside the hot row, so that this one's changes don't touch it. What a page says of the forecast stands here whole:
    the portal's role reads no timings. Shown through `forecasts.shown`, which lets no day be before today.
    """

    class Reason(models.TextChoices):
        """Why there is no forecast."""

        THIN = "thin", pgettext_lazy("forecast", "too little history")
        HOLD = "hold", pgettext_lazy("forecast", "on hold")
        OVER = "over", pgettext_lazy("forecast", "over")

    class Outcome(models.TextChoices):
        KEPT = "kept", pgettext_lazy("promise", "Kept")
        MOVED = "moved", pgettext_lazy("promise", "Moved")  # later, but as its dealer had been told before
        BROKEN = "broken", pgettext_lazy("promise", "Broken")

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.CASCADE, related_name="promise")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+", db_index=False)
    promised_on = models.DateField(null=True)  # the date first given
    reason = models.CharField(max_length=4, choices=Reason, blank=True)
    expected_on = models.DateField(null=True)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    weekdays = models.PositiveSmallIntegerField(default=EVERY_DAY)
    stage = models.PositiveSmallIntegerField(choices=Stage, default=Stage.RECEIVED)  # that the forecast goes by
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.ALL)
    season = models.PositiveSmallIntegerField(choices=Season, default=Season.ANY)
    count = models.PositiveIntegerField(default=0)  # of orders that it was learned from
    usual_from = models.FloatField(default=0)  # days of the stage
    usual_to = models.FloatField(default=0)
    worked_out_on = models.DateField(null=True)
    told_on = models.DateField(null=True)  # the day that its dealer was last told, or found on the page at first
    told_at = models.DateTimeField(null=True)
    base_on = models.DateField(
        null=True
    )  # the forecast at that time; None: the next one is what moves are counted from
    state_at = models.DateTimeField()  # `OrderState.changed_at` of what all this was worked out from
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)
    lost_stage = models.PositiveSmallIntegerField(choices=Stage, null=True)
    lost_days = models.PositiveIntegerField(default=0)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["promised_on", "plant"], name="promise_by_day")]


class PromiseProgress(models.Model):
    """How far the forecasts' jobs are: one row."""

    seen_at = models.DateTimeField(null=True)  # changes up to it have been looked at
    learned_at = models.DateTimeField(null=True)
    learned_from = models.PositiveIntegerField(default=0)  # orders
    busy_until = models.DateTimeField(null=True)  # somebody learns or works out all orders
    refreshed_on = models.DateField(null=True)  # the day on which all open orders were last worked out
