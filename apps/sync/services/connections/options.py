"""What an administrator chose for a connection, kept as JSON in its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

# What of a contact may leave for an audience, with the merge field that it usually has there.
FIELDS: Mapping[str, tuple[Any, str]] = {
    "first_name": (_("First name"), "FNAME"),
    "last_name": (_("Last name"), "LNAME"),
    "display_name": (_("Name as shown"), ""),
    "organisation": (_("Organisation"), ""),
    "job_title": (_("Job title"), ""),
    "city": (_("City"), ""),
    "country": (_("Country code"), ""),
    "language": (_("Language"), ""),
    "primary_phone": (_("Phone"), ""),
    "birthday": (_("Birthday (day and month)"), ""),
}


@dataclass(frozen=True, kw_only=True)
class MailchimpOptions:
    """`choice` names the contacts ("view:7"); `fields` gives a merge tag for each of our fields that leaves.

    A key of `fields` beginning with "custom:" is a custom field of contacts.
    """

    audience: str
    choice: str
    fields: Mapping[str, str] = field(default_factory=dict)
    with_tags: bool = True  # personas as tags

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class AnalyticsOptions:
    """`events` are names of `analytics_facts`; `asks_first` lets the validation server look at each request before."""

    measurement_id: str
    events: tuple[str, ...]
    tells_apart: bool = False
    with_worth: bool = False
    asks_first: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"events": list(self.events)}


def mailchimp(options: Mapping[str, Any]) -> MailchimpOptions:
    return MailchimpOptions(**options)


def analytics(options: Mapping[str, Any]) -> AnalyticsOptions:
    return AnalyticsOptions(**{**options, "events": tuple(options["events"])})
