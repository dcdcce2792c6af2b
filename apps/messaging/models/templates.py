"""Templates of mails: by category and language, every version kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member

if TYPE_CHECKING:
    from apps.accounts.models import User


_BUILT_IN = {
    "customer_sheet": ("Customer sheet", _("Customer sheet")),
    "statement": ("Statement of settlements", _("Statement of settlements")),
    "order_confirmation": ("Order confirmation", _("Order confirmation")),
    "invoice": ("Invoice", _("Invoice")),
    "claim_report": ("Claim report", _("Claim report")),
    "todo_list": ("To-do list", _("To-do list")),
    "contact_list": ("Contact list", _("Contact list")),
    "appointment_reminder": ("Appointment reminder", _("Appointment reminder")),
    "payment_reminder": ("Payment reminder", _("Payment reminder")),
    "free": ("Free letter", _("Free letter")),
}


class MailTemplateQuerySet(models.QuerySet["MailTemplate"]):
    def visible_to(self, user: User) -> MailTemplateQuerySet:
        """The house's templates and one's own."""
        if not is_staff_member(user):
            return self.none()
        return self.filter(Q(owner__isnull=True) | Q(owner=user.pk))

    def in_use(self) -> MailTemplateQuerySet:
        return self.filter(retired_at__isnull=True)


class MailTemplate(models.Model):
    """`key` names it for other modules ("customer_sheet"); `owner` None is the house's."""

    class Category(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        PAYMENT = "payment", _("Payment document")
        REPORT = "report", _("Financial report")
        SHEET = "sheet", _("Customer sheet")
        ORDER = "order", _("Order")
        CLAIM = "claim", _("Claim")
        APPOINTMENT = "appointment", _("Appointment reminder")
        REMINDER = "reminder", _("Reminder")
        FREE = "free", _("Free")

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    category = models.CharField(max_length=11, choices=Category, default=Category.FREE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    document = models.CharField(max_length=60, blank=True)  # attached with it: a key of `core.contributions.documents`
    # What it is filled from: a key of `template_contexts`; "" is the sender, the house and what a call brings.
    context_type = models.CharField(max_length=60, blank=True, default="contacts.entity", db_default="contacts.entity")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    objects = MailTemplateQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name; that of a built-in one in the reader's language, until the house calls it something else."""
        name, title = _BUILT_IN.get(self.key, ("", ""))
        return str(title) if name == self.name else self.name


class MailTemplateVersion(models.Model):
    """The words in one language; the highest number of a language is the one in use."""

    template = models.ForeignKey(MailTemplate, on_delete=models.CASCADE, related_name="versions")
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=300)  # Liquid
    body = models.TextField()  # safe HTML with Liquid
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "language", "number"], name="mail_template_version_once")
        ]
