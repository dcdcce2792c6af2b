"""Rows of the foundation that all apps share."""

from apps.core.models.files import File
from apps.core.models.lists import ListSetting, ListVisit, SavedView, SavedViewQuerySet
from apps.core.models.operations import Change, IdempotencyKey, Operation, OperationMove, OperationQuerySet
from apps.core.models.outgoing import OutgoingMail, Suppression, SuppressionQuerySet
from apps.core.models.reports import HomeLayout, ReportSchedule, ReportScheduleQuerySet
from apps.core.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookEndpointQuerySet, WebhookEvent

__all__ = [
    "Change",
    "File",
    "HomeLayout",
    "IdempotencyKey",
    "ListSetting",
    "ListVisit",
    "Operation",
    "OperationMove",
    "OperationQuerySet",
    "OutgoingMail",
    "ReportSchedule",
    "ReportScheduleQuerySet",
    "SavedView",
    "SavedViewQuerySet",
    "Suppression",
    "SuppressionQuerySet",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEndpointQuerySet",
    "WebhookEvent",
]
