"""Meetings as the API takes and gives them; names are those of the model."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from apps.activities.api.schemas import Ids, Keyset, Visibility
from apps.core.api import Strict

Status = Literal["confirmed", "tentative", "cancelled"]
Answer = Literal["accepted", "declined", "tentative"]
Scope = Literal["one", "following", "all"]
_LAST_DAY = "The first day without it, as in iCalendar"


class GuestOut(Schema):
    user_id: int | None
    contact_id: int | None
    email: str
    name: str
    role: Literal["required", "optional"]
    answer: Literal["needs-action", "accepted", "declined", "tentative"]


class MeetingOut(Schema):
    id: int
    subject: str
    text: str
    starts_at: datetime | None = Field(description="Null where it takes whole days")
    ends_at: datetime | None
    starts_on: date | None = Field(description="Null where it has times")
    ends_on: date | None = Field(description=_LAST_DAY)
    zone: str = Field(description="IANA: by its clocks a series repeats")
    place: str
    status: Status
    visibility: str
    organiser_id: int | None
    guests: list[GuestOut] = Field(description="Contacts among them as far as you see them")
    hidden_guests: int = Field(description="How many more there are")
    series_id: int | None = Field(description="Meetings of one series have the same")
    rule: str = Field(description="RFC 5545, of its series")
    recurrence_id: str = Field(description="The start that the rule gives it, by the clocks of the series")
    uid: str = Field(description="As in invitations and .ics files")
    sequence: int
    created_at: datetime


class MeetingPage(Schema):
    items: list[MeetingOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class MeetingFilters(Keyset):
    since: AwareDatetime = Field(description="The period: what touches it is in it")
    until: AwareDatetime = Field(description="Not included; at most 100 days after `since`")
    calendar: str = Field(
        "", max_length=40, description='Whose: "user:7", "team:3", "contact:12"; your own unless given'
    )


class ScopeFilter(Strict):
    scope: Scope = Field("one", description="Of a series: this one, this and the following, or all")


class AddressIn(Strict):
    email: str = Field(max_length=254)
    name: str = Field("", max_length=400)


class MeetingPatch(Strict):
    subject: str | None = Field(None, max_length=300)
    text: str | None = Field(None, max_length=20_000)
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    starts_on: date | None = Field(None, description="Instead of times: it takes whole days")
    ends_on: date | None = Field(None, description=_LAST_DAY)
    zone: str | None = Field(None, max_length=60, description="IANA; yours unless given")
    place: str | None = Field(None, max_length=400)
    status: Literal["confirmed", "tentative"] | None = None
    visibility: Visibility | None = None
    rule: str | None = Field(None, max_length=500, description="RFC 5545: FREQ=WEEKLY;COUNT=5")
    contact_ids: Ids | None = Field(None, max_length=200)
    user_ids: Ids | None = Field(None, max_length=200, description="Colleagues, you not among them unless named")
    addresses: list[AddressIn] | None = Field(None, max_length=200, description="Others, by e-mail")


class MeetingIn(MeetingPatch):
    subject: str = Field(max_length=300)


class AnswerIn(Strict):
    answer: Answer
    scope: Literal["one", "following"] = "one"
